"""What a cell displayed, as the outputs of a notebook."""

from collections.abc import Iterable, Sequence
from typing import Any

from nbformat import NotebookNode, from_dict

from autograder.box.child import EVENT
from autograder.box.events import size_of

MOST_UPDATES = 64 << 20
"""Bytes. A picture that is shown a thousand times, and updated as often, would cost too much."""


def output(kind: str, **fields: Any) -> NotebookNode:
    """An output of a notebook. It is not validated here, but once, with the whole notebook."""
    return from_dict({"output_type": kind, **fields})


class Outputs:
    """Collects the outputs of a notebook's cells, one cell after the other.

    A display can be updated later, even from another cell, so displays with an id are remembered.
    """

    def __init__(self) -> None:
        self._displays: dict[str, list[NotebookNode]] = {}
        self._texts: list[tuple[NotebookNode, list[str]]] = []
        self._updates = 0

    def of_cell(self, events: Iterable[tuple[Any, ...]]) -> list[NotebookNode]:
        """The outputs of one cell.

        Parameters
        ----------
        events
            As a child sent them: see `autograder.box.events`.

        Returns
        -------
        list of NotebookNode
            As nbclient makes them, with adjacent texts of one stream joined.
        """
        outputs: list[NotebookNode] = []
        clear_before_next = False
        self._texts = []
        for kind, *fields in events:
            if kind == "clear":
                clear_before_next = fields[0]
                if not clear_before_next:
                    outputs.clear()
            elif kind == "update":
                self._update(*fields)
            else:
                if clear_before_next:
                    outputs.clear()
                    clear_before_next = False
                self._append(outputs, kind, fields)
        for stream, texts in self._texts:
            stream.text = "".join(texts)
        return outputs

    def _append(self, outputs: list[NotebookNode], kind: str, fields: Sequence[Any]) -> None:
        match kind:
            case "stream":
                name, text = fields
                if outputs and outputs[-1].get("name") == name:
                    self._texts[-1][1].append(text)
                else:
                    outputs.append(output("stream", name=name))
                    self._texts.append((outputs[-1], [text]))
            case "error":
                name, text, traceback = fields
                outputs.append(output("error", ename=name, evalue=text, traceback=traceback))
            case "display":
                data, metadata, identity = fields
                self._show(outputs, identity, "display_data", data=data, metadata=metadata)
            case "result":
                data, metadata, count, identity = fields
                self._show(
                    outputs, identity, "execute_result",
                    data=data, metadata=metadata, execution_count=count,
                )  # fmt: skip

    def _show(
        self, outputs: list[NotebookNode], identity: str | None, kind: str, **fields: Any
    ) -> None:
        shown = output(kind, **fields)
        outputs.append(shown)
        if identity is not None:
            self._displays.setdefault(identity, []).append(shown)
            self._update(fields["data"], fields["metadata"], identity)

    def _update(self, data: dict[str, Any], metadata: dict[str, Any], identity: str) -> None:
        shown = self._displays.get(identity, ())
        self._updates += len(shown) * (EVENT + size_of((data, metadata)))
        if self._updates <= MOST_UPDATES:
            for each in shown:
                each["data"], each["metadata"] = dict(data), dict(metadata)
