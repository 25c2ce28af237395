"""Why a file can't be read as a notebook: one sentence, which can be forwarded to the student."""


class NotANotebook(ValueError):
    """The file is not a notebook: the end of a sentence, with what the student should do."""

    line = "{where} {text}"


class TooLarge(ValueError):
    """The file has more in it than anybody writes: the end of a sentence, with what to do."""

    line = "{where} {text}"


class NothingToGrade(Exception):
    """Nothing that was submitted can be graded: one sentence, for the student."""
