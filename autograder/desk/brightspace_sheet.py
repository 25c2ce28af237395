"""Brightspace's grades, as "Export Grades" writes them with "Points grade" chosen.

There are ids in OrgDefinedId or Username, which may begin with a "#"; a column for each grade item,
"Item Points Grade <Numeric MaxPoints:20 …>"; and in the last column a "#" in every row.
"""

import re

from autograder.desk.csv_file import CsvFile
from autograder.desk.match_students import Person
from autograder.desk.sheet import Column, Row, Sheet
from autograder.grading.csv_cells import as_it_was
from autograder.grading.errors import CourseError

IDS, EMAIL, NAMES = ("OrgDefinedId", "Username"), "Email", ("Last Name", "First Name")
TITLE = re.compile(
    r"(?P<name>.*\S)\s+Points Grade\s*(?:<.*?MaxPoints:(?P<most>[\d.,]+).*>)?", re.DOTALL
)


def read(file: CsvFile, shown: str) -> Sheet:
    """Find the columns and rows of an export.

    Raises
    ------
    CourseError
        It is not one.
    """
    titles = file.titles
    at = {title: place for place, title in reversed([*enumerate(titles)])}
    if not {*IDS} & {*titles}:
        raise CourseError(
            f"{shown} is not an export from Brightspace (its first line has no OrgDefinedId or "
            "Username): open Grades > Enter Grades > Export, and choose both ids and Points grade"
        )
    columns = [
        Column(title, found["name"], place, found["most"] or "")
        for place, title in enumerate(titles)
        if (found := TITLE.fullmatch(title))
    ]
    rows = []
    for place in range(1, len(file.rows)):
        texts = {title: as_it_was(file.text(place, column)) for title, column in at.items()}
        ids = tuple(text for each in IDS if (text := texts.get(each, "").removeprefix("#")))
        emails = tuple(filter(None, [texts.get(EMAIL, "")]))
        called = ", ".join(text for each in NAMES if (text := texts.get(each, "")))
        if ids or emails or called:
            person = Person(ids, emails, tuple(filter(None, [called])))
            rows.append(Row(place, person, next(iter(ids), "")))
    return Sheet(file, tuple(columns), tuple(rows), refuses_more=True)
