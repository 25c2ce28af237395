"""Flags: sentences about how a grade came about, in the metadata of the graded notebook."""

from nbformat import NotebookNode

FLAGS = "flags"
"""Metadata key."""
FORGEABLE = "decided in the student's own process, where a score can be forged"


def flag(nb: NotebookNode, sentence: str) -> None:
    """Add a sentence to what is noted about a submission."""
    nb.metadata[FLAGS] = [*nb.metadata.get(FLAGS, ()), sentence]


def flags_for_the_student(nb: NotebookNode) -> list[str]:
    """The flags that concern the student as well."""
    noted = nb.metadata.get(FLAGS, ())
    return [each for each in noted if isinstance(each, str) and FORGEABLE not in each]


def carry(read: NotebookNode, rebuilt: NotebookNode) -> None:
    """Put what was noted when a submission was read before what was noted when it was rebuilt."""
    found = [*read.metadata.get(FLAGS, ()), *rebuilt.metadata.get(FLAGS, ())]
    if found:
        rebuilt.metadata[FLAGS] = found
