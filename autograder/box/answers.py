"""Check the answer that a child sends, before anything of it is used or quoted."""

from typing import Any

from autograder.box.call_function import Record, record
from autograder.box.plain_values import plain
from autograder.box.wire import WireError

LONGEST_QUOTE = 200  # characters


def checked_answer(found: Any, claimed: Any) -> tuple[Record, dict[str, Any]]:
    """Return the record of an answer and the counts; raise WireError if they are malformed."""
    if set(found) != {"value", "raised", "failure", "printed", "arguments"}:
        raise WireError("an answer with the wrong fields")
    if not all(type(found[field]) is str for field in ("raised", "failure", "printed")):
        raise WireError("an answer without its texts")
    if type(found["arguments"]) is not tuple or type(claimed) is not dict:
        raise WireError("an answer without its arguments")
    raised, failure = _quotable(found["raised"]), _quotable(found["failure"])
    arguments = map(plain, found["arguments"])
    return record(plain(found["value"]), raised, failure, found["printed"], arguments), claimed


def _quotable(text: str) -> str:
    """A text that a verdict can quote: on one line, so that it can't imitate other lines."""
    line = " ".join(text[: 2 * LONGEST_QUOTE].split())[:LONGEST_QUOTE]
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line)
