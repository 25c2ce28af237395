"""Grade one submission that is in no folder of the course, on cases of its student's own.

Nothing is recorded: what is returned is shown by a platform, to this one student.
"""

from autograder.batch.assignment_tasks import Tasks
from autograder.batch.grade_one import Failure, WorkerCannotGrade, grade_one
from autograder.batch.same_package import check_folder
from autograder.grading.archives import INSTEAD
from autograder.grading.course import Course
from autograder.grading.course_secret import read_secret, seed_for
from autograder.grading.errors import CourseError
from autograder.grading.find_notebook import Found
from autograder.grading.not_a_notebook import NothingToGrade
from autograder.grading.task import Graded

SUBMISSION = "submission"
"""What the student's folder is called in a sentence to the student."""


def grade_alone(course: Course, assignment: str, student: str, found: Found) -> Graded:
    """Grade a submission.

    The cases depend only on the course's secret, the assignment and the student: who submits again
    is asked about the same ones.

    Parameters
    ----------
    course : Course
    assignment, student : str
    found : Found
        The submitted notebooks.

    Raises
    ------
    NothingToGrade
        They are not notebooks of this assignment.
    CourseError
        The grader, its host or the course is the reason that there is no grade.
    """
    check_folder(course.root)
    seed = seed_for(read_secret(course.root), assignment, student)
    task = Tasks(course, assignment).task(student, found, seed)
    file = str(course.root / "nbgrader_config.py")
    match grade_one(task, SUBMISSION, file, INSTEAD):
        case WorkerCannotGrade() as host:
            raise CourseError(host.why)
        case Failure(refused=True) as failure:
            raise NothingToGrade(failure.why)
        case Failure() as failure:
            raise CourseError(failure.why)
        case graded:
            assert isinstance(graded, Graded)
            return graded
