"""Flags: sentences about how a grade came about, in the metadata of the graded notebook."""

from collections.abc import Iterable, Mapping
from typing import Any

from nbformat import NotebookNode

FLAGS = "flags"
"""Metadata key."""
FORGEABLE = "decided in the student's own process, where a score can be forged"


def flag(nb: NotebookNode, sentence: str) -> None:
    """Add a sentence to what is noted about a submission."""
    nb.metadata[FLAGS] = [*flags_of(nb), sentence]


def put_first(nb: NotebookNode, sentences: Iterable[str]) -> None:
    """Add sentences before those that are noted."""
    noted = [*sentences, *flags_of(nb)]
    if noted:
        nb.metadata[FLAGS] = noted


def flags_of(nb: NotebookNode) -> list[str]:
    """All sentences that are noted about a submission."""
    return flags_in(nb.metadata)


def flags_in(metadata: Mapping[str, Any]) -> list[str]:
    """The same, from the metadata of a graded notebook."""
    noted = metadata.get(FLAGS, ())
    return [each for each in noted if isinstance(each, str)] if isinstance(noted, list) else []


def flags_for_the_student(nb: NotebookNode) -> list[str]:
    """The flags that concern the student as well."""
    return [each for each in flags_of(nb) if FORGEABLE not in each]
