"""If this fails, a student's work is taken for somebody else's, lost on the way, or not found."""

import csv
import html
import json
import shutil
import subprocess
import sys
import unicodedata

import pytest

from autograder.grading.errors import CourseError
from autograder.grading.lock import only_run
from tests.desk.downloads import (
    CANVAS_GRADEBOOK,
    MOODLE_WORKSHEET,
    PLATFORMS,
    SUBMISSIONS,
    notebook,
    platform,
    zipped,
)

ONE, MANY, BUGS = "one_dimension", "n_dimensions", "planted_bugs"


@pytest.fixture
def intake(cli, course, tmp_path):
    """Takes in files, given by path, as one zip file: (exit status, what it printed)."""

    def take(files, *options, name="download.zip"):
        path = tmp_path / name
        path.write_bytes(files if isinstance(files, bytes) else zipped(files))
        status, out, err = cli(course, "intake", str(path), *options)
        return status, out + err

    return take


def submitted(course):
    """{(student, assignment): note in the notebook} of what is in submitted/."""
    found = {}
    for path in (course.root / "submitted").glob("*/*/*.ipynb"):
        assert path.stem == path.parent.name
        last = json.loads(path.read_bytes())["cells"][-1]
        found[path.parent.parent.name, path.stem] = "".join(last["source"])
    return found


def stamp(course, student, assignment=ONE):
    path = course.root / "submitted" / student / assignment / "timestamp.txt"
    return path.read_text() if path.exists() else None


def statuses(out):
    """{file: status} of the table that was printed."""
    names = ("taken", "same", "older", "unused", "refused", "nobody's", "not written")
    rows = {}
    for line in out.splitlines():
        cells = [each.strip() for each in line.split("   ") if each.strip()]
        found = [each for each in cells if each in names]
        if found and len(cells) > 1:
            rows[cells[0]] = found[0]
    return rows


def whole(folder):
    """Every file of a folder with its bytes."""
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


# Names.


@pytest.mark.parametrize("name", PLATFORMS)
def test_students_are_known_by_the_names_that_platforms_give(course, intake, name):
    """Whatever the files are called, and whichever assignment it is."""
    status, out = intake(platform(course, name, MANY))
    assert status == 0, out
    assert submitted(course) == {(student, MANY): f"by {student}" for _, student in PLATFORMS[name]}
    assert name.partition(",")[0].replace("people", "<student>/…") in out.splitlines()[0]


@pytest.mark.parametrize("name", ["Moodle", "people, folders", "people, files"])
def test_an_unpacked_download_is_the_same(cli, course, tmp_path, name):
    folder = tmp_path / "unpacked"
    for path, content in platform(course, name, ONE).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    assert cli(course, "intake", str(folder))[0] == 0
    assert {student for student, _ in submitted(course)} == {who for _, who in PLATFORMS[name]}


def test_single_files_are_named_after_students(cli, course, tmp_path):
    for name in ("ada.ipynb", "grace.zip"):
        content = notebook(course, ONE, name)
        inside = zipped({f"{ONE}.ipynb": content})
        (tmp_path / name).write_bytes(inside if name.endswith("zip") else content)
    status, out, _ = cli(course, "intake", str(tmp_path / "ada.ipynb"), str(tmp_path / "grace.zip"))
    assert status == 0, out
    assert submitted(course) == {("ada", ONE): "ada.ipynb", ("grace", ONE): "grace.zip"}


def test_the_scheme_that_fits_most_files_is_taken_and_others_are_nobodys(course, intake):
    files = platform(course, "Moodle", ONE) | {"readme.ipynb": notebook(course, ONE)}
    _, out = intake(files)
    assert out.startswith("names as by Moodle")
    assert statuses(out)["download.zip/readme.ipynb"] == "nobody's"
    assert len(submitted(course)) == 3


