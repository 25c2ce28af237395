"""The recorder: each submission goes into nbgrader's gradebook whole, or not at all.

nbgrader opens the gradebook ten times for a submission and commits after every cell, so a run that
is stopped leaves half a submission behind. Here the whole run uses one connection, and each
submission is one transaction. The tables, and the rules for filling them, are nbgrader's.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.utils import parse_utc
from sqlalchemy import Table, bindparam, event, insert, or_, select, update
from sqlalchemy.engine.interfaces import DBAPIConnection

from autograder.grading.scores import forget, prefixes

BUSY_SECONDS = 60
"""How long to wait for others who write to the same file, for example the Formgrader."""

STUDENT, SUBMISSION, NOTEBOOK, GRADE, COMMENT = (
    model.__table__ for model in (Student, SubmittedAssignment, SubmittedNotebook, Grade, Comment)
)
GRADED, COMMENTED = ("GradeCell", "TaskCell"), ("SolutionCell", "TaskCell")
"""The kinds of cells for which a submission has a grade, and a comment."""

FIND_STUDENT = select(STUDENT.c.id).where(STUDENT.c.id == bindparam("student"))
FIND_SUBMISSION = select(SUBMISSION.c.id).where(
    SUBMISSION.c.assignment_id == bindparam("assignment"),
    SUBMISSION.c.student_id == bindparam("student"),
)
FIND_NOTEBOOK = select(NOTEBOOK.c.id).where(
    NOTEBOOK.c.notebook_id == bindparam("notebook"), NOTEBOOK.c.assignment_id == bindparam("of")
)
# Where a person has given a score, the Formgrader asks to look at it again.
WRITE_SCORE = (
    update(GRADE)
    .where(GRADE.c.cell_id == bindparam("cell"), GRADE.c.notebook_id == bindparam("place"))
    .values(
        auto_score=bindparam("value"),
        needs_manual_grade=or_(GRADE.c.manual_score.is_not(None), bindparam("unscored")),
    )
)
WRITE_COMMENT = (
    update(COMMENT)
    .where(COMMENT.c.cell_id == bindparam("cell"), COMMENT.c.notebook_id == bindparam("place"))
    .values(auto_comment=bindparam("value"))
)


Penalty = Callable[[SubmittedNotebook, float], float | None]
"""``penalty(notebook, seconds_late)``: what is taken off for being late, or None."""


Deduction = tuple[float, float]
"""A late penalty before and after."""


class _Known(NamedTuple):
    """An assignment in the gradebook: the names of its notebooks by their ids, and its cells by
    name (see `autograder.grading.scores.prefix`), each with its id and its notebook's."""

    id: str
    duedate: datetime | None
    names: Mapping[str, str]
    graded: Mapping[str, tuple[str, str]]
    commented: Mapping[str, tuple[str, str]]


