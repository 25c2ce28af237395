"""Which names can be ids: nbgrader uses ids as folder names and in its gradebook."""

LONGEST = 128
"""Characters of an id in nbgrader's gradebook. SQLite takes more, but PostgreSQL does not."""
PATTERNS = {*"*?[]"}
"""Characters that nbgrader takes for a pattern that matches other names."""


def problem_with_name(name: str) -> str:
    """Why a folder name can't be a student's or an assignment's id.

    Parameters
    ----------
    name
        As Python reads it from the disk.

    Returns
    -------
    str
        The rest of a sentence that begins with "it"; "" for a valid name.
    """
    if not is_unicode(name):
        return "is not in UTF-8"
    if not name.isprintable():
        return "has characters that can't be shown"
    if {*name} & PATTERNS:
        return f"has one of {' '.join(sorted(PATTERNS))}"
    if name != name.strip():
        return "begins or ends with a space"
    return f"is longer than {LONGEST} characters" if len(name) > LONGEST else ""


def is_unicode(name: str) -> bool:
    """Whether a name can be encoded in UTF-8.

    On a disk it may be any bytes. Python reads bytes that are not UTF-8 as halves of surrogate
    pairs, which can't be written to a gradebook, a page or JSON.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
