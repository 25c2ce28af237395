"""If this fails, a notebook that an editor saved in another encoding is refused or garbled."""

import codecs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.grading.text_encodings import in_utf8, text_of, without_halves

# Neither the time that it takes nor its cases depend on the machine.
STEADY = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

JSON = '{"source": "naïve “quotes”, 学生, 😀"}'


@pytest.mark.parametrize("encoding", [
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be",
])  # fmt: skip
def test_unicode_is_read_in_all_its_forms(encoding):
    assert in_utf8(JSON.encode(encoding)) == JSON.encode()


def test_marks_are_dropped_however_many_there_are():
    assert in_utf8(codecs.BOM_UTF8 * 3 + b"{}") == b"{}"
    assert in_utf8(codecs.BOM_UTF16_LE + ("\ufeff" + JSON).encode("utf-16-le")) == JSON.encode()


def test_a_torn_letter_does_not_stop_the_rest():
    assert in_utf8(JSON.encode("utf-16")[:-1]).startswith(JSON[:-1].encode())


def test_what_old_editors_of_windows_wrote_is_read_and_reported():
    assert text_of("naïve “x”: 5 €".encode("cp1252")) == ("naïve “x”: 5 €", False)
    assert text_of("naïve".encode() + b" \x93 \x81") == ("naïve “ \ufffd", False)
    assert text_of("naïve".encode()) == ("naïve", True)


def test_halves_of_letters_are_read_and_can_be_written():
    half = "a \ud83d b"
    assert text_of(half.encode("utf-8", "surrogatepass")) == (half, True)
    assert without_halves(half) == "a \ufffd b"
    assert without_halves("\ud83d\ude00 \udfff") == "😀 \ufffd"


@STEADY
@given(st.binary())
def test_any_bytes_are_text_that_can_be_written(content):
    text, is_utf8 = text_of(in_utf8(content))
    without_halves(text).encode()
    assert is_utf8 or any(byte > 127 for byte in content)


@STEADY
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_that_can_be_written_is_kept(text):
    assert without_halves(text) == text
    assert text_of(text.encode()) == (text, True)
