"""If this fails, code has other colours on a page than the library would give it."""

import re
from random import Random

import pytest
from pygments import highlight
from pygments.lexers import get_lexer_by_name

from autograder.desk import shown_cells
from tests.temporary_course import ROOT
from tests.thorough import THOROUGH

PIECES = [
    "def ", "class ", "f", "(", ")", "[", "]", "{", "}", " ", "  ", "\n", "\n    ", "\t", "\r\n",
    "x", "x1", "dW_2", "W1", "print", ".print", "self", "ValueError", "True", "__init__", "_", "é",
    "²", "1", "0x1f", "1.5e-3", ".5", "...", '"', "'", '"""', "'''", 'f"', 'rb"', 'u""',
    "{x1:>{w}}", "\\", "\\\n", "#c\n", "==", "!=", ":=", ":", ",", ";", "->", "=", "%",
    "<<=", "//=", "**", "~",
    "&", "^", "@", "@deco", "match ", "case _:", "lambda x:", "import ", "from a_1 import b as c\n",
    "yield from", "async for", "not in", " is ", " and ",
]  # fmt: skip
MAGICS = [
    "%matplotlib inline\n", "%%bash\nls for\n", "!ls int\n", "!!ls int\n", "print?\n", "?print\n",
    "x = %pwd\n",
]  # fmt: skip


def by_the_library(source, lexer="ipython3"):
    """All of what it reads, and as text what has no colour."""
    lexer = get_lexer_by_name(lexer)
    lexer.add_filter(shown_cells._Uncoloured())
    return highlight(source, lexer, shown_cells.FORMATTER).rstrip("\n")


def shown(source):
    text = shown_cells.code(source)
    return text.removeprefix('<pre class="code" tabindex="0"><code>').removesuffix("</code></pre>")


def test_code_has_the_colours_of_the_library():
    for path in sorted((ROOT / "autograder").rglob("*.py")):
        source = path.read_text()
        quick = highlight(source, shown_cells.PYTHON, shown_cells.FORMATTER)
        assert quick.rstrip("\n") == by_the_library(source, "python"), path


def test_so_has_broken_code():
    rng = Random(0)
    for _ in range(2_000 * THOROUGH):
        source = "".join(rng.choices(PIECES, k=rng.randrange(1, 25)))
        assert shown(source) == by_the_library(source), source


@pytest.mark.parametrize("source", MAGICS)
def test_what_only_ipython_reads_is_left_to_it(source):
    assert shown(source) == by_the_library(source) != by_the_library(source, "python")


def test_what_has_no_colour_has_no_mark():
    """They were a fifth of each page."""
    text = shown("def f(x):\n    return x + f_1(y, 2)\n")
    assert re.findall(r'<span class="(\w+)">', text) == ["k", "nf", "k", "mi"]
