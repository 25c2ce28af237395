"""All that a gradebook holds, with names in place of the ids, which differ from one to the next."""

from sqlalchemy import inspect, text

NAMES = {
    "assignment": ("name",),
    "notebook": ("assignment_id", "name"),
    "base_cell": ("notebook_id", "type", "name"),
    "source_cell": ("notebook_id", "name"),
    "submitted_assignment": ("assignment_id", "student_id"),
    "submitted_notebook": ("assignment_id", "notebook_id"),
    "grade": ("notebook_id", "cell_id"),
    "comment": ("notebook_id", "cell_id"),
}
"""The columns that identify a row; each table comes after the tables that it refers to."""


def contents(gradebook):
    """Every table of an open gradebook: {table: sorted rows}, a row a dict as text."""
    tables = inspect(gradebook.engine).get_table_names()
    rows = {
        table: [*map(dict, gradebook.db.execute(text(f"SELECT * FROM {table}")).mappings())]
        for table in tables
    }
    gradebook.db.rollback()
    names = {}
    for table, columns in NAMES.items():
        for row in rows[table]:
            name = (table, *(str(names.get(row[each], row[each])) for each in columns))
            names[row["id"]] = name
    return {
        table: sorted(
            str({key: names.get(value, value) for key, value in row.items()}) for row in found
        )
        for table, found in rows.items()
    }
