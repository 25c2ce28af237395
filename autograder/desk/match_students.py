"""Find out which row of a platform's file is which student. A guess would give away a grade.

Ids come first, then e-mail addresses, then names. Within each, the same letters come before the
same letters in another case. Whatever fits two students, or two rows, is nobody's.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

BETWEEN_WORDS = re.compile(r"[\s_.,\-]+")


@dataclass(frozen=True)
class Person:
    """What somebody is called, in the course or on a platform.

    Attributes
    ----------
    ids : tuple of str
        Ids, logins and numbers.
    emails : tuple of str
    names : tuple of str
        Full names, in either order.
    """

    ids: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        ids = (*self.ids, *self.emails)[:1]
        return " ".join([*self.names[:1], *(f"({each})" for each in ids)])


@dataclass(frozen=True)
class Matched:
    """Which row is which student.

    Attributes
    ----------
    students : dict of int to int
        By the place of a row in its list, the place of the student in theirs.
    unclear : dict of int to tuple of int
        By row, the students between whom nothing decides.
    """

    students: dict[int, int]
    unclear: dict[int, tuple[int, ...]]


def match(rows: Sequence[Person], students: Sequence[Person]) -> Matched:
    """Match the rows of a file with the students of the course, one to one."""
    found: dict[int, int] = {}
    unclear: dict[int, tuple[int, ...]] = {}
    for keys in (_ids, _ids_any_case, _emails, _names):
        left = [row for row in range(len(rows)) if row not in found and row not in unclear]
        wanted = _by_key(students, keys)
        candidates = {
            row: {each for key in keys(rows[row]) for each in wanted.get(key, ())} for row in left
        }
        claimed: dict[int, list[int]] = defaultdict(list)
        for row, fitting in candidates.items():
            for each in fitting:
                claimed[each].append(row)
        taken = {*found.values(), *(each for fitting in unclear.values() for each in fitting)}
        for row, fitting in candidates.items():
            fitting -= taken
            rivals = {other for each in fitting for other in claimed[each]} - {row}
            if len(fitting) == 1 and not rivals:
                found[row] = fitting.pop()
            elif fitting:
                unclear[row] = tuple(sorted(fitting))
    return Matched(found, unclear)


def one_form(text: str) -> str:
    """A text in one Unicode form, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def caseless(text: str) -> str:
    """:func:`one_form` without differences of case."""
    return one_form(one_form(text).casefold())


def _by_key(
    people: Iterable[Person], keys: Callable[[Person], Iterable[Hashable]]
) -> dict[Hashable, set[int]]:
    found: dict[Hashable, set[int]] = defaultdict(set)
    for place, person in enumerate(people):
        for key in keys(person):
            found[key].add(place)
    return found


def _ids(person: Person) -> Iterator[str]:
    yield from filter(None, map(one_form, (*person.ids, *person.emails)))


def _ids_any_case(person: Person) -> Iterator[str]:
    yield from filter(None, map(caseless, (*person.ids, *person.emails)))


def _emails(person: Person) -> Iterator[str]:
    """The local parts of addresses: many courses use them as ids."""
    yield from _ids_any_case(person)
    for each in (*person.emails, *person.ids):
        local, at, _ = caseless(each).partition("@")
        if at and local:
            yield local


def _names(person: Person) -> Iterator[Hashable]:
    """Names in any order; and in one word, last name first or last, as ids and file names are."""
    for each in (*person.names, *person.ids):
        words = [word for word in BETWEEN_WORDS.split(caseless(each)) if word]
        if len(words) > 1 and not all(word.isdigit() for word in words):
            yield tuple(sorted(words))
            yield "".join(words)
            yield "".join([words[-1], *words[:-1]])
    for each in person.names:
        yield (caseless(each),)
    for each in person.ids:
        yield caseless(each)