class Recorder:
    """Writes to an open gradebook.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    """

    def __init__(self, gradebook: Gradebook) -> None:
        self._gradebook, self._db = gradebook, gradebook.db
        self._assignments: dict[str, _Known] = {}
        if gradebook.engine.dialect.name == "sqlite":
            gradebook.db.remove()
            gradebook.engine.dispose()
            event.listen(gradebook.engine, "connect", _share_the_file)

    def record(
        self,
        assignment: str,
        student: str,
        scores: Mapping[str, float | None],
        comments: Mapping[str, str | None],
        timestamp: datetime | None = None,
        penalty: Penalty | None = None,
        missing: Collection[str] = (),
    ) -> None:
        """Record what became of a submission, in one transaction.

        Parameters
        ----------
        assignment, student : str
        scores : mapping
            By graded cell. Manual scores stay as they are.
        comments : mapping
            nbgrader's automatic ones, by answer. Comments by people stay.
        timestamp : datetime, optional
            The time of the submission; without one, the time in the gradebook stays.
        penalty : Penalty, optional
        missing : collection of str, optional
            Notebooks that the submission lacks: they get no points, and nobody has to read them.

        Raises
        ------
        sqlalchemy.exc.SQLAlchemyError
            Nothing was recorded.
        """
        known = self._known(assignment)
        with self._transaction():
            submission, places = self._submission(known, student, timestamp)
            for statement, cells, values in (
                (WRITE_SCORE, known.graded, scores), (WRITE_COMMENT, known.commented, comments)
            ):  # fmt: skip
                rows = [_row(cells[name], places, value) for name, value in values.items()]
                if rows:
                    self._db.connection().execute(statement, rows)
            absent = [places[each] for each, name in known.names.items() if name in missing]
            if absent:
                self._db.execute(
                    update(GRADE)
                    .where(GRADE.c.notebook_id.in_(absent))
                    .values(auto_score=0, needs_manual_grade=False)
                )
            self._deduct(known, submission, places, penalty)

    def deduct(self, assignment: str, student: str, penalty: Penalty | None) -> Deduction | None:
        """Set the late penalty of a submission that is recorded already.

        It depends on the configuration, the due date, the extension and the points, all of which
        may have changed since.

        Returns
        -------
        tuple of float, optional
            The penalty before and after; None if it stays.
        """
        known = self._known(assignment)
        with self._transaction():
            submission, places = self._submission(known, student, None)
            before = self._deducted(places)
            self._deduct(known, submission, places, penalty)
            after = self._deducted(places)
        return None if before == after else (before, after)

    def knows(self, student: str) -> bool:
        """Whether the gradebook has a student."""
        return self._db.scalar(FIND_STUDENT, {"student": student}) is not None

    def forget(self, assignment: str, student: str, add: bool = True) -> None:
        """Remove the automatic scores of a submission; manual scores and comments stay.

        A submission that the gradebook does not have is added, as nbgrader does, if `add` is true.
        """
        if add:
            with self._transaction():
                self._submission(self._known(assignment), student, None)
        forget(self._gradebook, assignment, student)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            yield
            self._db.commit()
        except BaseException:
            self._db.rollback()
            raise

    def _known(self, name: str) -> _Known:
        if name not in self._assignments:
            rows, kinds = self._db.execute, (GRADED, COMMENTED)
            given = rows(select(Assignment.id, Assignment.duedate).where(Assignment.name == name))
            found, duedate = given.one()
            notebooks = select(Notebook.id, Notebook.name).where(Notebook.assignment_id == found)
            names, before = dict(map(tuple, rows(notebooks))), prefixes(self._db, name)
            columns = select(BaseCell.name, BaseCell.type, BaseCell.id, BaseCell.notebook_id)
            cells = rows(columns.where(BaseCell.notebook_id.in_(names))).all()
            graded, commented = (
                {before[of] + cell: (own, of) for cell, kind, own, of in cells if kind in which}
                for which in kinds
            )
            self._assignments[name] = _Known(found, duedate, names, graded, commented)
            self._db.rollback()
        return self._assignments[name]

    def _submission(
        self, known: _Known, student: str, timestamp: datetime | None
    ) -> tuple[str, dict[str, str]]:
        """The id of a submission, and its notebooks' ids by those of the assignment's notebooks."""
        values = {} if timestamp is None else {"timestamp": parse_utc(timestamp)}
        names = {"assignment": known.id, "student": student}
        found = self._db.scalar(FIND_SUBMISSION, names)
        if found is None:
            return self._add_submission(known, student, values)
        if values:
            self._db.execute(update(SUBMISSION).where(SUBMISSION.c.id == found).values(values))
        return found, {
            each: self._db.scalar(FIND_NOTEBOOK, {"notebook": each, "of": found})
            for each in known.names
        }

    def _add_submission(
        self, known: _Known, student: str, values: Mapping[str, datetime]
    ) -> tuple[str, dict[str, str]]:
        """Add the rows that ``Gradebook.add_submission`` adds; returns ids like `_submission`."""
        if self._db.scalar(FIND_STUDENT, {"student": student}) is None:
            self._add(STUDENT, [{"id": student}])
        made, places = new_uuid(), {each: new_uuid() for each in known.names}
        self._add(
            SUBMISSION, [{"id": made, "assignment_id": known.id, "student_id": student, **values}]
        )
        self._add(
            NOTEBOOK,
            [{"id": place, "assignment_id": made, "notebook_id": of}
             for of, place in places.items()],
        )  # fmt: skip
        for table, cells in ((GRADE, known.graded), (COMMENT, known.commented)):
            self._add(
                table,
                [{"cell_id": cell, "notebook_id": places[of]} for cell, of in cells.values()],
            )
        return made, places

    def _add(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._db.execute(insert(table), rows)

    def _deducted(self, places: Mapping[str, str]) -> float:
        """What is taken off for being late."""
        self._db.flush()
        of = NOTEBOOK.c.id.in_(places.values())
        found = self._db.scalars(select(NOTEBOOK.c.late_submission_penalty).where(of))
        return float(sum(filter(None, found)))

    def _deduct(
        self, known: _Known, submission: str, places: Mapping[str, str], penalty: Penalty | None
    ) -> None:
        """Set the late penalty, whatever it was before."""
        self._db.execute(
            update(NOTEBOOK)
            .where(NOTEBOOK.c.id.in_(places.values()))
            .values(late_submission_penalty=None)
        )
        if known.duedate is None or penalty is None:
            return
        found = self._db.get(SubmittedAssignment, submission, populate_existing=True)
        late = found.total_seconds_late
        for notebook in found.notebooks if late > 0 else ():
            self._db.refresh(notebook)
            notebook.late_submission_penalty = penalty(notebook, late)


def _row(
    cell: tuple[str, str], places: Mapping[str, str], value: float | str | None
) -> dict[str, Any]:
    found, of = cell
    return {"cell": found, "place": places[of], "value": value, "unscored": value is None}


def _share_the_file(connection: DBAPIConnection, _: object) -> None:
    """Readers don't wait for a writer, writers wait for each other, and commits are on disk."""
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=WAL", "synchronous=FULL"
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}").close()
