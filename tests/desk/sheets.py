"""Grade sheets as Canvas, Moodle and Brightspace write them, for classes of the tests' own.

They are made here and are not files, because git must not touch their line ends and encodings.
"""

import csv
import io
from dataclasses import dataclass

TEST_STUDENT = ["Student, Test", "900", "", "f00d", "A", "", "", "", "", ""]
GERMAN = [
    "ID", "Vollständiger Name", "ID-Nummer", "E-Mail-Adresse", "Status", "Bewertung", "Bestwertung",
    "Bewertung kann geändert werden", "Zuletzt geändert (Abgabe)", "Zuletzt geändert (Bewertung)",
    "Feedback als Kommentar",
]  # fmt: skip
ENGLISH = [
    "Identifier", "Full name", "ID number", "Email address", "Status", "Grade", "Maximum grade",
    "Grade can be changed", "Last modified (submission)", "Last modified (grade)",
    "Feedback comments",
]  # fmt: skip
SUBMITTED = {
    "Submitted for grading": "Thursday, 5 November 2026, 11:59 PM",
    "Zur Bewertung abgegeben": "Donnerstag, 5. November 2026, 23:59",
}


@dataclass(frozen=True)
class Form:
    """How a file is written."""

    separator: str = ","
    end: str = "\r\n"
    encoding: str = "utf-8"
    quoting: int = csv.QUOTE_MINIMAL
    decimal: str = "."
    announces: bool = False

    def bytes_of(self, rows):
        text = io.StringIO()
        if self.announces:
            text.write(f"sep={self.separator}{self.end}")
        options = {"delimiter": self.separator, "lineterminator": self.end, "quoting": self.quoting}
        csv.writer(text, **options).writerows(rows)
        return text.getvalue().encode(self.encoding)

    def number(self, value):
        return f"{value:.2f}".replace(".", self.decimal)

    def cells(self, data):
        """What a program reads in the file."""
        text = io.StringIO(data.decode(self.encoding), newline="")
        return [*csv.reader(text, delimiter=self.separator)]


PLAIN = Form()
FORMS = {
    "plain": PLAIN,
    "Excel in German": Form(";", encoding="utf-8-sig", decimal=","),
    "decimal comma in quotes": Form(decimal=","),
    "all quoted": Form(end="\n", quoting=csv.QUOTE_ALL),
    "Windows": Form(";", encoding="cp1252", decimal=","),
    "UTF-16": Form("\t", encoding="utf-16", decimal=","),
    "old Mac": Form(end="\r"),
    "separator announced": Form(";", announces=True),
}


@dataclass(frozen=True)
class Student:
    """A student of the class, as a platform knows them, with the grade that it has."""

    login: str
    first: str
    last: str
    number: int
    old: str = ""
    comment: str = ""


CLASS = [
    Student("correct", "Ada", "Lovelace", 41234),
    Student("wrong_forward_right_rest", "Zoë", "O\u2019Brien", 41235, "3.00"),
    Student("raises", "Jean-Luc", "de la Tour, Jr.", 41236),
    Student("unsolved", "Ben", "=SUM(A1)", 41237, "12.50"),
    Student("nobody", "Not", "In This Course", 41238),
]


def canvas(students=CLASS, form=PLAIN, title="one_dimension (777)", most=20, manual=False):
    """A gradebook: names, ids, two assignments and totals; the test student comes last."""
    heading = [
        "Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Warm-up (776)", title,
        "Homework Current Score", "Final Score", "Final Grade",
    ]  # fmt: skip
    posted = ["", "", "", "", "", "", "Manual Posting", "", "", ""]
    number = form.number
    rows = [heading, *([posted] if manual else [])]
    read_only = ["(read only)"] * 3
    rows.append(["    Points Possible", "", "", "", "", number(10), number(most), *read_only])
    for each in students:
        rows.append([
            f"{each.last}, {each.first}", str(each.number), f"S{each.number}", each.login,
            "Gradient checking, group A and B", number(7.5), each.old.replace(".", form.decimal),
            number(88.2), number(80), "B+",
        ])  # fmt: skip
    return form.bytes_of([*rows, TEST_STUDENT])


def moodle(students=CLASS, form=PLAIN, titles=ENGLISH, most=20, word="Participant "):
    """A grading worksheet, with names, ID numbers and addresses."""
    status = "Zur Bewertung abgegeben" if titles is GERMAN else "Submitted for grading"
    rows = [titles]
    for each in students:
        rows.append([
            f"{word}{each.number}", f"{each.first} {each.last}", f"S{each.number}",
            f"{each.login}@example.org", status, each.old.replace(".", form.decimal),
            form.number(most), "Ja" if titles is GERMAN else "Yes", SUBMITTED[status], "-",
            each.comment,
        ])  # fmt: skip
    return form.bytes_of(rows)


def brightspace(students=CLASS, form=PLAIN, title="One dimension", most="20"):
    """An export with both ids, names and points."""
    rows = [[
        "OrgDefinedId", "Username", "Last Name", "First Name", "Email",
        "Warm-up Points Grade <Numeric MaxPoints:10 Weight:5 Category:Homework CategoryWeight:50>",
        f"{title} Points Grade <Numeric MaxPoints:{most} Weight:10>",
        "Calculated Final Grade Numerator", "Calculated Final Grade Denominator",
        "End-of-Line Indicator",
    ]]  # fmt: skip
    for each in students:
        rows.append([
            f"#S{each.number}", f"#{each.login}", each.last, each.first,
            f"{each.login}@example.org", form.number(7.5),
            each.old.replace(".", form.decimal), form.number(8), "100", "#",
        ])  # fmt: skip
    return form.bytes_of(rows)
