"""If this fails, a platform gets somebody else's grade, a wrong one, or a file that it refuses."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.desk import brightspace_sheet, canvas_sheet, csv_file, moodle_sheet
from autograder.desk.class_grades import (
    NEWER,
    NOT_GRADED,
    NOT_READ,
    NOT_SUBMITTED,
    Standing,
    in_words,
)
from autograder.desk.fill_sheet import NO_ROW, NOBODY, choose_columns, fill
from autograder.desk.match_students import Person
from autograder.grading.errors import CourseError
from autograder.grading.scores import Scored, Total
from autograder.questions.verdict import Finding
from tests.desk.sheets import (
    CLASS,
    ENGLISH,
    FORMS,
    GERMAN,
    PLAIN,
    Form,
    Student,
    brightspace,
    canvas,
    moodle,
)
from tests.thorough import THOROUGH

EXAMPLES = 200 * THOROUGH
ASSIGNMENT = "one_dimension"
COURSE = [ASSIGNMENT, "n_dimensions", "planted_bugs"]
READERS = {
    canvas: canvas_sheet.read,
    moodle: moodle_sheet.read,
    brightspace: brightspace_sheet.read,
}
PEOPLE = {each.login: Person((each.login,)) for each in CLASS if each.login != "nobody"}


def standing(student, points, why="", unread=False, most=20.0, note="", **more):
    total = None if points is None else Total(points, 0.0, points)
    fields = {"scores": {}, "worth": {}, "parts": {}, "comments": {}, **more}
    return Standing(
        ASSIGNMENT, student, why, unread, total, most, **fields, flags=(), timestamp=None, note=note
    )


def read(make, data):
    return READERS[make](csv_file.read(data), "sheet.csv")


def filled(make, data, graded, people=PEOPLE, unread_as_0=False, assignment=ASSIGNMENT, title=None):
    """The bytes of a filled sheet, {student: line}, and the notes on its columns."""
    sheet = read(make, data)
    columns = choose_columns(sheet, "sheet.csv", COURSE, assignment, title)
    done = fill(sheet, columns, dict.fromkeys(columns, graded), people, unread_as_0)
    lines = {line.who: line for line in done.lines}
    return sheet.file.filled(done.texts), lines, done.notes


GRADES = {"correct": 18.0, "wrong_forward_right_rest": 16.75, "raises": 0.0, "unsolved": 12.5}
GRADED = {student: standing(student, points) for student, points in GRADES.items()}


def expected(student, form=PLAIN, comments=False):
    """A student of the class with the grade that the sheet must have afterwards."""
    if student.login not in GRADES:
        return student
    comment = in_words(GRADED[student.login]) if comments else ""
    return replace(student, old=f"{GRADES[student.login]:.2f}", comment=comment)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("make", READERS, ids=lambda make: make.__name__)
def test_the_file_is_as_the_platform_would_write_it_with_these_grades(make, form):
    after = [expected(each, comments=make is moodle) for each in CLASS]
    data, lines, notes = filled(make, make(form=form), GRADED)
    assert data == make(after, form)
    assert lines["nobody" if "nobody" in lines else [*lines][-1]].note == NOBODY
    assert notes == []
    again, lines, _ = filled(make, data, GRADED)
    assert again == data
    assert [line.new for line in lines.values()] == [line.old for line in lines.values()]


names = st.text(
    st.characters(codec="cp1252", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1
).filter(lambda name: name.strip("-") and not name.isdigit())
forms = st.builds(
    Form,
    separator=st.sampled_from([",", ";"]),
    end=st.sampled_from(["\r\n", "\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    quoting=st.sampled_from([0, 1]),
    decimal=st.sampled_from([".", ","]),
    announces=st.booleans(),
)
grades = st.decimals(0, 20, places=2)
students = st.builds(
    lambda first, last, old: (first, last, "" if old is None else f"{old:.2f}"),
    names, names, st.none() | grades,
)  # fmt: skip
classes = st.lists(st.tuples(students, st.none() | grades), min_size=1, max_size=8)


@pytest.mark.parametrize("make", [canvas, moodle], ids=["canvas", "moodle"])
@settings(max_examples=EXAMPLES, deadline=None)
@given(classes, forms, st.data())
def test_outside_of_filled_cells_every_byte_stays(make, made, form, data):
    """The filled file is compared with one that is written anew."""
    before, after, graded = [], [], {}
    for place, ((first, last, old), points) in enumerate(made):
        student = Student(f"u{place}x", first, last, 41234 + place, old)
        before.append(student)
        if points is None:
            after.append(student)
            graded[student.login] = standing(student.login, None, NOT_GRADED)
            continue
        of = graded[student.login] = standing(student.login, float(points))
        comment = in_words(of) if make is moodle else ""
        after.append(replace(student, old=f"{points:.2f}", comment=comment))
    more = {"titles": data.draw(st.sampled_from([ENGLISH, GERMAN]))} if make is moodle else {}
    people = {each.login: Person((each.login,)) for each in before}
    found, _, _ = filled(make, make(before, form, **more), graded, people)
    assert found == make(after, form, **more)


class TestBlank:
    def test_what_has_no_grade_stays_blank_and_is_said(self):
        graded = {
            "correct": standing("correct", 16.0, NOT_READ, unread=True),
            "raises": standing("raises", None, NOT_GRADED),
        }
        data, lines, _ = filled(canvas, canvas(), graded)
        assert data == canvas()
        assert lines["correct"].note == NOT_READ and not lines["correct"].is_plain
        assert lines["raises"].note == NOT_GRADED and not lines["raises"].is_plain

    def test_unread_answers_count_as_0_if_that_is_asked_for(self):
        graded = {"correct": standing("correct", 16.0, NOT_READ, unread=True)}
        data, lines, _ = filled(canvas, canvas(), graded, unread_as_0=True)
        assert data == canvas([replace(CLASS[0], old="16.00"), *CLASS[1:]])
        assert lines["correct"].new == "16.00"

    def test_an_old_grade_is_never_removed(self):
        graded = {"unsolved": standing("unsolved", None, NOT_GRADED)}
        data, lines, _ = filled(canvas, canvas(), graded)
        assert data == canvas()
        assert lines["unsolved"].note == f"12.50 stays, and is yours to change: {NOT_GRADED}"
        why = f"3.00 stays, and is yours to change: {NOT_SUBMITTED}"
        line = lines["wrong_forward_right_rest"]
        assert (line.old, line.new, line.note, line.is_plain) == ("3.00", "3.00", why, False)

    @pytest.mark.parametrize("old", ["EX", "N/A", "A-"])
    def test_what_is_not_a_number_stays(self, old):
        sheet = canvas([replace(CLASS[0], old=old)])
        data, lines, _ = filled(canvas, sheet, GRADED)
        assert data == sheet
        assert lines["correct"].note.startswith(f"{old} stays")

    def test_a_dash_in_moodle_is_no_grade(self):
        data, _, _ = filled(moodle, moodle([replace(CLASS[0], old="-")]), GRADED)
        assert PLAIN.cells(data)[1][5] == "18.00"


class TestLines:
    def test_who_has_no_row_and_which_row_is_nobodys(self):
        _, lines, _ = filled(canvas, canvas(CLASS[2:]), GRADED)
        assert lines["correct"].note == f"{NO_ROW}, for 18 points"
        assert lines["In This Course, Not (S41238)"].note == NOBODY
        assert not any("Student, Test" in who for who in lines)

    def test_a_newer_submission_is_said(self):
        graded = {"correct": standing("correct", 18.0, note=NEWER)}
        assert filled(canvas, canvas(), graded)[1]["correct"].note == NEWER

    def test_rows_that_fit_two_students_stay_blank(self):
        people = {"Correct": Person(("Correct",)), "CORRECT": Person(("CORRECT",))}
        graded = {name: standing(name, 18.0) for name in people}
        data, lines, _ = filled(canvas, canvas(), graded, people)
        assert data == canvas()
        assert lines["Lovelace, Ada (S41234)"].note == "could be Correct or CORRECT"

    def test_two_rows_for_one_student_stay_blank(self):
        sheet = canvas([CLASS[0], replace(CLASS[0], number=5)])
        data, lines, _ = filled(canvas, sheet, GRADED)
        assert data == sheet
        assert "could be correct, and so could another row" in lines["Lovelace, Ada (S5)"].note

    def test_a_short_row_is_said(self):
        sheet = canvas().replace(b",7.50,,88.20,80.00,B+", b",7.50", 1)
        data, lines, _ = filled(canvas, sheet, {"correct": GRADED["correct"]})
        assert data == sheet
        assert "too short" in lines["correct"].note


class TestMaximum:
    @pytest.mark.parametrize("make", READERS, ids=lambda make: make.__name__)
    def test_another_maximum_is_said_and_never_changed(self, make):
        data, _, notes = filled(make, make(most=100), GRADED)
        assert data.count(b"100") == make(most=100).count(b"100")
        (note,) = notes
        assert "has 20 points, but the maximum" in note and "not scaled" in note

    @pytest.mark.parametrize("make", [moodle, brightspace])
    def test_what_the_platform_would_skip_is_said(self, make):
        _, lines, _ = filled(make, make(most=17), GRADED)
        assert "above the maximum, 17" in lines["correct"].note
        assert lines["wrong_forward_right_rest"].note == ""


class TestColumns:
    @pytest.mark.parametrize(
        "title", ["one_dimension (777)", "One dimension (777)", "ONE-DIMENSION (7)"]
    )
    def test_a_column_is_found_by_the_name_of_its_assignment(self, title):
        found = choose_columns(read(canvas, canvas(title=title)), "c.csv", COURSE, None, None)
        assert {name: column.title for name, column in found.items()} == {ASSIGNMENT: title}

    @pytest.mark.parametrize("title", ["Homework 1 (777)", "Homework 1", "homework 1"])
    def test_or_by_its_title(self, title):
        sheet = read(canvas, canvas(title="Homework 1 (777)"))
        found = choose_columns(sheet, "c.csv", COURSE, "n_dimensions", title)
        assert {name: each.title for name, each in found.items()} == {
            "n_dimensions": "Homework 1 (777)"
        }

    @pytest.mark.parametrize(
        ("title", "assignment", "said"),
        [
            (None, "n_dimensions", "no column of n_dimensions"),
            ("Quiz", ASSIGNMENT, "no column called Quiz"),
            ("Final Score", ASSIGNMENT, "no column called Final Score"),
        ],
    )
    def test_an_unknown_column_is_never_made(self, title, assignment, said):
        with pytest.raises(CourseError, match=said) as found:
            choose_columns(read(canvas, canvas()), "c.csv", COURSE, assignment, title)
        assert "Warm-up (776); one_dimension (777)" in str(found.value)

    def test_two_columns_of_one_name_are_a_question(self):
        data = canvas(title="Warm-up (777)")
        with pytest.raises(CourseError, match="more than one column"):
            choose_columns(read(canvas, data), "c.csv", COURSE, ASSIGNMENT, "Warm-up")
        found = choose_columns(read(canvas, data), "c.csv", COURSE, ASSIGNMENT, "Warm-up (777)")
        assert found[ASSIGNMENT].place == 6

    def test_a_read_only_column_is_refused(self):
        data = canvas(title="Total (1)").replace(b",20.00,", b",(read only),", 1)
        with pytest.raises(CourseError, match="read-only"):
            choose_columns(read(canvas, data), "c.csv", COURSE, ASSIGNMENT, "Total (1)")

    @pytest.mark.parametrize(
        ("shown", "assignment", "found"),
        [
            ("Grades-GC-one dimension-4711.csv", None, ASSIGNMENT),
            ("Bewertungen-GC-N Dimensions-4711.csv", None, "n_dimensions"),
            ("sheet.csv", "planted_bugs", "planted_bugs"),
        ],
    )
    def test_moodles_file_is_named_after_the_assignment(self, shown, assignment, found):
        assert [*choose_columns(read(moodle, moodle()), shown, COURSE, assignment, None)] == [found]

    def test_or_somebody_has_to_say_it(self):
        with pytest.raises(CourseError, match="add --assignment"):
            choose_columns(read(moodle, moodle()), "sheet.csv", COURSE, None, None)

    @pytest.mark.parametrize("make", READERS, ids=lambda make: make.__name__)
    @pytest.mark.parametrize(
        "other", [*READERS, None], ids=lambda make: getattr(make, "__name__", "none")
    )
    def test_the_sheet_of_another_platform_is_refused_by_name(self, make, other):
        if make is other:
            return
        data = other() if other else b"id,name\nada,Ada\n"
        with pytest.raises(CourseError, match=r"sheet\.csv is not an? .* from \w+ \("):
            read(make, data)

    @pytest.mark.parametrize("data", [b"", b"\n", b"Student,ID\n"])
    def test_an_empty_file_is_refused(self, data):
        for make in READERS:
            with pytest.raises(CourseError):
                choose_columns(read(make, data), "sheet.csv", COURSE, None, None)


class TestCanvas:
    def test_a_row_about_posting_above_the_maximum(self):
        after = [expected(each) for each in CLASS]
        assert filled(canvas, canvas(manual=True), GRADED)[0] == canvas(after, manual=True)

    def test_first_and_last_names_in_two_columns(self):
        data = canvas().replace(b"Student,ID", b"LastName,FirstName,ID", 1)
        data = data.replace(b"Points Possible", b"Points Possible,", 1)
        for each in CLASS:
            joined = f'"{each.last}, {each.first}"'.encode()
            data = data.replace(joined, f'"{each.last}",{each.first}'.encode())
        graded = filled(canvas, data, GRADED)[0]
        assert [row[7] for row in PLAIN.cells(graded)[2:6]] == ["18.00", "16.75", "0.00", "12.50"]


class TestMoodle:
    def test_an_anonymous_worksheet(self):
        rows = [[row[0], *row[4:]] for row in PLAIN.cells(moodle())]
        people = {"41234": Person(("41234",)), "Submitted": Person(("Submitted",))}
        graded = {"41234": standing("41234", 18.0)}
        data, lines, _ = filled(moodle, PLAIN.bytes_of(rows), graded, people)
        assert lines["41234"].new == "18.00"
        assert [row[2] for row in PLAIN.cells(data)[1:]] == ["18.00", "3.00", "", "12.50", ""]

    def test_a_workflow_a_marker_a_team_and_a_text_that_was_submitted(self):
        rows = PLAIN.cells(moodle())
        rows = [
            [
                *row[:5],
                "Team 7",
                "Dr. Who",
                *row[5:7],
                "Not marked",
                *row[7:9],
                "an essay",
                *row[9:],
            ]
            for row in rows
        ]
        data, _, notes = filled(moodle, PLAIN.bytes_of(rows), GRADED)
        after = PLAIN.cells(data)
        assert notes == []
        for before, row in zip(rows[1:], after[1:], strict=True):
            changed = {place for place in range(len(row)) if before[place] != row[place]}
            assert changed <= {7, len(row) - 1}
        assert after[1][7] == "18.00" and after[1][-1].startswith("one_dimension: 18 of 20")

    def test_without_a_column_for_comments(self):
        rows = [row[:-1] for row in PLAIN.cells(moodle())]
        data, _, notes = filled(moodle, PLAIN.bytes_of(rows), GRADED)
        assert ["comments" in note for note in notes] == [True]
        assert PLAIN.cells(data)[1][5] == "18.00" and PLAIN.cells(data)[1][-1] == "-"

    @pytest.mark.parametrize(
        "graded",
        ["Freitag, 6. November 2026, 08:15", "6/11/26, 8:15 AM", "2026年11月6日 08:15", "-", ""],
    )
    def test_times_of_grading_stay(self, graded):
        rows = PLAIN.cells(moodle())
        for place, row in enumerate(rows[1:]):
            row[9] = "-" if place and graded else graded
        without = PLAIN.bytes_of([row[:-1] for row in rows])
        found, _, _ = filled(moodle, without, GRADED)
        assert [row[9] for row in PLAIN.cells(found)] == [row[9] for row in rows]
        after = PLAIN.cells(filled(moodle, PLAIN.bytes_of(rows), GRADED)[0])
        assert [row[9] for row in after] == [row[9] for row in rows]

    def test_lines_below_the_class_stay(self):
        rows = PLAIN.cells(moodle())
        rows += [[""] * len(rows[0]), ["Average", "", "", "", "", "12.5", *[""] * 5]]
        data, lines, _ = filled(moodle, PLAIN.bytes_of(rows), GRADED)
        assert PLAIN.cells(data)[-2:] == rows[-2:]
        assert lines["correct"].new == "18.00"

    def test_a_scale_is_refused(self):
        rows = PLAIN.cells(moodle())
        for row in rows[1:]:
            row[5:7] = ["", "poor\nfair\ngood"]
        with pytest.raises(CourseError, match="set Grade to points"):
            read(moodle, PLAIN.bytes_of(rows))

    def test_somebodys_comment_stays(self):
        sheet = moodle([replace(CLASS[0], comment="Well done, Ada!")])
        data, lines, _ = filled(moodle, sheet, GRADED)
        assert data == moodle([replace(CLASS[0], old="18.00", comment="Well done, Ada!")])
        assert "the comment in the sheet stays" in lines["correct"].note

    @pytest.mark.parametrize("around", ["{}", "<p>{}</p>", '<div class="x">{}</div>'])
    def test_a_comment_of_an_earlier_export_is_replaced(self, around):
        earlier = around.format(in_words(standing("correct", 3.5)))
        data, lines, _ = filled(moodle, moodle([replace(CLASS[0], comment=earlier)]), GRADED)
        assert PLAIN.cells(data)[1][-1] == in_words(GRADED["correct"])
        assert lines["correct"].note == ""

    def test_a_comment_is_text_and_not_html_or_a_formula(self):
        parts = {"test_f": (Finding("value", 1, False, 'f returned <b>"x"</b> & more'),)}
        scored = {"test_f": Scored(0, None, None, False)}
        of = standing("correct", 3.0, scores=scored, worth={"test_f": 1}, parts=parts)
        data, _, _ = filled(moodle, moodle(), {"correct": replace(of, assignment="=1+1")})
        comment = PLAIN.cells(data)[1][-1]
        assert comment.startswith("'=1+1: 3 of 20 points.")
        assert 'f returned &lt;b&gt;"x"&lt;/b&gt; &amp; more' in comment


class TestNumbers:
    @pytest.mark.parametrize(
        ("points", "olds", "most", "new"),
        [
            (17.5, ["3.00"], 20, "17.50"),
            (17.5, ["3"], 20, "17.5"),
            (17.0, ["3"], 20, "17"),
            (17.0, [], 20, "17.00"),
            (1e-7, [], 20, "0.00"),
            (17.123456789, ["3.00"], 20, "17.12346"),
            (17.0, ["3.0", "4.25"], 20, "17.0"),
            (12345678.0, ["3"], 20, "12345678"),
        ],
    )
    def test_as_the_column_writes_them(self, points, olds, most, new):
        others = [Student(f"x{place}", "a", "b", place, old) for place, old in enumerate(olds)]
        data = canvas([CLASS[0], *others], most=most)
        _, lines, _ = filled(canvas, data, {"correct": standing("correct", points, most=20.0)})
        assert lines["correct"].new == new

    def test_a_number_that_is_the_same_keeps_its_form(self):
        sheet = canvas([replace(CLASS[0], old="18")])
        assert filled(canvas, sheet, GRADED)[0] == sheet


def test_a_comment_says_the_points_and_why_parts_were_lost():
    scores = {
        "test_f": Scored(1.0, None, None, False),
        "test_g": Scored(0.0, 2.5, 0.5, False),
        "test_h": Scored(3.0, None, None, False),
        "essay": Scored(None, None, None, True),
    }
    lost = "it is\nwrong " + "x" * 300
    parts = {
        "test_f": (
            Finding("a", 1, True, ""),
            Finding("b", 1, False, lost),
            Finding("c", 1, False, lost),
        ),
        "test_g": (Finding("a", 3, False, "the program's reason"),),
    }
    said = in_words(
        replace(
            standing(
                "ada", 5.0, scores=scores, parts=parts, comments={"g": "Nearly.\nSee me"},
                worth={"test_f": 3.0, "test_g": 3.0, "test_h": 3.0, "essay": 2.0},
            ),
            total=Total(7.0, 2.0, 5.0),
        )
    )  # fmt: skip
    assert said.startswith(
        "one_dimension: 5 of 20 points (2 taken off for being late). f 1/3 (b, c"
    )
    assert "b, c: it is wrong xxx" in said and "x…). g 3/3 (Nearly. See me). h 3/3. " in said
    assert said.endswith("essay 0/2 (counts as 0 until somebody reads it).") and "\n" not in said
