"""What platforms write beside submissions: who submitted them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

METADATA = "submission_metadata.yml"
"""Gradescope's list of submissions."""
LONGEST = 20_000_000


class User(NamedTuple):
    """A student, as a platform knows one."""

    key: str
    name: str
    time: str = ""


def user_in(note: bytes) -> User | None:
    """Who submitted, by the text file that Blackboard writes for every attempt.

    Its first line is ``Name: Ada Lovelace (alovelace)``, in the language of the site.
    """
    first = note[:1000].decode("utf-8-sig", "replace").split("\n")[0]
    found = re.fullmatch(r"[^:]*:\s*(.*?)\s*\(([^()]+)\)\s*", first)
    return User(found[2].strip(), found[1]) if found else None


def people_in(metadata: bytes) -> dict[str, list[User]]:
    """Who submitted what, by Gradescope's list: {folder: students}.

    It is YAML as a program writes it. Only its lines with names, ids and times are looked at.
    """
    found: dict[str, list[User]] = {}
    folder, created = "", ""
    people: list[dict[str, str]] = []
    for key, value in _entries(metadata[:LONGEST].decode("utf-8", "replace")):
        if key.startswith("submission_") and not value:
            _add(found, folder, people, created)
            folder, people, created = key, [], ""
        elif key == "created_at":
            created = created or value
        elif key == "name" and folder and not created:  # later ones are those of tests
            people.append({"name": value})
        elif key in ("sid", "email") and people:
            people[-1].setdefault(key, value)
    _add(found, folder, people, created)
    return found


def _add(
    found: dict[str, list[User]], folder: str, people: list[dict[str, str]], created: str
) -> None:
    users = [
        User(each.get("sid") or each.get("email", ""), each["name"], created) for each in people
    ]
    if folder and users:
        found[folder] = users


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        found = re.match(r"\s*(?:- )?:?(\w+):(?: (.*))?$", line)
        if found:
            yield found[1], (found[2] or "").strip().strip("'\"")
