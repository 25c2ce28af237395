"""Which cells of a grade sheet get which texts, and what has to be said about the others."""

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.desk.class_grades import NOT_SUBMITTED, Standing, in_words
from autograder.desk.match_students import Person, caseless, match
from autograder.desk.sheet import Column, Row, Sheet, number, written
from autograder.grading.csv_cells import harmless
from autograder.grading.errors import CourseError, printable

NO_ROW = "has no row in the sheet"
NOBODY = "is nobody in this course"


@dataclass(frozen=True)
class Line:
    """One student or row, as the table shows it.

    Attributes
    ----------
    assignment, who : str
        A student's id, or a row's name if the row is nobody's.
    old, new : str
        What the cell held, and what it gets; "" for nothing.
    note : str
        Why it stays blank or as it was, or what else to look at.
    is_plain : bool
        Whether nobody has to look at it: a grade, or a row without a submission.
    """

    assignment: str
    who: str
    old: str = ""
    new: str = ""
    note: str = ""
    is_plain: bool = True


@dataclass(frozen=True)
class Filling:
    """The result for one sheet.

    Attributes
    ----------
    texts : dict
        By row and column.
    lines : list of Line
    notes : list of str
        What to say about whole columns.
    """

    texts: dict[tuple[int, int], str]
    lines: list[Line]
    notes: list[str]


def choose_columns(
    sheet: Sheet, shown: str, assignments: Sequence[str], assignment: str | None,
    title: str | None,
) -> dict[str, Column]:  # fmt: skip
    """Find the column of each assignment. None is ever added: Canvas would create an assignment.

    Parameters
    ----------
    sheet : Sheet
    shown : str
        The file's name.
    assignments : sequence of str
        All of the course.
    assignment : str or None
        The only one that is wanted.
    title : str or None
        The column that is wanted, with or without what the platform adds to the title.

    Returns
    -------
    dict of str to Column
        By assignment.

    Raises
    ------
    CourseError
        There is no such column, or more than one.
    """
    if title is not None:
        fits = [each for each in sheet.columns if title in (each.title, each.name)]
        fits = fits or [each for each in sheet.columns if _alike(title, each.title, each.name)]
        if title in sheet.locked:
            raise CourseError(
                f"{shown}: the column {printable(title)} is read-only on the platform"
            )
        column = _only(fits, f"called {printable(title)}", sheet, shown)
        return {assignment or _assignment_of(column, shown, assignments): column}
    if not any(each.name for each in sheet.columns):
        column = _only(sheet.columns, "of grades", sheet, shown)
        return {assignment or _assignment_of(column, shown, assignments): column}
    found = {}
    for name in [assignment] if assignment else assignments:
        fits = [each for each in sheet.columns if _alike(name, each.name)]
        if fits or assignment:
            found[name] = _only(fits, f"of {name}", sheet, shown)
    if not found:
        _only([], f"of any assignment ({', '.join(assignments)})", sheet, shown)
    return found


def fill(
    sheet: Sheet,
    columns: Mapping[str, Column],
    standings: Mapping[str, Mapping[str, Standing]],
    people: Mapping[str, Person],
    unread_as_0: bool,
) -> Filling:
    """Find out what each cell gets.

    Parameters
    ----------
    sheet : Sheet
    columns : mapping of str to Column
        By assignment.
    standings : mapping
        By assignment and student.
    people : mapping of str to Person
        All students of the course.
    unread_as_0 : bool
        Whether written answers that nobody has read count as 0.
    """
    matched = match([row.person for row in sheet.rows], [*people.values()])
    students = [*people]
    owners = {row: students[each] for row, each in matched.students.items()}
    unclear = {row: [students[each] for each in fits] for row, fits in matched.unclear.items()}
    filling = Filling({}, [], [*sheet.notes])
    for assignment, column in columns.items():
        graded = standings[assignment]
        most = next((each.most for each in graded.values()), column.most)
        if column.most is not None and most is not None and most != column.most:
            filling.notes.append(_other_maximum(sheet, assignment, column, most))
        target = _Target(sheet, assignment, column, sheet.number_form(column), unread_as_0)
        for place, row in enumerate(sheet.rows):
            if place in owners:
                line = target.fill(row, owners[place], graded.get(owners[place]), filling.texts)
                filling.lines.append(line)
            elif not row.is_test:
                filling.lines.append(target.nobody(row, unclear.get(place, ())))
        filling.lines.extend(_without_row(assignment, graded, {*owners.values()}, unread_as_0))
    return filling


