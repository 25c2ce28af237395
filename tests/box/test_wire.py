"""If this fails, an answer changes on its way out, or bytes from inside can do harm."""

import re
import struct
import subprocess
import sys
import time
from collections import OrderedDict
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.box import wire
from autograder.box.plain_values import plain
from autograder.box.wire import DTYPES, Function, WireError, decode, frame, length_of
from tests.box import fuzz
from tests.box.values import EXTENDED, PLAIN, USED, any_array, same

STEADY = settings(deadline=None, derandomize=True)
MEGABYTE = 1 << 20
LONG = 10
"""Seconds; the decoder needs about one for the worst frame."""


def there_and_back(value: Any) -> Any:
    sent = frame(value)
    assert length_of(sent[:4]) == len(sent) - 4
    return decode(sent[4:])


class TestRoundTrip:
    @STEADY
    @given(PLAIN)
    @example([-0.0, 0.0, float("nan"), float("inf"), 5e-324])
    def test_every_plain_value_comes_back_to_the_bit(self, value: Any) -> None:
        assert same(there_and_back(value), contiguous(value))

    @STEADY
    @given(any_array())
    def test_every_array_comes_back_and_can_be_written_to(self, array: np.ndarray) -> None:
        found = there_and_back(array)
        assert same(found, np.ascontiguousarray(array).reshape(array.shape))
        found[...] = 0

    @pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
    @pytest.mark.parametrize("shape", [(), (0,), (2, 3), (0, 2**19), (2**17, 0, 3), (1,) * 8])
    def test_every_dtype_in_every_shape(self, dtype: Any, shape: tuple[Any, ...]) -> None:
        found = there_and_back(np.ones(shape, dtype))
        assert same(found, np.ones(shape, dtype))

    @pytest.mark.parametrize("kind", ["f8", "i4", "c16", "u2"])
    def test_the_other_order_of_bytes_arrives_with_its_values(self, kind: str) -> None:
        """Whether or not an array of the same shape has been sent before."""
        for order in "<><":
            array = np.arange(1, 7).astype(order + kind).reshape(2, 3)
            assert same(there_and_back(array), array.astype("=" + kind))

    @pytest.mark.parametrize("bits", [0x7FF0000000000001, 0xFFF8DEADBEEF0000, 1, 1 << 63])
    def test_a_float_keeps_every_bit(self, bits: int) -> None:
        value = struct.unpack("<d", struct.pack("<Q", bits))[0]
        assert struct.pack("<d", there_and_back(value)) == struct.pack("<Q", bits)

    @pytest.mark.parametrize("text", ["", "\0", "é", "\U0010ffff", "\ufeff", "x" * MEGABYTE])
    def test_text_stays(self, text: str) -> None:
        assert there_and_back(text) == text

    def test_text_that_is_none_arrives_without_its_odd_letters(self) -> None:
        assert there_and_back("a\ud800b\udfff") == "a?b?"
        assert there_and_back({"\ud800": 1}) == {"?": 1}

    def test_numpy_s_numbers_become_built_in_ones(self) -> None:
        for value in (np.float32(0.5), np.int8(-3), np.bool_(True), np.complex64(1j)):
            assert same(there_and_back(value), value.item())

    @pytest.mark.parametrize("kind", [np.longdouble, np.clongdouble])
    def test_numbers_in_extended_precision_become_arrays_without_axes(self, kind: type) -> None:
        """As in an answer, so that a stand-in can be given one, and can return one."""
        number = kind(1) / kind(3)
        assert same(there_and_back(number), plain(number))
        assert there_and_back([{"a": number}])[0]["a"].dtype == kind

    @pytest.mark.skipif(USED == EXTENDED, reason="here such a number fills all its bytes")
    @pytest.mark.parametrize("kind", [np.longdouble, np.clongdouble])
    @pytest.mark.parametrize("shape", [(), (0,), (3, 4)])
    def test_bytes_of_no_number_are_not_sent(self, kind: type, shape: tuple[int, ...]) -> None:
        """They are what this memory held before, and the other side could read it."""
        array = np.ones(shape, kind)
        raw = np.array(bytearray(array.tobytes()), np.uint8).reshape(-1, EXTENDED)
        for left in (0, 7):
            raw[:, USED:] = left
            other = np.frombuffer(raw.tobytes(), kind).reshape(shape) if array.size else array
            for way in (other, other.T):
                sent = frame([way])
                assert sent == frame([way.copy("C")])
                received = decode(sent[4:])[0]
                assert same(received, np.ones(shape, kind).reshape(way.shape))
                between = np.array(bytearray(received.tobytes()), np.uint8).reshape(-1, EXTENDED)
                assert not between[:, USED:].any()

    def test_a_digest_has_64_bits(self) -> None:
        lengths = {wire.digest(bytes([each])).bit_length() for each in range(100)}
        assert max(lengths) == 64

    def test_a_function_of_the_child_s_has_a_number_that_can_be_sent(self) -> None:
        assert there_and_back(Function(wire.INSIDE)) == Function(wire.INSIDE)

    def test_a_function_stays_where_it_is(self) -> None:
        assert there_and_back([Function(0), Function(2**32 - 1)]) == [
            Function(0), Function(2**32 - 1),
        ]  # fmt: skip

    def test_a_cache_of_shapes_is_not_endless(self) -> None:
        for size in range(3000):
            assert there_and_back(np.zeros((0, size))).shape == (0, size)
        assert len(wire._shapes) <= 1000
        assert len(wire._heads) <= 1000