def test_a_pattern_of_ones_own(course, intake):
    files = {f"x/{ONE}__ada__3.ipynb": notebook(course, ONE, "new"),
             f"x/{ONE}__ada__2.ipynb": notebook(course, ONE, "old")}  # fmt: skip
    status, out = intake(files, "--pattern", r"__(?P<student>\w+?)__(?P<number>\d+)")
    assert status == 0, out
    assert submitted(course) == {("ada", ONE): "new"}


@pytest.mark.parametrize(
    ("pattern", "said"), [("(", "regular expression"), ("x", "(?P<student>…)")]
)
def test_a_wrong_pattern_is_refused(course, intake, pattern, said):
    status, out = intake(platform(course, "Moodle", ONE), "--pattern", pattern)
    assert status == 1 and said in out and not (course.root / "submitted").exists()


def test_two_students_of_one_name_are_not_mixed_up(course, intake):
    files = {f"Kim Lee_{n}_assignsubmission_file_/a.ipynb": notebook(course, ONE) for n in (1, 2)}
    status, out = intake(files)
    assert status == 1 and "2 students are called Kim Lee" in out and submitted(course) == {}


# Rosters.


@pytest.mark.parametrize("name", ["Canvas", "Canvas, by name"])
def test_canvas_gradebook(course, intake, tmp_path, name):
    roster = tmp_path / "gradebook.csv"
    numbers = ("41234", "41235") if name == "Canvas" else ("9", "8")
    roster.write_text(CANVAS_GRADEBOOK)
    who = zip(("lovelaceada", "hoppergrace"), numbers, strict=True)
    files = {f"{n}_{k}_5_{ONE}.ipynb": notebook(course, ONE) for n, k in who}
    files["strangerthe_1_7_x.ipynb"] = notebook(course, ONE)
    status, out = intake(files, "--roster", str(roster))
    assert {student for student, _ in submitted(course)} == {"41234", "41235"}
    assert status == 1 and "the roster has no strangerthe" in out


@pytest.mark.parametrize("form", ["NFC", "NFD", "upper"])
def test_moodles_worksheet_also_tells_the_time(course, intake, tmp_path, form):
    roster = tmp_path / "worksheet.csv"
    roster.write_text(MOODLE_WORKSHEET)
    odd = "ZOË ŹUBR" if form == "upper" else unicodedata.normalize(form, "Zoë Źubr")
    names = [("Ada Lovelace", 12345), ("Group 7-Grace Hopper", 12346), (odd, 12348)]
    files = {f"{name}_{n}_assignsubmission_file_/x.ipynb": notebook(course, ONE, name)
             for name, n in names}  # fmt: skip
    status, out = intake(files, "--roster", str(roster))
    assert status == 0, out
    assert {student for student, _ in submitted(course)} == {"s1", "s2", "s3"}
    times = [stamp(course, student) for student in ("s1", "s2", "s3")]
    assert times == ["2026-10-05 23:59:00 UTC", "2026-10-06 00:01:00 UTC", None]


def test_numbers_of_another_assignments_worksheet_do_not_count_more_than_names(
    course, intake, tmp_path
):
    roster = tmp_path / "worksheet.csv"
    roster.write_text(MOODLE_WORKSHEET)
    files = {"Ada Lovelace_12346_assignsubmission_file_/x.ipynb": notebook(course, ONE)}
    intake(files, "--roster", str(roster))
    assert [*submitted(course)] == [("s1", ONE)]


def test_a_nameless_download_needs_its_worksheet_only(course, intake, tmp_path):
    roster = tmp_path / "worksheet.csv"
    roster.write_text(MOODLE_WORKSHEET)
    intake(platform(course, "Moodle, nameless", ONE), "--roster", str(roster))
    assert {student for student, _ in submitted(course)} == {"s1", "s2"}


