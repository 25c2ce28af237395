"""nbgrader's exchange, and the folders of students who fetch from it and submit to it."""

import nbformat

from tests.temporary_course import TemporaryCourse


def does(somebody, *command):
    """Run a command of nbgrader that must succeed."""
    done = somebody.nbgrader(*command)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return done


def open_exchange(course, folder, assignment):
    """Release an assignment to a new folder that instructors and students share."""
    folder.mkdir()
    folder.chmod(0o777)
    course.configure(f'c.Exchange.root = "{folder}"')
    does(course, "release_assignment", assignment)
    return folder


class Student(TemporaryCourse):
    """The folder in which a student works, with the configuration that students are given."""

    def __init__(self, name, exchange, settings, folder):
        super().__init__(folder / name, settings)
        self.root.mkdir()
        for line in (
            "c = get_config()", 'c.CourseDirectory.course_id = "gradient_checking"',
            f'c.CourseDirectory.student_id = "{name}"', f'c.Exchange.root = "{exchange}"',
            f'c.Exchange.cache = "{folder / name}-cache"',
        ):  # fmt: skip
            self.configure(line)
        self.name = name

    def submits(self, assignment, notebook):
        """Write answers into what was fetched, and submit that; return the time."""
        nbformat.write(notebook, self.root / assignment / f"{assignment}.ipynb")
        done = does(self, "submit", assignment)
        return done.stderr.rpartition(f"{assignment} ")[2].strip()

    def fetched(self, assignment):
        """{time: page} of all feedback that the student has."""
        does(self, "fetch_feedback", assignment)
        pages = self.root.glob(f"{assignment}/feedback/*/*.html")
        return {page.parent.name: page.read_bytes() for page in pages}
