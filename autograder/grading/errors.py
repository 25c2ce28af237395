"""What went wrong, in one line for a person: what was found, where, and what to do next."""

LOG = ".nbgrader.log"


class CourseError(Exception):
    """Something that a person can mend: what was found, where, and what to do."""


def in_one_line(error, where, remedy):
    """Say in one line what an exception means; in more where that is more than one thing.

    Parameters
    ----------
    error : Exception
        From nbgrader, from our preprocessors, or from what they call.
    where : str
        The file that it is about, as seen from the course folder.
    remedy : str
        What to do about a file that can't be used, for example to ask for it again.

    Returns
    -------
    str
    """
    text = first_line(error)
    match type(error).__name__:
        case "MemoryError":
            return (
                f"{where}: the grader ran out of memory on it, not the student: raise "
                "c.TrustedExecute.grader_memory in nbgrader_config.py, or ask for a smaller file"
            )
        case "WorkerDied":
            return (
                f"{where}: the process that worked on it ended, twice (was it killed, or is there "
                f"too little memory?): {remedy}"
            )
        case "NotANotebook":
            return f"{where} is not a notebook ({text}): {remedy}"
        case "TooLarge":
            return f"{where} {text}"
        case "NotJSONError" | "JSONDecodeError" | "UnicodeDecodeError":
            return f"{where} is not a notebook (no JSON in UTF-8): {remedy}"
        case "ValidationError" | "NBFormatError" | "SchemaTooOldError" | "SchemaTooNewError":
            return f"{where} is a damaged notebook ({text}): {remedy}"
        case "WrongNotebook":
            return f"{where}: {text} If not, {remedy}"
        case "NoWalls":
            return f"{where} was not run: {text}"
        case "NoQuestion" | "CourseError":
            return f"{where} was not graded: {text}"
        case "GraderFailed":
            return f"{where}: the grader failed, not the student: {text}"
        case "ChangedAfterRelease" | "KilledFromOutside":
            return f"{where}: {text}"
        case "Disagreement":
            return "\n".join(f"{where}: {printable(each)}" for each in str(error).split("\n"))
    # Only here, because they take half a second, and the command line reads this file first.
    from nbgrader.api import InvalidEntry
    from sqlalchemy.exc import SQLAlchemyError

    if isinstance(error, SQLAlchemyError | InvalidEntry):
        return f"{where}: the gradebook can't be used ({text}): see that it is writable"
    if isinstance(error, OSError):
        return f"{where}: {text}: see that the folders of the course are readable and writable"
    return f"{where}: {type(error).__name__}: {text} (details in {LOG}): {remedy}"


def first_line(error):
    """The first line of an exception's text, with nothing in it that can't be printed."""
    return printable(str(error).strip().split("\n")[0])


def printable(text):
    """`text` on one line, with escapes for what a terminal can't show."""
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(character):
    if "\udc80" <= character <= "\udcff":  # a byte of a file's name that is not in UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()
