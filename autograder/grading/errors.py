"""Say in one line what went wrong: what was found, where, and what to do next."""

from json import JSONDecodeError

LOG = ".nbgrader.log"


class CourseError(Exception):
    """A problem that a person can fix: what was found, where, and what to do."""

    line = "{where} was not graded: {text}"


def in_one_line(error: BaseException, where: str, remedy: str) -> str:
    """Say in one line what an exception means; in several if it found several problems.

    An exception class of this project has a template in ``line``, with the fields ``where``,
    ``text`` and ``remedy``. If it found several problems, it lists them in ``found``.

    Parameters
    ----------
    error
        From nbgrader, from our preprocessors, or from what they call.
    where
        The file that it is about, relative to the course folder.
    remedy
        What to do about an unusable file, for example ask for it again.

    Returns
    -------
    str
    """
    line = getattr(error, "line", None) or _line_of_others(error)
    found = [*map(printable, getattr(error, "found", ()))] or [first_line(error)]
    return "\n".join(line.format(where=where, text=text, remedy=remedy) for text in found)


def _line_of_others(error: BaseException) -> str:
    """The template for exceptions of Python and of libraries."""
    # Imported here because they take half a second, and the command line imports this file first.
    from jsonschema import ValidationError
    from nbformat import NBFormatError
    from nbformat.reader import NotJSONError
    from nbgrader.api import InvalidEntry
    from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError
    from sqlalchemy.exc import SQLAlchemyError

    damaged = ValidationError | NBFormatError | SchemaTooOldError | SchemaTooNewError
    if isinstance(error, MemoryError):
        return (
            "{where}: the grader ran out of memory, not the student: raise "
            "c.TrustedExecute.grader_memory in nbgrader_config.py, or ask for a smaller file"
        )
    if isinstance(error, NotJSONError | JSONDecodeError | UnicodeDecodeError):
        return "{where} is not a notebook (not JSON in UTF-8): {remedy}"
    if isinstance(error, damaged):
        return "{where} is a damaged notebook ({text}): {remedy}"
    if isinstance(error, SQLAlchemyError | InvalidEntry):
        return "{where}: the gradebook can't be used ({text}): check that it is writable"
    if isinstance(error, OSError):
        return "{where}: {text}: check that the course's folders are readable and writable"
    shown = kind_and_text(error).replace("{", "{{").replace("}", "}}")
    return f"{{where}}: {shown} (details in {LOG}): {{remedy}}"


def first_line(error: BaseException | None) -> str:
    """The first line of an exception's text, with escapes for what can't be printed."""
    return printable(str(error).strip().split("\n")[0])


def kind_and_text(error: BaseException) -> str:
    """An exception as Python shows it: ``KeyError: 'a'``, or its kind alone if it has no text."""
    return ": ".join(filter(None, (type(error).__name__, first_line(error))))


def printable(text: str) -> str:
    """`text` on one line, with escapes for what a terminal can't show."""
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte of a file name that is not UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()
