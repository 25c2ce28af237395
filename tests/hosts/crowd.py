"""A class in which some are hostile, and some honest ones need what those take."""

from random import Random

from tests import sample_class
from tests.attacks.catalogue import attacks

HOSTILE = [
    "holds_processes", "busy_sessions", "fills_memory_by_many", "closes_the_channel",
    "fills_deleted_files", "holds_threads", "kills_itself", "fills_sockets",
    "ends_its_first_thread", "fork_bomb",
]  # fmt: skip
"""Attacks on those who are graded at the same moment."""

STORIES = [
    *((story, "one_dimension") for story in (
        "always_says_wrong", "correct", "correct_other_style", "nan_everywhere",
        "never_calls_own_functions", "prints_warning", "raises", "seed", "syntax_error",
        "textbook", "unsolved", "wrong_forward_right_rest")),
    *((story, "n_dimensions") for story in (
        "central_difference_as_backprop", "correct", "correct_other_style", "float32",
        "guarded_logs", "naive_logs", "nan_everywhere", "raises", "textbook")),
    *((story, "planted_bugs") for story in (
        "always_says_wrong", "correct", "correct_other_style", "raises", "textbook", "unsolved")),
]  # fmt: skip

IN_A_THREAD = '''
def relative_difference(a, b):
    """The same, computed by a thread that this function starts and waits for."""
    from threading import Thread

    def compute():
        if np.shape(a) != np.shape(b):
            found.append(ValueError("the shapes differ"))
            return
        total = np.linalg.norm(a) + np.linalg.norm(b)
        found.append(np.linalg.norm(np.subtract(a, b)) / total if total != 0 else 0.0)

    found = []
    thread = Thread(target=compute)
    thread.start()
    thread.join()
    if isinstance(found[0], ValueError):
        raise found[0]
    return found[0]
'''
FOR_A_WHILE = '''
def backward_propagation(x, theta):
    """The same, after 0.9 seconds of a processor's time; ten of a clock's are allowed."""
    from time import process_time

    began = process_time()
    while process_time() - began < 0.9:
        pass
    return x
'''
VULNERABLE = {
    "in_a_thread": {"relative_difference": IN_A_THREAD},
    "for_a_while": {"backward_propagation": FOR_A_WHILE},
}
"""Correct answers that need a part of what hostile ones take."""


def submit(course, hostile, each=4, stories=STORIES, seed=0):
    """Put a class into a course, in an order that is drawn.

    Parameters
    ----------
    course : TemporaryCourse
    hostile : iterable of str
        Attacks.
    each : int
        How many there are of each vulnerable kind.
    stories : list of (str, str)
        Stories of the sample class, and assignments.
    seed : int

    Returns
    -------
    list of str
        The students who are hostile.
    """
    honest = [*stories, *((name, "one_dimension") for name in VULNERABLE for _ in range(each))]
    draw = Random(seed)
    draw.shuffle(honest)
    for place, (name, assignment) in enumerate(honest):
        story = "correct" if name in VULNERABLE else name
        answers = sample_class.load(story).answers(assignment) | VULNERABLE.get(name, {})
        notebook = sample_class.fill(course.release(assignment), answers)
        course.submit(f"{place:02}_{name}", assignment, notebook)
    students = []
    for place, name in zip(draw.sample(range(len(honest)), len(hostile)), hostile, strict=True):
        attack = attacks()[name]
        students.append(f"{place:02}_{name}")
        notebook = attack.notebook(course.release(attack.assignment), {"mark": name})
        course.submit(students[-1], attack.assignment, notebook)
    return students
