"""A shell that runs cells as Jupyter's kernel does, and sends their outputs as events.

An event is a tuple of plain values: ``("stream", name, text)``, ``("display", data, metadata,
display_id)``, ``("update", data, metadata, display_id)``, ``("result", data, metadata,
count, display_id)``, ``("error", name, text, traceback)`` or ``("clear", wait)``.
"""

import io
import json
import re
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NoReturn

import traitlets
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList

from autograder.box.call_function import why_missing
from autograder.box.definitions import defined
from autograder.box.events import JSON, Event

NO_INPUT = "a cell can't ask for input while the notebook is graded: nobody is there to answer"
FLUSH_SECONDS, FLUSH_CHARACTERS = 0.05, 4096
LONGEST_PIECE = 1_000_000
"""Characters of a stream that are sent at once: what is printed may be longer than a message."""
MOST_AT_ONCE = 4 * LONGEST_PIECE
LONGEST = 100_000
"""Characters of an error's text, or of one frame of its traceback."""

IN_A_CELL = re.compile(r"\(<ipython-input-[^>]*>, ")
"""What Python says of a cell as of a file; the number of the line follows."""


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a cell.

    Text is collected for a moment, because one frame for each `print` would cost more.
    """

    encoding, errors = "UTF-8", "replace"

    def __init__(self, name: str, descriptor: int, send: Callable[[Event], None]) -> None:
        self.name = f"<{name}>"
        self._kind, self._descriptor, self._send = name, descriptor, send
        self._gathered: list[str] = []
        self._length, self._since = 0, 0.0

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        """Only flush: there is no other stream to replace this one."""
        self.flush()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        now = time.monotonic()
        if not self._gathered:
            self._since = now
        self._gathered.append(text)
        self._length += len(text)
        if self._length > FLUSH_CHARACTERS or now - self._since > FLUSH_SECONDS:
            self.flush()
        return len(text)

    def flush(self) -> None:
        text, self._gathered, self._length = "".join(self._gathered), [], 0
        for start in range(0, min(len(text), MOST_AT_ONCE), LONGEST_PIECE):
            self._send(("stream", self._kind, text[start : start + LONGEST_PIECE]))


class _Displays(DisplayPublisher):
    """`display()` and `clear_output()`."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: object = None,
        *,
        transient: Mapping[str, Any] | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        _flush()
        self._validate_data(data, metadata)
        identity = (transient or {}).get("display_id")
        identity = None if identity is None else text_of(identity)
        self.shell.send(
            ("update" if update else "display", mime(data), _jsonable(metadata or {}), identity)
        )

    def clear_output(self, wait: bool = False) -> None:
        _flush()
        self.shell.send(("clear", bool(wait)))


class _Results(DisplayHook):
    """The value of a cell's last expression."""

    shell: "Shell"
    _shown: tuple[dict[str, Any], Any] | None = None

    def start_displayhook(self) -> None:
        self._shown = None

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(
        self, format_dict: Mapping[str, Any], md_dict: Mapping[str, Any] | None = None
    ) -> None:
        self._shown = mime(format_dict), _jsonable(md_dict or {})

    def finish_displayhook(self) -> None:
        _flush()
        shown, self._shown = self._shown, None
        if shown and shown[0]:
            self.shell.send(("result", *shown, self.prompt_count, None))