def contiguous(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value).reshape(value.shape)
    if isinstance(value, list | tuple):
        return type(value)(map(contiguous, value))
    return {k: contiguous(v) for k, v in value.items()} if isinstance(value, dict) else value


class TestRefusals:
    @pytest.mark.parametrize(
        "odd",
        [
            np.array([object()]),
            np.array(["text"]),
            np.array([b"bytes"]),
            np.array([(1, 2.0)], "i4,f8"),
            np.array(["2024-01-01"], "M8[D]"),
            np.array([1], "m8[s]"),
            np.ma.masked_array([1.0]),
            np.ones(2).view(np.recarray),
            np.zeros((1,) * 9),
            np.zeros((0, 2**22)),
            np.zeros((0, 2**33)),
            np.str_("text"),
            {1, 2},
            b"bytes",
            range(3),
            object,
            len,
            {1: 2},
            OrderedDict(a=1),
            type("Text", (str,), {})("a"),
            type("Number", (float,), {})(1),
            2 ** (8 * wire.LONGEST_NUMBER),
        ],
        ids=lambda odd: re.sub(r"\W+", " ", f"{type(odd).__name__} {odd!r}"[:30]),
    )
    def test_what_is_not_plain_is_not_sent(self, odd: Any) -> None:
        for value in (odd, [odd], {"a": odd}, (1, odd)):
            with pytest.raises(WireError):
                frame(value)

    def test_values_inside_values_have_an_end(self) -> None:
        value: Any = 1.0
        for _ in range(24):
            value = [value]
        assert there_and_back(value) == value
        with pytest.raises(WireError, match="levels deep"):
            frame([value])
        for one_more in (b"l\1\0\0\0", b"t\1\0\0\0", b"m\1\0\0\0s\0\0\0\0"):
            assert decode(one_more * 24 + b"N") is not None
            with pytest.raises(WireError, match="levels deep"):
                decode(one_more * 25 + b"N")
        for tag in b"lt":
            with pytest.raises(WireError, match="levels deep"):
                decode((bytes([tag]) + b"\1\0\0\0") * 100_000 + b"N")
        with pytest.raises(WireError, match="levels deep"):
            decode(b"m\1\0\0\0s\0\0\0\0" * 100_000 + b"N")

    def test_a_list_that_holds_itself_is_not_sent(self) -> None:
        endless: list[Any] = []
        endless.append(endless)
        with pytest.raises(WireError, match="levels deep"):
            frame(endless)

    @pytest.mark.parametrize("count", [199_999, 200_000])
    def test_values_are_counted_with_the_list_around_them(self, count: int) -> None:
        if count < 200_000:
            assert decode(repeated(b"l", b"N", count)) == [None] * count
            assert len(frame([None] * count)) == 4 + 5 + count
        else:
            with pytest.raises(WireError, match="200000"):
                decode(repeated(b"l", b"N", count))
            with pytest.raises(WireError, match="200000"):
                frame([None] * count)

    @pytest.mark.parametrize("count", [99_999, 100_000])
    def test_a_key_counts_as_its_value_does(self, count: int) -> None:
        many = dict.fromkeys(map(str, range(count)))
        if count < 100_000:
            assert len(frame(many)) > 4 + 5 + 7 * count
        else:
            with pytest.raises(WireError, match="200000"):
                frame(many)

    def test_whole_numbers_have_a_longest(self) -> None:
        for longest in (2**8191 - 1, -(2**8191) + 1):
            assert there_and_back(longest) == longest
            with pytest.raises(WireError, match="thousands of digits"):
                frame(longest * 2)
        assert decode(b"i\0\4" + b"\xff" * 1024) == -1

    def test_frames_have_a_largest_size(self) -> None:
        largest = np.zeros(wire.LARGEST_FRAME - 7, np.uint8)
        assert there_and_back(largest).size == largest.size
        for value in (np.zeros(wire.LARGEST_FRAME, np.uint8), "x" * wire.LARGEST_FRAME):
            with pytest.raises(WireError, match="at most"):
                frame(value)

    @pytest.mark.parametrize("length", [wire.LARGEST_FRAME + 1, 2**31, 2**32 - 1])
    def test_a_larger_one_is_not_even_waited_for(self, length: int) -> None:
        with pytest.raises(WireError, match="announced"):
            length_of(struct.pack("<I", length))

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"x",
            b"NN",
            b"s\4\0\0\0abc",
            b"s\1\0\0\0\xff",
            b"s\3\0\0\0\xed\xa0\x80",
            b"i\0\0",
            b"i\1\4" + bytes(1025),
            b"d1234567",
            b"aO\0" + bytes(8),
            b"aV\1\1\0\0\0" + bytes(8),
            b"a",
            b"ad",
            b"ad\1",
            b"ad\11" + b"\1\0\0\0" * 9 + bytes(8),
            b"ad\2" + b"\xff\xff\xff\xff" * 2,
            b"ad\2" + b"\0\0\1\0" * 2,
            b"a?\2" + b"\xff\xff\xff\xff\0\0\0\0",
            b"m\1\0\0\0i\1\0\1N",
            b"m\1\0\0\0l\0\0\0\0N",
            b"m\1\0\0\0s\1\0\0\0a",
            b"l\xff\xff\xff\xff",
            b"l\xff\xff\xff\xffNNN",
            b"t\2\0\0\0N",
            b"f\0\0\0",
        ],
    )
    def test_bytes_that_are_no_value_are_a_wire_error(self, body: bytes) -> None:
        with pytest.raises(WireError):
            decode(body)

    def test_lengths_of_an_array_do_not_wrap_around(self) -> None:
        for lengths in ((2**32 - 1,) * 8, (2**31, 2**31, 4, 4), (2**16,) * 4, (2**32 - 1, 1, 0)):
            head = b"ad" + bytes([len(lengths)]) + struct.pack(f"<{len(lengths)}I", *lengths)
            with pytest.raises(WireError):
                decode(head + bytes(64))

    def test_booleans_are_zero_or_one_whatever_byte_came(self) -> None:
        found = decode(b"a?\1\3\0\0\0\0\2\xff")
        assert found.tobytes() == b"\0\1\1"