def test_a_table_of_our_own(course, intake, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("id;last name;first name\nada;Lovelace;Ada\ngrace;Hopper;Grace\n")
    intake(platform(course, "Moodle, flat", ONE), "--roster", str(roster))
    assert {student for student, _ in submitted(course)} == {"ada", "grace"}


CLASS = "id,first_name,last_name,email\ns1,Ada,Lovelace,\nghopper,,,grace@example.org\n"
NO_NUMBERS = (
    "Identifier,Full name,Email address,Status,Grade\n"
    "Participant 12345,Ada Lovelace,al@example.org,Submitted,\n"
    "Participant 12346,Grace Hopper,grace@example.org,Submitted,\n"
    "Participant 12349,Ada Byron,ab@example.org,Submitted,\n"
)


@pytest.fixture
def enrol(course, tmp_path):
    """Enters a class, given as nbgrader's CSV file."""

    def enter(text):
        (tmp_path / "students.csv").write_text(text)
        done = course.nbgrader("db", "student", "import", str(tmp_path / "students.csv"))
        assert done.returncode == 0, done.stderr

    return enter


@pytest.mark.parametrize("with_roster", [True, False])
def test_a_class_in_the_gradebook_keeps_its_ids_where_a_download_has_only_names(
    course, intake, enrol, tmp_path, with_roster
):
    """Otherwise grades stand under names under which nobody looks for them."""
    enrol(CLASS.replace("ghopper,,", "ghopper,Grace,Hopper"))
    roster = tmp_path / "worksheet.csv"
    roster.write_text(NO_NUMBERS)
    files = platform(course, "Moodle, flat", ONE)
    status, out = intake(files, *(("--roster", str(roster)) if with_roster else ()))
    assert status == 0, out
    assert {student for student, _ in submitted(course)} == {"s1", "ghopper"}
    assert "not in the gradebook" not in out


def test_an_address_tells_who_it_is_and_who_is_not_enrolled_is_said(
    course, intake, enrol, tmp_path
):
    enrol(CLASS)
    roster = tmp_path / "worksheet.csv"
    roster.write_text(NO_NUMBERS)
    who = enumerate(("Ada Lovelace", "Grace Hopper", "Ada Byron"), 12345)
    files = {f"{name}_{n}_assignsubmission_file_a.ipynb": notebook(course, ONE) for n, name in who}
    _, out = intake(files, "--roster", str(roster), "--dry-run")
    assert "1 student is not in the gradebook" in out and "addresses: Ada Byron." in out
    intake(files, "--roster", str(roster))
    assert {student for student, _ in submitted(course)} == {"s1", "ghopper", "Ada Byron"}


def test_a_first_name_is_not_taken_for_somebody_elses_id(course, intake, enrol, tmp_path):
    enrol("id,first_name,last_name,email\nada,Augusta,King,\n")
    roster = tmp_path / "roster.csv"
    roster.write_text("id,first name,last name\nx1,Ada,Lovelace\n")
    files = {"Ada Lovelace_12345_assignsubmission_file_a.ipynb": notebook(course, ONE)}
    _, out = intake(files, "--roster", str(roster))
    assert [*submitted(course)] == [("x1", ONE)] and "addresses: x1." in out


@pytest.mark.parametrize("names", ["first_name,last_name", "First name,Last name"])
def test_a_class_whose_ids_are_a_letter_and_a_number_is_not_moodles_worksheet(
    course, intake, tmp_path, names
):
    """nbgrader's own list of a class; its first names were taken for ids."""
    roster = tmp_path / "students.csv"
    roster.write_text(f"id,{names},email\ns1,Ada,Lovelace,\ns2,Grace,Hopper,\n")
    status, out = intake(platform(course, "Moodle, flat", ONE), "--roster", str(roster))
    assert status == 0, out
    assert {student for student, _ in submitted(course)} == {"s1", "s2"}


def test_names_that_differ_in_case_only_are_two_students(course, intake, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name\na,Li Na\nb,LI NA\n")
    files = {f"{name}_{n}_assignsubmission_file_/x.ipynb": notebook(course, ONE, name)
             for n, name in enumerate(("Li Na", "LI NA", "li na"), 1)}  # fmt: skip
    status, out = intake(files, "--roster", str(roster))
    assert submitted(course) == {("a", ONE): "Li Na", ("b", ONE): "LI NA"}
    assert status == 1 and "2 students of the roster are called li na" in out


# Several files.


def test_the_assignment_is_found_by_content(course, intake):
    files = {f"ada/{name}": notebook(course, each) for name, each in
             ((f"{ONE}.ipynb", MANY), ("x.ipynb", BUGS), (f"{BUGS}.ipynb", ONE))}  # fmt: skip
    intake(files)
    assert {name for _, name in submitted(course)} == {ONE, MANY, BUGS}


def test_only_one_assignment_is_taken_if_it_is_named(course, intake):
    files = {"ada/a.ipynb": notebook(course, ONE), "grace/a.ipynb": notebook(course, MANY)}
    status, out = intake(files, "--assignment", ONE)
    assert [*submitted(course)] == [("ada", ONE)]
    assert status == 1 and f"is a notebook of {MANY}, not of {ONE}" in out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"ada/{ONE}.ipynb", f"ada/{ONE} (1).ipynb"),
        (f"ada/{ONE}-2.ipynb", f"ada/{ONE}-10.ipynb"),
        ("lovelaceada_4_998_x.ipynb", "lovelaceada_4_1002_x.ipynb"),
        ("w_ada_attempt_2026-10-05-23-59-00_x.ipynb", "w_ada_attempt_2026-10-06-00-00-00_x.ipynb"),
        ("1-2 - Ada L - Oct 5, 2026 1159 PM/x.ipynb", "1-2 - Ada L - Oct 6, 2026 1201 AM/a.ipynb"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_newest_counts(course, intake, old, new, turned):
    files = [(old, notebook(course, ONE, "old")), (new, notebook(course, ONE, "new"))]
    _, out = intake(files[::-1] if turned else files)
    assert [*submitted(course).values()] == ["new"]
    assert sorted(statuses(out).values()) == ["older", "taken"]


def test_an_older_one_that_is_fuller_counts_and_that_is_said(course, intake):
    blank = json.dumps(course.release(ONE)).encode()
    files = {"ada/x.ipynb": notebook(course, ONE, "full"), "ada/x (1).ipynb": blank}
    _, out = intake(files)
    assert submitted(course) == {("ada", ONE): "full"}
    assert "ada/x.ipynb counts, with 7 answers, and not" in out


@pytest.mark.parametrize("grader", ["autograder", "nbgrader"])
def test_what_was_guessed_is_a_flag_of_the_grade(cli, course, intake, grader):
    """In the graded notebook, with the grade, and on the page of feedback."""

    def graded(*force):
        if grader == "nbgrader":
            assert course.nbgrader("autograde", ONE, "--force").returncode == 0
            force = ()
        report = json.loads(cli(course, "grade", ONE, "--json", *force)[1])
        noted = json.loads(course.path("autograded", ONE, "ada").read_bytes())["metadata"]
        flags = noted.get("flags", [])
        assert report["flags"][ONE] == ({"ada": flags} if flags else {})
        return flags

    blank = json.dumps(course.release(ONE)).encode()
    full = notebook(course, ONE, "full")
    intake({"ada/x.ipynb": full})
    assert graded() == []
    intake({"ada/x (1).ipynb": blank})
    (first,) = graded()
    assert first == (
        f"what is in submitted/ada/{ONE}/{ONE}.ipynb counts, with 7 answers, and not "
        "download.zip/ada/x (1).ipynb, which has 0."
    )
    assert cli(course, "feedback", ONE)[0] == 0
    page = course.root / "feedback" / "ada" / ONE / f"{ONE}.html"
    assert first in html.unescape(page.read_text())
    cli(course, "intake", "--undo")
    assert graded("--force") == []
    files = {"ada/x.ipynb": notebook(course, ONE, "new"), "ada/x (1).ipynb": blank}
    intake(files)
    assert graded() == [
        "download.zip/ada/x.ipynb counts, with 7 answers, and not download.zip/ada/x (1).ipynb, "
        "which has 0."
    ]
    intake({"ada/x (2).ipynb": notebook(course, ONE, "newest")})
    assert graded() == []


def test_a_resubmission_replaces_and_what_was_there_is_kept(course, intake):
    intake({"ada/x.ipynb": notebook(course, ONE, "first")})
    intake({"ada/x.ipynb": notebook(course, ONE, "second")})
    assert submitted(course) == {("ada", ONE): "second"}
    kept = course.root / "submitted/.intake/0002/before/ada" / ONE / f"{ONE}.ipynb"
    assert b"first" in kept.read_bytes()


def test_what_was_put_there_by_hand_is_kept_too(course, intake):
    course.submit("ada", ONE, notebook(course, ONE, "by hand").decode())
    intake({"ada/x.ipynb": notebook(course, ONE, "new")})
    assert submitted(course) == {("ada", ONE): "new"}
    assert any(b"by hand" in content for content in whole(course.root / "submitted").values())


@pytest.mark.parametrize("name", ["Moodle", "Canvas", "Brightspace", "people, folders"])
def test_the_same_download_again_changes_nothing(course, intake, name):
    files = platform(course, name, ONE) | {"ada/notes.txt": b"hello"}
    intake(files)
    before = whole(course.root / "submitted")
    status, out = intake(files)
    assert status == 0 and "taken" not in statuses(out).values()
    assert whole(course.root / "submitted") == before


def test_an_earlier_download_again_takes_nothing_back(course, intake):
    first = {"ada/x.ipynb": notebook(course, ONE, "first")}
    intake(first)
    intake({"ada/x.ipynb": notebook(course, ONE, "second")})
    _, out = intake(first)
    assert submitted(course) == {("ada", ONE): "second"}
    assert [*statuses(out).values()] == ["older"]


def test_an_older_download_that_was_never_taken_in_is_older_by_its_time(course, intake):
    name = "1-2 - Ada L - Oct {}, 2026 1159 PM/x.ipynb"
    intake({name.format(7): notebook(course, ONE, "seventh")})
    _, out = intake({name.format(5): notebook(course, ONE, "fifth")})
    assert [*submitted(course).values()] == ["seventh"] and "older" in statuses(out).values()


# Times.


def test_times_are_written_in_nbgraders_form(course, intake):
    intake(platform(course, "Gradescope", ONE))
    assert stamp(course, "s1") == "2026-10-05 23:59:00 UTC"
    assert stamp(course, "grace@example.org") == "2026-10-06 23:59:00 UTC"


def test_times_without_a_zone_are_in_the_courses_zone(course, intake):
    course.configure('c.Exchange.timezone = "Europe/Vienna"')
    _, out = intake(platform(course, "Brightspace", ONE))
    assert stamp(course, "Ada Lovelace") == "2026-10-05 21:59:00 UTC"
    assert "Europe/Vienna" in out.splitlines()[0]


def test_a_time_that_can_be_two_days_is_not_guessed(course, intake):
    pattern = r"(?P<student>\w+) at (?P<time>.*)/"
    intake({"ada at 10-5-2026 23:59/x.ipynb": notebook(course, ONE)}, "--pattern", pattern)
    assert [*submitted(course)] == [("ada", ONE)] and stamp(course, "ada") is None
    files = {
        f"{who} at {day}-5-2026 23:59/x.ipynb": notebook(course, ONE)
        for who, day in (("ada", 10), ("eve", 13))
    }
    intake(files, "--pattern", pattern)
    assert stamp(course, "ada") == "2026-05-10 23:59:00 UTC"


def test_a_month_that_is_guessed_is_said(course, intake):
    pattern = r"(?P<student>\w+) at (?P<time>.*)/"
    files = {"ada at 10/5/2026 11:59 PM/x.ipynb": notebook(course, ONE)}
    _, out = intake(files, "--pattern", pattern)
    assert stamp(course, "ada") == "2026-10-05 23:59:00 UTC"
    assert "10/5/2026 11:59 PM was read with the month first" in out


def test_a_group_of_gradescope_is_taken_for_each_of_its_members(course, intake):
    both = SUBMISSIONS.partition("submission_124")[0].replace(
        "  :created_at", "  - :name: Grace Hopper\n    :sid: s2\n  :created_at"
    )
    intake({"e/submission_123/x.ipynb": notebook(course, ONE), "e/submission_metadata.yml": both})
    assert {student for student, _ in submitted(course)} == {"s1", "s2"}


# What is refused.


HTML = b"<!DOCTYPE html><html><body class='jp-Notebook'></body></html>"


def test_whom_to_ask_again_is_listed_with_a_sentence(course, intake):
    files = {"ada/x.ipynb": notebook(course, ONE), "grace/my page.html": HTML,
             "alan/x.rar": b"Rar!\x1a\x07\x01\x00...", "eve/x.7z": b"7z\xbc\xaf\x27\x1c...",
             "=1+1/x.ipynb": b"{}", "ada/f.png": b"\x89PNG", "kim/f.png": b"\x89PNG"}  # fmt: skip
    status, out = intake(files)
    assert status == 1 and "refused.csv" in out
    (path,) = course.root.rglob("refused.csv")
    rows = {row["student"]: row for row in csv.DictReader(path.read_text().splitlines())}
    assert {*rows} == {"grace", "alan", "eve", "'=1+1", "kim"}
    assert "RAR" in rows["alan"]["sentence"] and "7z" in rows["eve"]["sentence"]
    for row in rows.values():
        assert row["file"].startswith("download.zip/") and "submit" in row["sentence"]
    assert rows["grace"]["sentence"].startswith("my page.html ")


def test_what_programs_leave_behind_is_nobodys(course, intake):
    files = {"ada/x.ipynb": notebook(course, ONE), "__MACOSX/ada/._x.ipynb": b"\0",
             "ada/.ipynb_checkpoints/x-checkpoint.ipynb": notebook(course, ONE, "old"),
             ".DS_Store": b"\0", "Thumbs.db": b"\0"}  # fmt: skip
    status, out = intake(files)
    assert status == 0
    assert sorted(statuses(out).values()) == ["nobody's"] * 4 + ["taken"]


@pytest.mark.parametrize(
    "student", ["..", "a\\b", "C:", "x*y", "n\nl", "e\x1b[31m", "a" * 300, " ", ".git", "😀" * 100]
)
def test_odd_names_of_students_do_no_harm(course, intake, student):
    """They are refused, or become a folder in submitted/."""
    before = {path for path in course.root.parent.rglob("*") if "submitted" not in path.parts}
    name = f"{student}_1_assignsubmission_file_/x.ipynb"
    status, out = intake({name: notebook(course, ONE)})
    assert status in (0, 1) and "\x1b" not in out
    assert len(submitted(course)) <= 1
    after = {path for path in course.root.parent.rglob("*") if "submitted" not in path.parts}
    assert {path.name for path in after - before} <= {"download.zip", ".nbgrader.log"}


def test_one_bad_file_does_not_stop_the_others(course, intake):
    files = platform(course, "Moodle", ONE)
    bad = [
        b"PK\3\4 torn",
        zipped({"../x.ipynb": b"{}"}),
        b"",
        b"{}",
        b"\xff\xfe\0",
        b"\x1f\x8b\x08",
    ]
    files |= {f"Bad {n}_{n}_assignsubmission_file_/x.zip": each for n, each in enumerate(bad)}
    status, out = intake(files)
    assert status == 1 and len(submitted(course)) == 3
    assert sum(each == "refused" for each in statuses(out).values()) == 6


@pytest.mark.parametrize(
    "arguments",
    [
        ["no such file.zip"],
        [],
        ["submitted"],
        ["source", "--roster", "missing.csv"],
        ["source", "--assignment", "nothing"],
    ],
)
def test_mistakes_of_the_instructor_get_one_line(cli, course, arguments):
    (course.root / "submitted").mkdir()
    status, out, err = cli(course, "intake", *arguments)
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert [*(course.root / "submitted").iterdir()] == []


# Taking back.


def test_a_dry_run_writes_nothing(course, intake):
    status, out = intake(platform(course, "Moodle", ONE), "--dry-run")
    assert status == 0 and [*statuses(out).values()] == ["taken"] * 3
    assert not (course.root / "submitted").exists()


def test_a_wrong_roster_can_be_taken_back(cli, course, intake, tmp_path):
    course.submit("s2", ONE, notebook(course, ONE, "from before").decode())
    before = whole(course.root / "submitted")
    roster = tmp_path / "wrong.csv"
    roster.write_text("id,name\ns2,Ada Lovelace\ns1,Grace Hopper\n")
    intake(platform(course, "Moodle, flat", ONE), "--roster", str(roster))
    assert submitted(course)["s2", ONE] == "by Ada Lovelace"
    status, out, _ = cli(course, "intake", "--undo")
    assert status == 0 and f"s1: {ONE} is taken back" in out
    after = whole(course.root / "submitted")
    assert {path: each for path, each in after.items() if path.parts[0] != ".intake"} == before
    roster.write_text("id,name\ns1,Ada Lovelace\ns2,Grace Hopper\n")
    intake(platform(course, "Moodle, flat", ONE), "--roster", str(roster))
    assert submitted(course)["s1", ONE] == "by Ada Lovelace"


def test_the_grade_of_what_is_taken_back_is_deleted(cli, course, intake):
    """It was somebody else's; only what a person has given by hand stays, and that is said."""
    course.submit("bob", ONE, notebook(course, ONE, "from before").decode())
    intake({f"{who}/x.ipynb": notebook(course, ONE, who) for who in ("ada", "bob", "eve")})
    assert cli(course, "grade", ONE)[0] == cli(course, "feedback", ONE)[0] == 0
    course.submit("eve", ONE, notebook(course, ONE, "corrected").decode())
    with course.gradebook() as gradebook:
        gradebook.find_grade("explain_zero", ONE, ONE, "bob").manual_score = 1
        gradebook.db.commit()
    status, out, _ = cli(course, "intake", "--undo")
    gone = "; its grade and its feedback are deleted"
    assert status == 0 and out.splitlines() == [
        f"ada: {ONE} is taken back{gone}",
        f"bob: {ONE} is what it was before{gone}, but not the points and comments that were given "
        "by hand: look at them in the Formgrader, and run `autograder grade`",
        f"eve: {ONE} has changed since, and stays as it is",
    ]
    for step in ("autograded", "feedback"):
        assert {path.parent.parent.name for path in course.root.glob(f"{step}/*/*/{ONE}.*")} == {
            "eve"
        }
    scores = {who: {*found.values()} - {None} for who, found in course.grades(ONE).items()}
    assert scores["ada"] == scores["bob"] == set() != scores["eve"]
    with course.gradebook() as gradebook:
        assert gradebook.find_grade("explain_zero", ONE, ONE, "bob").manual_score == 1
    assert cli(course, "grade", ONE, "--student", "bob")[0] == 0
    assert sum(course.points(ONE, "bob").values()) == course.coded(ONE)


def test_nothing_is_taken_in_or_back_while_another_command_runs(cli, course, intake):
    intake({"ada/x.ipynb": notebook(course, ONE)})
    before = whole(course.root / "submitted")
    with only_run(course.root):
        files = {"eve/x.ipynb": notebook(course, ONE)}
        for status, out in (intake(files), cli(course, "intake", "--undo")[::2]):
            assert status == 1 and out.startswith("autograder: another autograder is running in")
            assert "wait until it is done, or stop it" in out and len(out.splitlines()) == 1
        assert intake(files, "--dry-run")[0] == 0
    assert whole(course.root / "submitted") == before


def test_the_command_that_runs_is_named(course):
    code = "import sys; from autograder.grading.lock import only_run\n"
    code += "with only_run(sys.argv[-1]): print(); input()"
    command = ["-c", code, "bin/autograder", "grade", str(course.root)]
    with course.start(sys.executable, *command, stdin=subprocess.PIPE) as process:
        process.stdout.readline()
        with pytest.raises(CourseError, match=rf"`autograder grade .*` \(process {process.pid}\)"):
            only_run(course.root).__enter__()
        process.communicate("\n")
    with only_run(course.root):
        pass


def test_what_has_changed_since_is_not_taken_back(cli, course, intake):
    intake({"ada/x.ipynb": notebook(course, ONE, "taken in")})
    course.submit("ada", ONE, notebook(course, ONE, "corrected").decode())
    _, out, _ = cli(course, "intake", "--undo")
    assert "has changed since" in out and submitted(course) == {("ada", ONE): "corrected"}
    status, _, err = cli(course, "intake", "--undo")
    assert status == 1 and "taken back already" in err


def test_nbgrader_and_grade_do_not_see_what_is_kept(cli, course, intake):
    intake({"ada/x.ipynb": notebook(course, ONE, "first")})
    intake({"ada/x.ipynb": notebook(course, ONE, "second")})
    status, out, _ = cli(course, "grade")
    assert (status, out.splitlines()[-1]) == (0, "1 graded")
    done = course.nbgrader("autograde", ONE, "--force")
    assert done.returncode == 0, done.stderr
    assert {*course.grades(ONE)} == {"ada"}


def test_a_folder_that_can_not_be_written_keeps_what_was_there(course, intake, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    course.submit("ada", ONE, notebook(course, ONE, "before").decode())
    shutil.move(course.root / "submitted" / "ada", elsewhere)
    (course.root / "submitted" / "ada").symlink_to(elsewhere)
    files = {"ada/x.ipynb": notebook(course, ONE, "new"), "eve/x.ipynb": notebook(course, ONE)}
    status, out = intake(files)
    assert status == 1 and "not written" in statuses(out).values()
    assert b"before" in (elsewhere / ONE / f"{ONE}.ipynb").read_bytes()
    assert ("eve", ONE) in submitted(course)


# nbgrader's own command.


def test_zip_collect_takes_a_download_of_moodle(course):
    archive = course.root / "downloaded" / ONE / "archive"
    archive.mkdir(parents=True)
    (archive / "moodle.zip").write_bytes(zipped(platform(course, "Moodle", ONE)))
    done = course.nbgrader("zip_collect", ONE)
    assert done.returncode == 0 and "3 files collected" in done.stderr
    assert submitted(course) == {(who, ONE): f"by {who}" for _, who in PLATFORMS["Moodle"]}


def test_zip_collect_chooses_and_writes_times(course):
    archive = course.root / "downloaded" / ONE / "archive"
    archive.mkdir(parents=True)
    name = "1-2 - Ada L - Oct {}, 2026 1159 PM/{}.ipynb"
    files = {name.format(5, "x"): notebook(course, ONE, "old"),
             name.format(6, "y"): notebook(course, ONE, "new"),
             "../out.ipynb": b"{}", "index.html": HTML}  # fmt: skip
    (archive / "d2l.zip").write_bytes(zipped(files))
    done = course.nbgrader("zip_collect", ONE, "--force")
    assert done.returncode == 0, done.stderr
    assert submitted(course) == {("Ada L", ONE): "new"}
    assert stamp(course, "Ada L").startswith("2026-10-06 23:59:00")
    assert not [*course.root.rglob("out.ipynb")]


def test_a_course_keeps_its_own_collector(course):
    course.configure('c.FileNameCollectorPlugin.named_regexp = r".*/(?P<student_id>[a-z]+)--"')
    archive = course.root / "downloaded" / ONE / "archive"
    archive.mkdir(parents=True)
    (archive / "ada--hw.ipynb").write_bytes(notebook(course, ONE, "hers"))
    course.nbgrader("zip_collect", ONE)
    assert submitted(course) == {("ada", ONE): "hers"}