@dataclass(frozen=True)
class _Target:
    """A column that is filled with the grades of an assignment."""

    sheet: Sheet
    assignment: str
    column: Column
    form: tuple[str, int]
    unread_as_0: bool

    def fill(
        self, row: Row, student: str, standing: Standing | None,
        texts: dict[tuple[int, int], str],
    ) -> Line:  # fmt: skip
        """Add the texts of a student's row, and return what became of it."""
        old, column = self._old(row), self.column
        points = standing.points(self.unread_as_0) if standing else None
        if standing is None or points is None:
            return self._kept(student, old, standing.why_blank if standing else NOT_SUBMITTED)
        if old and number(old) is None:
            return self._kept(student, old, "it is not a number")
        if column.place >= len(self.sheet.file.rows[row.place]):
            return self._kept(student, old, "its row is too short: download the sheet again")
        new = written(points, self.form)
        if old and number(old) == number(new):
            new = old
        else:
            texts[row.place, column.place] = new
        notes = [standing.note, self._comment(row, standing, texts)]
        if self.sheet.refuses_more and column.most is not None and points > column.most:
            notes.append(f"above the maximum, {column.most_text}: the platform will skip it")
        note = "; ".join(filter(None, notes))
        return Line(self.assignment, student, old, new, note, not note)

    def nobody(self, row: Row, fitting: Sequence[str]) -> Line:
        """What to say about a row that is nobody's, or could be that of several students."""
        if not fitting:
            old = self._old(row)
            return Line(self.assignment, str(row.person), old, old, NOBODY)
        others = " or ".join(fitting)
        if len(fitting) == 1:
            others += ", and so could another row"
        return self._kept(str(row.person), self._old(row), f"could be {others}")

    def _kept(self, who: str, old: str, why: str) -> Line:
        stays = f"{old} stays, and is yours to change: " if old else ""
        plain = not old and why == NOT_SUBMITTED
        return Line(self.assignment, who, old, old, stays + why, plain)

    def _old(self, row: Row) -> str:
        old = self.sheet.file.text(row.place, self.column.place)
        return "" if old in self.sheet.empty else old

    def _comment(self, row: Row, standing: Standing, texts: dict[tuple[int, int], str]) -> str:
        """Add the text of a comment, unless somebody has written another: then say so."""
        sheet, column = self.sheet, self.column.comments
        if column is None:
            return ""
        if column >= len(sheet.file.rows[row.place]):
            return "its row has no cell for a comment"
        said = in_words(standing)
        text = harmless(html.escape(said, quote=False) if sheet.is_html else said)
        old = sheet.file.text(row.place, column)
        if old not in sheet.empty and not _is_ours(old, standing.assignment):
            return "the comment in the sheet stays: somebody else has written it"
        if old != text:
            texts[row.place, column] = text
        return ""


def _is_ours(comment: str, assignment: str) -> bool:
    """Whether an earlier export has written a comment; Moodle may have put it into a paragraph."""
    plain = html.unescape(re.sub(r"<[^>]*>", "", comment)).strip()
    return re.match(rf"'?{re.escape(assignment)}: [\d.]+ of [\d.]+ points", plain) is not None


def _without_row(
    assignment: str, graded: Mapping[str, Standing], owners: Collection[str], unread_as_0: bool
) -> Iterator[Line]:
    for student, standing in graded.items():
        points = standing.points(unread_as_0)
        if student not in owners and standing.why_blank != NOT_SUBMITTED:
            note = NO_ROW if points is None else f"{NO_ROW}, for {points:g} points"
            yield Line(assignment, student, note=note, is_plain=False)


def _other_maximum(sheet: Sheet, assignment: str, column: Column, most: float) -> str:
    skipped = ", which skips grades above it" if sheet.refuses_more else ""
    return (
        f"{assignment} has {most:g} points, but the maximum of {printable(column.title)} is "
        f"{column.most_text}: points are written as they are, not scaled; if that is not what you "
        f"want, change the maximum on the platform{skipped}"
    )


def _alike(name: str, *titles: str) -> bool:
    """Whether a title is a name, but for case, spaces and punctuation."""
    return any(_letters(name) == _letters(each) for each in titles)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", caseless(text))


def _only(fits: Iterable[Column], what: str, sheet: Sheet, shown: str) -> Column:
    found = [*fits]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(printable(each.title) for each in (found or sheet.columns)) or "none"
    many = "more than one column" if found else "no column"
    raise CourseError(
        f"{shown} has {many} {what}: choose one of its columns with --column (it has: {listed}), "
        "or create the column on the platform and download the sheet again"
    )


def _assignment_of(column: Column, shown: str, assignments: Sequence[str]) -> str:
    """The assignment that a column or the file is named after; the only one, if there is one."""
    named = [name for name in assignments if _alike(name, column.title, column.name)]
    named = named or [name for name in assignments if _letters(name) in _letters(shown)]
    found = named if len(named) == 1 else assignments
    if len(found) == 1:
        return found[0]
    raise CourseError(
        f"nothing in {shown} says which assignment it is about: add --assignment, with one of "
        f"{', '.join(assignments)}"
    )