class TestAnyBytes:
    @settings(STEADY, max_examples=300)
    @given(st.binary(max_size=200))
    def test_they_are_a_value_or_a_wire_error(self, body: bytes) -> None:
        fuzz.check(body)

    @settings(STEADY, max_examples=300)
    @given(PLAIN, st.data())
    def test_so_is_a_frame_that_was_damaged(self, value: Any, data: Any) -> None:
        body = bytearray(frame(value)[4:])
        at = data.draw(st.integers(0, len(body) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "insert", "length"])):
            case "flip":
                body[at] ^= data.draw(st.integers(1, 255))
            case "cut":
                del body[at:]
            case "insert":
                body[at:at] = data.draw(st.binary(min_size=1, max_size=8))
            case "length":
                body[at : at + 4] = struct.pack("<I", data.draw(st.sampled_from(fuzz.LENGTHS)))
        fuzz.check(bytes(body))

    def test_every_body_cut_short_is_a_wire_error(self) -> None:
        for body in fuzz.BODIES:
            for length in range(len(body)):
                with pytest.raises(WireError):
                    decode(body[:length])

    def test_the_fuzzer_finds_nothing(self) -> None:
        assert fuzz.run(seed=1, cases=20_000) == 20_000

    def test_the_fuzzer_can_find_something_and_prints_it(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(fuzz, "decode", dict[bytes, Any]().__getitem__)
        assert fuzz.main(5, 1) == 1
        out = capsys.readouterr().out
        assert "KeyError" in out
        assert re.fullmatch(r"[0-9a-f]*", out.splitlines()[-1])

    def test_the_fuzzer_runs_as_a_command(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "tests.box.fuzz", "0.2", "1"], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert re.fullmatch(r"\d+ cases, \d+ per second, seed 1\n", done.stdout)


def repeated(tag: bytes, each: bytes, count: int) -> bytes:
    return tag + struct.pack("<I", count) + each * count


EMPTY_ARRAY = b"ad\2\0\0\0\0\xff\xff\x0f\0"
COSTLY = {
    "many empty arrays": repeated(b"l", EMPTY_ARRAY, wire.MOST_VALUES - 1),
    "many arrays of their own shapes": b"l" + struct.pack("<I", 199_999)
    + b"".join(b"ad\2\0\0\0\0" + struct.pack("<I", size) for size in range(199_999)),
    "many empty lists": repeated(b"l", b"l\0\0\0\0", wire.MOST_VALUES - 1),
    "many empty dictionaries": repeated(b"t", b"m\0\0\0\0", wire.MOST_VALUES - 1),
    "many more values than may be": repeated(b"l", b"N", 3_000_000),
    "a list that promises much": b"l\xff\xff\xff\xff" + b"N" * 1000,
    "many large whole numbers": repeated(b"l", b"i\0\4" + b"\x7f" * 1024, 16_000),
    "many keys": b"m" + struct.pack("<I", 99_999)
    + b"".join(b"s\6\0\0\0%06dN" % number for number in range(99_999)),
    "one key many times": b"m" + struct.pack("<I", 99_999) + b"s\1\0\0\0aN" * 99_999,
    "a long text": b"s" + struct.pack("<I", 15 << 20) + b"x" * (15 << 20),
    "a long text of wide letters": b"s" + struct.pack("<I", 15 << 20)
    + b"\xf0\x9f\x98\x80" * (15 << 18),
    "a large array": b"ad\1" + struct.pack("<I", 2_000_000) + bytes(16_000_000),
    "many booleans": b"a?\1" + struct.pack("<I", 16_000_000) + bytes(16_000_000),
    "lists inside lists": repeated(b"l", b"l\1\0\0\0" * 20 + b"N", 9_000),
}  # fmt: skip


class TestCost:
    @pytest.mark.parametrize("body", COSTLY.values(), ids=COSTLY)
    def test_no_frame_takes_long_or_much(self, body: bytes) -> None:
        assert len(body) <= wire.LARGEST_FRAME
        start = time.process_time()
        with suppress(WireError):
            decode(body)
        assert time.process_time() - start < LONG

    def test_nor_much_memory(self) -> None:
        program = """
import resource
from contextlib import suppress
from tests.box.test_wire import COSTLY, MEGABYTE, WireError, decode

with open("/proc/self/statm") as file:
    size = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + 128 * MEGABYTE,) * 2)
for name, body in COSTLY.items():
    print(name)
    with suppress(WireError):
        decode(body)
"""
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
