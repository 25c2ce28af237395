"""Grades attacks outside of a test, and says what each of them got."""

import json
import shutil
import tempfile
from pathlib import Path

from tests import sample_class
from tests.attacks.catalogue import attacks
from tests.attacks.rig import CANARY, HALLS, NEIGHBOURS, assignments, grade_all, students
from tests.temporary_course import ROOT, TemporaryCourse

ALONE = """
for each in ("Autograde", "GenerateFeedback", "HTMLExporter"):
    del c[each]
del c.CourseDirectory["ignore"]
"""
"""Takes everything of ours back out of the configuration: the notebooks remain."""


def try_them(how, *names):
    """Grade attacks and print what each of them gets.

    Parameters
    ----------
    how : str
        ``--stock`` by nbgrader alone, without walls: only those that do no harm. ``--walled`` as
        the course grades them.
    names : str
        Attacks or themes; all by default.
    """
    stock = how == "--stock"
    only = [
        each.name
        for each in attacks().values()
        if not (stock and each.harmful)
        if not names or each.name in names or each.theme in names
    ]
    folder = Path(tempfile.mkdtemp())
    released = TemporaryCourse(folder / "released", folder / "settings")
    shutil.copytree(ROOT / "source", released.root / "source")
    shutil.copy(ROOT / "nbgrader_config.py", released.root)
    released.run("autograder", "release")
    halls = [
        hall
        for hall, themes in HALLS.items()
        if any(attacks()[name].theme in themes for name in only)
    ]
    for hall, rig in grade_all(released, folder, halls, only, ALONE if stock else None).items():
        print(f"\n{hall}: {folder / hall}\n  reports {rig.reports}\n  heard {rig.heard}")
        print(f"  left {sorted(map(str, rig.left))[:12]}\n  bystander {rig.bystander}")
        print(f"  changed {rig.changed_rows[:4]}")
        for student, attack in {**students(*HALLS[hall]), **NEIGHBOURS}.items():
            if student in NEIGHBOURS or attack.name in only:
                print(f"  {student}: {told_of(rig, student, attack)}")


def told_of(rig, student, attack):
    """One line on what became of a submission."""
    if isinstance(attack, str):
        assignment = assignments(rig.hall)[0]
        deserved = sample_class.load(attack).points(assignment)
    else:
        assignment, deserved = attack.assignment, attack.deserves()
    points = rig.points(assignment, student)
    scores = [each for each in points.values() if each is not None]
    said = f"{sum(scores):g} points of {sum(deserved.values()):g} deserved"
    said = said if scores else "no score"
    shown = [*rig.shown(student, assignment)]
    files = [
        path
        for path in rig.course.root.glob(f"*d*/{student}/**/*")
        if path.is_file()
        and path.parts[len(rig.course.root.parts)] in ("autograded", "feedback")
        and path.suffix not in (".ipynb", ".html")
    ]
    text = "".join(text for _, text in shown) + "".join(
        path.read_bytes().decode("latin-1") for path in files
    )
    found = sorted(
        {
            text[i + len(CANARY) :].split("-")[1].split("\\")[0].split("'")[0][:14].strip()
            for i in range(len(text))
            if text.startswith(CANARY, i)
        }
    )
    won = sum("ATTACK SUCCEEDED" in output for _, output in shown)
    errors = {json.loads(output).get("ename") for _, output in shown} - {None}
    return f"{said}; succeeded {won}; canaries {found}; errors {sorted(errors)}"
