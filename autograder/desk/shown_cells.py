"""Cells of a graded notebook as HTML that a page may show: whatever a student wrote is data."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar

from markupsafe import Markup
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from pygments import highlight
from pygments.filter import Filter
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer, inherit
from pygments.lexers import PythonLexer, get_lexer_by_name
from pygments.token import Error, Name, Operator, Punctuation, Text, Whitespace, _TokenType

from autograder.desk.formulas import formula, markdown, scrollable
from autograder.grading.mime_types import PICTURES, SVG
from autograder.grading.pictures import problem_with, weight
from autograder.grading.preprocessor_types import Resources
from autograder.grading.safe_html import clean
from autograder.grading.safe_pages import LEFT, cleaned

MOST_LINES, LONGEST_LINE = 60, 500
"""Of an output or an exception. The notebook has the rest."""
PICTURE_LEFT_OUT = Markup('<p class="soft">(A picture is left out: this page has too many.)</p>')
MAGIC = re.compile(r"%[%\w]|!(?!=)|\?")
"""What IPython may read in another way than Python."""
UNCOLOURED = {Error, Name, Operator, Punctuation, Whitespace}
"""Kinds of tokens that look like text on our pages. As text, they make pages smaller by a fifth."""


class _Python(PythonLexer):
    """Reads much of what has no colour at once, without trying 50 patterns at each word and sign.

    That is: spaces, unless a docstring may follow; signs; names that can't be a keyword or
    builtin, because they have a digit or an underscore inside.
    """

    tokens: ClassVar = {
        "root": [
            (
                r"(?:(?<!^)[^\S\n]|[](){},;[~+*/%=<>&^|-]|:(?!=)|\.(?!\d)|"
                r"[A-Za-z]++[0-9_][A-Za-z0-9_]*+(?![^\x00-\x7f]))+",
                Text,
            ),
            inherit,
        ]
    }


class _Uncoloured(Filter):
    """Makes text of what has no colour."""

    def filter(
        self, _: Lexer, stream: Iterable[tuple[_TokenType, str]]
    ) -> Iterator[tuple[_TokenType, str]]:
        for kind, value in stream:
            yield Text if kind in UNCOLOURED else kind, value


PYTHON, IPYTHON, FORMATTER = _Python(), get_lexer_by_name("ipython3"), HtmlFormatter(nowrap=True)
for each in (PYTHON, IPYTHON):
    each.add_filter(_Uncoloured())


@lru_cache(maxsize=1024)
def code(source: str) -> Markup:
    """Python code in colours."""
    lexer = IPYTHON if MAGIC.search(source) else PYTHON
    text = highlight(source, lexer, FORMATTER).rstrip("\n")
    return Markup(f'<pre class="code" tabindex="0"><code>{text}</code></pre>')


def text(source: str) -> Markup:
    """Any text, as it is: its beginning and its end if it is long."""
    lines = [
        line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"
        for line in strip_ansi(source).rstrip().split("\n")
    ]
    if len(lines) > MOST_LINES:
        half = MOST_LINES // 2
        left_out = f"… {len(lines) - 2 * half} lines are left out …"
        lines = [*lines[:half], left_out, *lines[-half:]]
    return Markup('<pre tabindex="0">{}</pre>').format("\n".join(lines))


@lru_cache(maxsize=256)
def given(source: str) -> Markup:
    """Code that came with the notebook; in colours it would be most of the page."""
    return Markup('<pre tabindex="0">{}</pre>').format(source)


def written(cell: NotebookNode, resources: Resources) -> Markup:
    """What a student wrote in a cell: code in colours, Markdown rendered."""
    if cell.cell_type == "code":
        return code(cell.source)
    if cell.cell_type == "markdown":
        pictures = cell.get("attachments", {})
        if pictures or "data:" in cell.source:
            return markdown(cell.source, pictures, resources)
        return _without_pictures(cell.source)
    return text(cell.source)


@lru_cache(maxsize=1024)
def _without_pictures(source: str) -> Markup:
    """Markdown; most of it came with the notebook, and is the same on everybody's page."""
    return markdown(source, {}, {})


def exceptions(cell: NotebookNode) -> Markup:
    """The lines of what a cell raised; "" if it ran to its end."""
    raised = [each for each in cell.get("outputs", ()) if each.output_type == "error"]
    return Markup("").join(map(_exception, raised))


def outputs(cell: NotebookNode, resources: Resources) -> Markup:
    """What a cell displayed."""
    return Markup("").join(_outputs(cell, resources))


def _outputs(cell: NotebookNode, resources: Resources) -> Iterator[Markup]:
    for each in cell.get("outputs", ()):
        if each.output_type == "error":
            yield _exception(each)
        elif each.output_type == "stream":
            yield text(_joined(each.text))
        else:
            yield _displayed(each.get("data", {}), resources)


def _exception(output: Mapping[str, Any]) -> Markup:
    lines = output.get("traceback") or [f"{output.get('ename')}: {output.get('evalue')}"]
    return text("\n".join(map(str, lines)).strip("\n"))


def _displayed(data: Mapping[str, Any], resources: Resources) -> Markup:
    """The richest of an output's forms that a page may show."""
    if "text/html" in data:
        return Markup('<div class="html" tabindex="0">{}</div>').format(
            Markup(cleaned(_joined(data["text/html"]), resources, clean))
        )
    for kind in PICTURES:
        if kind in data and not problem_with(kind, data[kind]):
            return _picture(kind, _joined(data[kind]), resources)
    if "text/markdown" in data:
        return markdown(_joined(data["text/markdown"]), {}, resources)
    if "text/latex" in data:
        tex = _joined(data["text/latex"])
        shown = clean(formula(tex.strip().strip("$"), "block"), formulas=True)
        return scrollable(shown) or text(tex)
    return text(_joined(data.get("text/plain", "")))


def _picture(kind: str, data: str, resources: Resources) -> Markup:
    left = resources[LEFT] - weight(kind, data)
    if left < 0:
        return PICTURE_LEFT_OUT
    resources[LEFT] = left
    return Markup('<img src="{}" alt="A picture that the cell drew">').format(_address(kind, data))


def _address(kind: str, data: str) -> str:
    """A picture as a data address: from there, no browser runs or loads anything."""
    base64 = b64encode(data.encode()).decode() if kind == SVG else "".join(data.split())
    return f"data:{kind};base64,{base64}"


def _joined(text: Any) -> str:
    """A text that a notebook may also keep as a list of its lines."""
    return "".join(text) if isinstance(text, list) else str(text)
