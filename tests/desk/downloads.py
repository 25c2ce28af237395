"""Downloads as learning platforms make them, for tests that take them in."""

import io
import json
import zipfile

PLATFORMS = {
    "Canvas": [
        ("lovelaceada_LATE_41234_998877_{a}-2.ipynb", "41234"),
        ("hoppergrace_41235_998878_{a}.ipynb", "41235"),
        ("vonneumannjános_41236_998880_Kopie von x.ipynb", "41236"),
    ],
    "Canvas, nameless": [
        ("anon_Ab1cD_998877_{a}.ipynb", "anon_Ab1cD"),
        ("LATE_anon_Xy2zW_998878_{a}-1.ipynb", "anon_Xy2zW"),
    ],
    "Moodle": [
        ("Ada Lovelace_12345_assignsubmission_file_/{a}.ipynb", "Ada Lovelace"),
        ("Grace Hopper_12346_assignsubmission_file_/{a} (1).ipynb", "Grace Hopper"),
        ("Anna-Lena Meier_12347_assignsubmission_file_/sub/Copy_of_{a}.ipynb", "Anna-Lena Meier"),
    ],
    "Moodle, flat": [
        ("Ada Lovelace_12345_assignsubmission_file_{a}.ipynb", "Ada Lovelace"),
        ("Grace Hopper_12346_assignsubmission_file_my work.ipynb", "Grace Hopper"),
    ],
    "Moodle, nameless": [
        ("Participant_12345_assignsubmission_file_/{a}.ipynb", "Participant 12345"),
        ("Participant_12346_assignsubmission_file_/{a}.ipynb", "Participant 12346"),
    ],
    "Moodle, groups": [
        ("Group A-Ada Lovelace_12345_assignsubmission_file_/{a}.ipynb", "Ada Lovelace"),
        ("Group B-Grace Hopper_12346_assignsubmission_file_/{a}.ipynb", "Grace Hopper"),
    ],
    "Blackboard": [
        ("Home_work_a_lovelace_attempt_2026-10-05-23-59-00_{a}.ipynb", "a_lovelace"),
        ("Home_work_ghopper_attempt_2026-10-06-00-01-00_{a}.ipynb", "ghopper"),
    ],
    "Brightspace": [
        ("12345-67890 - Ada Lovelace - Oct 5, 2026 1159 PM/{a}.ipynb", "Ada Lovelace"),
        ("12346-67890 - Grace Hopper - Oct 6, 2026 1201 AM/{a}.ipynb", "Grace Hopper"),
    ],
    "Gradescope": [
        ("assignment_9_export/submission_123/{a}.ipynb", "s1"),
        ("assignment_9_export/submission_124/{a}.ipynb", "grace@example.org"),
    ],
    "nbgrader's exchange": [
        ("ada+{a}+2026-10-05 23:59:00 UTC+x1/{a}.ipynb", "ada"),
        ("grace+{a}+2026-10-05 23:59:00.123456 UTC/{a}.ipynb", "grace"),
    ],
    "people, folders": [("ada/{a}.ipynb", "ada"), ("grace/week 3/my.ipynb", "grace")],
    "people, files": [("ada.ipynb", "ada"), ("grace.ipynb", "grace")],
    "people, archives": [("class/ada.zip", "ada"), ("class/grace.zip", "grace")],
}
"""By platform, paths in the download, and the ids of their students without a roster."""
SUBMISSIONS = """---
submission_123:
  :submitters:
  - :name: Ada Lovelace
    :sid: s1
    :email: ada@example.org
  :created_at: 2026-10-05 23:59:00.123456000 Z
  :results:
    :tests:
    - :name: a test
submission_124:
  :submitters:
  - :name: Grace Hopper
    :sid: ''
    :email: grace@example.org
  :created_at: 2026-10-06 16:59:00 -0700
"""
CANVAS_GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Week 3 (77)\n"
    '"    Points Possible",,,,,20\n'
    '"Lovelace, Ada",41234,s1,ada@example.org,Section A,\n'
    '"Hopper, Grace",41235,s2,grace@example.org,Section A,\n'
)
MOODLE_WORKSHEET = (
    "\ufeffIdentifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,"
    "Last modified (submission),Feedback comments\n"
    "Participant 12345,Ada Lovelace,s1,ada@example.org,Submitted,,20,"
    '"Monday, 5 October 2026, 11:59 PM",\n'
    "Participant 12346,Grace Hopper,s2,grace@example.org,Submitted,,20,"
    '"Tuesday, 6 October 2026, 12:01 AM",\n'
    "Participant 12348,Zoë Źubr,s3,zoe@example.org,No submission,,20,-,\n"
)


def notebook(course, assignment, note="", story="correct"):
    """The bytes of a notebook with answers, and with a line of its own."""
    answered = course.answered(assignment, story)
    if note:
        answered.cells.append({"cell_type": "markdown", "metadata": {}, "source": note, "id": "n"})
    return json.dumps(answered).encode()


def zipped(files):
    """A zip file with these files: pairs of a path and bytes, or a dict."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(path, data)
    return content.getvalue()


def platform(course, name, assignment):
    """The files of a download: {path: bytes}."""
    files = {}
    for path, student in PLATFORMS[name]:
        content = notebook(course, assignment, f"by {student}")
        path = path.format(a=assignment)
        files[path] = zipped({f"{assignment}.ipynb": content}) if path.endswith("zip") else content
    if name == "Gradescope":
        files["assignment_9_export/submission_metadata.yml"] = SUBMISSIONS.encode()
    if name == "Blackboard":
        for path in [*files]:
            note = f"{path.partition('_' + assignment)[0]}.txt"
            files[note] = b"Name: A Student (%s)\nAssignment: Home_work\n" % (
                b"a_lovelace" if "lovelace" in path else b"ghopper"
            )
    if name == "Brightspace":
        files["index.html"] = b"<html></html>"
    return files
