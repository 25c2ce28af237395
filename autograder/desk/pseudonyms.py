"""What students are called on a page: their names, or letters from which nobody can be told."""

import hmac
import re
from base64 import b32encode
from collections.abc import Iterable, Mapping

from autograder.desk.match_students import Person
from autograder.grading.errors import printable

LEFT_OUT = "[name]"
"""What stands in a text where it named somebody."""
SHORTEST = 3
"""Letters of a pseudonym, and of a first or last name that is left out by itself."""


class People:
    """The students of a page by what they are called there.

    Parameters
    ----------
    students : iterable of str
        The ids of all who are mentioned.
    known : mapping of str to Person
        What is known of everybody in the course.
    """

    is_anonymous = False

    def __init__(self, students: Iterable[str], known: Mapping[str, Person]) -> None:
        names = {each: known[each].names[:1] if each in known else () for each in students}
        self.called = {each: printable(" ".join((*own, f"({each})" if own else each)))
                       for each, own in sorted(names.items())}  # fmt: skip

    def say(self, text: str) -> str:
        """A text as it may be shown: without what can't be printed."""
        return "\n".join(map(printable, text.splitlines()))


class Unnamed(People):
    """The same without names: each student is a few letters, in every text.

    Letters follow from the id and a key, so that they stay the same from page to page, and nobody
    who knows the ids but not the key can find out whose they are.

    Parameters
    ----------
    students, known
        As for :class:`People`.
    key : str
    """

    is_anonymous = True

    def __init__(self, students: Iterable[str], known: Mapping[str, Person], key: str) -> None:
        students = [*students]
        codes = {each: _code(key, each) for each in students}
        length = SHORTEST
        while len({each[:length] for each in codes.values()}) < len(codes):
            length += 1
        ordered = sorted(students, key=codes.__getitem__)
        self.called = {each: codes[each][:length] for each in ordered}
        self._forms = {form for each in {*students, *known} for form in _forms(each, known)}

    def say(self, text: str) -> str:
        """A text without the ids, names and addresses of anybody in the course.

        They are left out where they stand as words, in capitals or not: the id `ada` in `ada_2`,
        and not in `Canada`.
        """
        text = super().say(text)
        lower = text.casefold()
        here = sorted((each for each in self._forms if each in lower), key=len, reverse=True)
        if not here:
            return text
        words = "|".join(map(re.escape, here))
        return re.sub(rf"(?<![^\W_])(?:{words})(?![^\W_])", LEFT_OUT, text, flags=re.IGNORECASE)


def _code(key: str, student: str) -> str:
    digest = hmac.digest(key.encode(), student.encode("utf-8", "surrogateescape"), "sha256")
    return b32encode(digest).decode()


def _forms(student: str, known: Mapping[str, Person]) -> set[str]:
    """All that somebody may be called in a text, in small letters."""
    person = known.get(student, Person())
    own = {student, *person.ids, *person.emails, *person.names}
    own |= {name.replace(" ", "") for name in person.names}
    own |= {word for name in person.names for word in name.split() if len(word) >= SHORTEST}
    own |= {address.partition("@")[0] for address in person.emails}
    return {printable(each).casefold() for each in own if each.strip()}
