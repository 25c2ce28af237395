"""Find settings that have no effect because their names are misspelt."""

from collections.abc import Iterable
from difflib import get_close_matches

from traitlets.config import Config, Configurable

SURELY = 0.85
"""How similar the names of two classes must be: other programs have settings, too."""


def misspelt(config: Config) -> dict[str, str]:
    """The settings of a configuration that don't belong to any loaded class.

    Parameters
    ----------
    config
        Of ``nbgrader_config.py``.

    Returns
    -------
    dict of str to str
        For each unknown name, the nearest known one, both as written in the file; "" if no name is
        near. Unknown classes with no similar name are left out: another program may read them.
    """
    kinds: dict[str, list[type[Configurable]]] = {}
    for kind in _all_of(Configurable):
        kinds.setdefault(kind.__name__, []).append(kind)
    found: dict[str, str] = {}
    for section, settings in config.items():
        if not isinstance(settings, Config):
            continue
        names = [name for name in settings if not isinstance(settings[name], Config)]
        if section not in kinds:
            near = get_close_matches(section, kinds, 1, SURELY)
            found |= {f"c.{section}.{name}": f"c.{near[0]}.{name}" for name in names if near}
            continue
        known = _settings_of(kinds[section])
        if not known.issuperset(names):  # a class's settings also apply to its subclasses
            known |= _settings_of(each for kind in kinds[section] for each in _all_of(kind))
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, 1)
                found[f"c.{section}.{name}"] = f"c.{section}.{near[0]}" if near else ""
    return found


def _settings_of(kinds: Iterable[type[Configurable]]) -> set[str]:
    return {name for kind in kinds for name in kind.class_trait_names(config=True)}


def in_words(near: str) -> str:
    """What to do about an unknown name, given the nearest known one."""
    return f"did you mean {near}?" if near else "it has no effect: delete it"


def _all_of(kind: type[Configurable]) -> set[type[Configurable]]:
    """All subclasses of a class, direct and indirect."""
    found: set[type[Configurable]] = set()
    new = [kind]
    while new:
        for each in new.pop().__subclasses__():
            if each not in found:
                found.add(each)
                new.append(each)
    return found
