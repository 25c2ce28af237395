"""Random bytes for the decoder: ``python -m tests.box.fuzz [seconds] [seed]``.

Half of the cases are noise made of the format's own tags; the others are valid frames that have
been damaged: bits flipped, bytes removed, repeated or inserted, lengths changed. For any input, the
decoder must return a value or raise WireError, and the value must survive another round.
"""

import secrets
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from autograder.box.events import checked
from autograder.box.plain_values import Unreadable, plain
from autograder.box.wire import DTYPES, Function, WireError, decode, frame

TAGS = b"NTFidcsaltmf"
LENGTHS = (0, 1, 2, 3, 8, 255, 256, 65535, 200_001, 2**24, 2**31, 2**32 - 1)
SAMPLES = [
    ("answer", {"value": np.ones((5, 4)), "raised": "", "failure": "", "printed": "J\n",
                "arguments": (None, {"W1": np.zeros((2, 0), "f4")})}, {"0": 3}),
    ("ask", 2, [1.5, np.arange(6).reshape(2, 3), Function(2**31)], {"epsilon": 1e-7}),
    ("show", "display", {"image/png": "iVBORw0KGgo="}, {"a": [1, None, True]}, "id"),
    ("show", "stream", "stdout", "text\n" * 20),
    ("show", "error", "ValueError", "odd", ["one", "two"]),
    ("back", [1j, 2**70, -1, (), [], {}]),
    [np.zeros((), dtype) for dtype in DTYPES.values()],
]  # fmt: skip
BODIES = [frame(each)[4:] for each in SAMPLES]


def noise(rng: np.random.Generator) -> bytes:
    """Bytes in which all tags and small lengths are likely."""
    size = int(rng.integers(0, 80))
    kind = rng.integers(0, 3, size)
    tags = np.frombuffer(TAGS, np.uint8)[rng.integers(0, len(TAGS), size)]
    small, any_byte = rng.integers(0, 4, size), rng.integers(0, 256, size)
    return np.choose(kind, [tags, small, any_byte]).astype(np.uint8).tobytes()


def damaged(rng: np.random.Generator, body: bytes) -> bytes:
    """A valid body with one to four mutations."""
    changed = bytearray(body)
    for _ in range(int(rng.integers(1, 5))):
        at = int(rng.integers(0, len(changed) + 1))
        match int(rng.integers(0, 6)):
            case 0 if at < len(changed):
                changed[at] ^= 1 << int(rng.integers(0, 8))
            case 1:
                del changed[at:]
            case 2:
                del changed[at : at + int(rng.integers(1, 9))]
            case 3:
                changed[at:at] = noise(rng)[: int(rng.integers(1, 9))]
            case 4:
                length = LENGTHS[int(rng.integers(0, len(LENGTHS)))]
                changed[at : at + 4] = struct.pack("<I", length)
            case 5:
                changed[at:at] = changed[max(0, at - 20) : at]
    return bytes(changed)


def case(rng: np.random.Generator) -> bytes:
    """One input for the decoder."""
    if rng.integers(0, 2):
        return noise(rng)
    return damaged(rng, BODIES[int(rng.integers(0, len(BODIES)))])


def check(body: bytes) -> None:
    """Raise unless the decoder, and the code that checks its results, do what they promise."""
    try:
        value = decode(body)
    except WireError:
        return
    try:
        again = frame(value)
    except WireError as error:
        # The lowest of the longest numbers can be read, but not sent.
        if "digits" not in str(error):
            raise AssertionError(f"read, but can't be sent: {error}") from None
        return
    if frame(decode(again[4:])) != again:
        raise AssertionError("another value after another round")
    looks: tuple[Callable[[Any], Any], ...] = (plain, lambda found: checked(list(found)[1:]))
    for look in looks:
        # The errors by which `Child` recognises bytes that are not a message.
        with suppress(Unreadable, WireError, TypeError, ValueError):
            look(value)


def run(seed: int, cases: int | None = None, seconds: float | None = None) -> int:
    """Check many cases; return how many. An exception names the bytes that caused it."""
    rng, end = np.random.default_rng(seed), time.monotonic() + (seconds or 1e9)
    done = 0
    while done != cases and time.monotonic() < end:
        body = case(rng)
        try:
            check(body)
        except Exception as error:
            raise AssertionError(
                f"seed {seed}, case {done}: {type(error).__name__}: {error}\n{body.hex()}"
            ) from error
        done += 1
    return done


def main(seconds: float | str = 60.0, seed: int | str | None = None) -> int:
    seed = secrets.randbits(32) if seed is None else int(seed)
    start = time.monotonic()
    try:
        done = run(seed, seconds=float(seconds))
    except AssertionError as found:
        print(found)
        return 1
    print(f"{done} cases, {done / (time.monotonic() - start):.0f} per second, seed {seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
