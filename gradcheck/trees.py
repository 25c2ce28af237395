"""Arrays in nested dicts, lists and tuples: taken apart, and put together again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Tree:
    """Where the arrays are in a nest of dicts, lists and tuples.

    Attributes
    ----------
    kind : type or None
        Of the dict, list or tuple; None for an array, and for a None, which holds no arrays.
    keys : tuple
        The keys of the dict, or the numbers 0, 1, ... of a list or tuple.
    inside : tuple of Tree
        What is under each of them.
    is_array : bool
    """

    kind: type | None
    keys: tuple[Any, ...] = ()
    inside: tuple["Tree", ...] = ()
    is_array: bool = False

    @classmethod
    def of(cls, nest: Any) -> "Tree":
        """Return where the arrays are; whatever is no dict, list or tuple counts as one."""
        if nest is None:
            return cls(None)
        if isinstance(nest, Mapping):
            return cls(type(nest), tuple(nest), tuple(map(cls.of, nest.values())))
        if isinstance(nest, list | tuple) and not holds_numbers(nest):
            return cls(type(nest), tuple(range(len(nest))), tuple(map(cls.of, nest)))
        return cls(None, is_array=True)

    def names(self, root: str) -> list[str]:
        """Return the name of every array, such as ``root.layers[0].W``."""
        if self.is_array:
            return [root]
        return [
            name
            for key, tree in zip(self.keys, self.inside, strict=True)
            for name in tree.names(_beneath(root, key))
        ]

    def arrays(self, nest: Any, root: str) -> Iterator[tuple[str, Any]]:
        """Yield the name and the value of every array of another nest of the same form.

        Raises
        ------
        ValueError
            If the other nest has a different form: the message names the first place. In a dict,
            what is called dW there may stand for W.
        """
        if self.is_array:
            yield root, nest
        elif issubclass(self.kind or type(None), Mapping):
            if not isinstance(nest, Mapping):
                raise ValueError(f"{root} is of type {type(nest).__name__}, not a dict")
            called = {key: _called(key, self.keys, nest) for key in self.keys}
            for key in nest:
                if key not in called.values():
                    raise ValueError(f"{_beneath(root, key)} belongs to no parameter")
            for key, tree in zip(self.keys, self.inside, strict=True):
                if called[key] not in nest and tree.names(""):
                    raise ValueError(f"{_beneath(root, key)} is missing")
                yield from tree.arrays(nest.get(called[key]), _beneath(root, key))
        elif self.kind:
            if not isinstance(nest, list | tuple):
                raise ValueError(f"{root} is of type {type(nest).__name__}, not a list or tuple")
            if len(nest) != len(self.keys):
                raise ValueError(f"{root} has {len(nest)} entries; it must have {len(self.keys)}")
            for key, tree, each in zip(self.keys, self.inside, nest, strict=True):
                yield from tree.arrays(each, _beneath(root, key))

    def built(self, arrays: Iterable[Any]) -> Any:
        """Return a nest of this form that holds the arrays, in the order of their names."""
        return self._built(iter(arrays))

    def _built(self, arrays: Iterator[Any]) -> Any:
        if self.is_array:
            return next(arrays)
        if self.kind is None:
            return None
        inside: list[Any] = [tree._built(arrays) for tree in self.inside]
        make: Any = self.kind
        if hasattr(self.kind, "_fields"):  # a namedtuple
            return make(*inside)
        if issubclass(self.kind, Mapping):
            return dict(zip(self.keys, inside, strict=True))
        return make(inside)


def holds_numbers(nest: Any) -> bool:
    """Whether a list or tuple is an array written out: numbers, in lists of the same kind."""
    rows = [each for each in nest if isinstance(each, list | tuple)]
    numbers = [each for each in nest if isinstance(each, Number | np.bool_)]
    return 0 < len(nest) == len(rows) + len(numbers) and all(map(holds_numbers, rows))


def _called(key: Any, keys: tuple[Any, ...], nest: Any) -> Any:
    """What the gradient of what is under a key is called in a dict: W, or dW if that is not all."""
    prefixed = f"d{key}"
    is_plain = all(each in nest for each in keys) or not isinstance(key, str)
    return key if is_plain or prefixed in keys or prefixed not in nest else prefixed


def _beneath(root: str, key: Any) -> str:
    """The name of what is under a key."""
    return f"{root}.{key}" if isinstance(key, str) and key.isidentifier() else f"{root}[{key!r}]"