class Shell(InteractiveShell):
    """An IPython shell whose outputs go to `send`, a function of one event."""

    displayhook_class = traitlets.Type(_Results)
    display_pub_class = traitlets.Type(_Displays)
    send = traitlets.Callable()
    streams: tuple[Stream, ...] = ()
    """The two streams that cells start with, whatever they assign to `sys.stdout` later."""
    showing = False
    """Whether a cell is showing its traceback, which must not be interrupted."""
    _stopped = ""
    _stopped_cells: tuple[tuple[str, str], ...] = ()

    def init_history(self) -> None:
        """Keep no history file: it would need a thread before the fork and a folder after it."""
        self.config.HistoryManager.enabled = False
        super().init_history()

    def init_virtualenv(self) -> None:
        """Do nothing: the interpreter already is that of the environment."""

    def enable_gui(self, gui: object = None) -> None:
        """Do nothing: figures become pictures, and there is no event loop for windows."""

    def ask_exit(self) -> None:
        """Do nothing: as in a notebook, later cells still run after exit()."""

    def why_not_defined(self, name: str) -> str:
        """The error, an import or the syntax, that stopped the cell which defines a name, or ""."""
        for source, why in reversed(self._stopped_cells):
            if name in source and name in defined(source):
                return why
        return ""

    def run(self, source: str) -> bool:
        """Run one cell; return whether it ended without an error.

        All of its outputs have been sent when this returns.
        """
        self.showing, self._stopped = False, ""
        self._get_streams_back()
        try:
            success = bool(self.run_cell(source, store_history=True).success)
            if self._stopped:
                self._stopped_cells += ((source, self._stopped),)
            return success
        finally:
            _flush(*self.streams)

    def _get_streams_back(self) -> None:
        """Restore `sys.stdout` and `sys.stderr` if an earlier cell closed or replaced them."""
        for name, stream in zip(("stdout", "stderr"), self.streams, strict=False):
            found = getattr(sys, name, None)
            if not hasattr(found, "write") or getattr(found, "closed", False):
                setattr(sys, name, stream)

    def showtraceback(self, *arguments: Any, **by_name: Any) -> None:
        self.showing = True
        super().showtraceback(*arguments, **by_name)

    def _showtraceback(self, etype: type[BaseException], evalue: object, stb: list[str]) -> None:
        _flush()
        name, text, *lines = (text_of(each)[:LONGEST] for each in (etype.__name__, evalue, *stb))
        if issubclass(etype, ImportError | SyntaxError):
            shown = IN_A_CELL.sub("(", text)
            said = ": ".join(filter(None, (name, shown)))
            self._stopped = why_missing(evalue) or f'a cell stopped at "{said}"'
        self.send(("error", name, text, lines))

    def system(self, cmd: str) -> None:
        """Run ``!command``, through a pipe: there are no terminals here."""
        self.user_ns["_exit_code"] = _command(self.var_expand(cmd, depth=1), self._print_command)

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> SList | str:
        """Run ``x = !command``."""
        lines: list[str] = []
        _command(self.var_expand(cmd, depth=depth + 1), lines.append)
        text = "".join(lines)
        return SList(text.splitlines()) if split else text

    @staticmethod
    def _print_command(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def _command(command: str, show: Callable[[str], object]) -> int:
    running = subprocess.Popen(
        command, shell=True, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    with running:
        for line in running.stdout or ():
            show(line)
    return running.returncode


def _flush(*others: Stream) -> None:
    streams: list[Any] = [*others, getattr(sys, "stdout", None), getattr(sys, "stderr", None)]
    for stream in streams:
        with suppress(Exception):  # it may be closed, or not a stream at all
            stream.flush()


def text_of(value: object) -> str:
    """`value` as text of the built-in type ``str``, whatever its ``__str__`` does."""
    try:
        return "".join([str(value)])
    except Exception:
        return "a value that can't be printed"


def mime(bundle: Mapping[str, Any]) -> dict[str, Any]:
    """A MIME bundle as plain values: pictures in base64, the rest as text or JSON."""
    found = {text_of(kind): _jsonable(value) for kind, value in bundle.items()}
    return {kind: value if JSON.search(kind) else text_of(value) for kind, value in found.items()}


def _jsonable(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return text_of(value) if isinstance(value, str) else json.loads(json.dumps(value, default=str))


def refuse_input(*_: object, **__: object) -> NoReturn:
    """Replaces ``input()`` and ``getpass()`` while a notebook is graded."""
    raise StdinNotImplementedError(NO_INPUT)
