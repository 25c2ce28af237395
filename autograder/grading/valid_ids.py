"""Which names can be an id: nbgrader makes folders of them, and rows of its gradebook."""

LONGEST = 128
"""Characters of an id in nbgrader's gradebook. SQLite takes more, PostgreSQL refuses them."""
PATTERNS = {*"*?[]"}
"""What nbgrader takes for a pattern that stands for other names."""


def problem_with_name(name: str) -> str:
    """What keeps a folder's name from being a student's or an assignment's id.

    Parameters
    ----------
    name
        As Python reads it from the disk.

    Returns
    -------
    str
        How a sentence goes on that begins with "it"; "" for a name that can be one.
    """
    if not is_unicode(name):
        return "is not in UTF-8"
    if not name.isprintable():
        return "holds what can't be shown"
    if {*name} & PATTERNS:
        return f"holds one of {' '.join(sorted(PATTERNS))}"
    if name != name.strip():
        return "begins or ends with a space"
    return f"is longer than {LONGEST} characters" if len(name) > LONGEST else ""


def is_unicode(name: str) -> bool:
    """Whether a name can be written down as UTF-8.

    On a disk it may be any bytes: Python reads those that are not UTF-8 as halves of surrogate
    pairs, which no gradebook, page or JSON can hold.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
