"""Safe pages of graded notebooks, in the Formgrader and wherever nbgrader's templates are used.

nbconvert's HTMLExporter makes them from templates that put much of a notebook into the page
unchanged. It reads `c.HTMLExporter` in nbgrader_config.py: the preprocessor removes what the
templates write unescaped or run, and the filters clean what they render. Our own pages of feedback
use the same limits and the same cleaning.
"""

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import nbformat
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert import filters
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List

from autograder.grading.allowed_outputs import OutputLimits, allowed, size
from autograder.grading.embedded_pictures import ATTACHED
from autograder.grading.flags import flags_for_the_student
from autograder.grading.mime_types import PICTURES
from autograder.grading.pictures import (
    ADDRESS,
    as_in_outputs,
    problem_with,
    weight_of_addresses,
)
from autograder.grading.preprocessor_types import Processed, Resources
from autograder.grading.safe_html import as_text, clean

# Time is counted in steps; a processor does about 50,000 a second. A character is one step. A
# heading is parsed and written again for its link, fenced code gets a lexer, and for a formula that
# is never closed the parser searches up to the end of the text.
LONGEST_MARKDOWN = 20_000
MOST_STEPS = 100_000
MOST_STEPS_OF_NOTEBOOK = 200_000
STEPS_OF_A_BLOCK = 100
SEARCHED_IN_A_STEP = 500
HTML_IN_A_STEP = 10
BLOCK = re.compile(r"^[^a-zA-Z#`~_\n]*(?:#|`{3}|~{3}|[=-][ \t]*$)", re.MULTILINE)
FORMULA = re.compile(
    r"\\\\(?P<open>[(\[])|(?<!\\)\\\\(?P<close>[)\]])"
    r"|\\begin\{(?P<begin>[a-z]*\*?)\}|\\end\{(?P<end>[a-z]*\*?)\}"
)
CLOSED_BY = {"(": ")", "[": "]"}
IMAGE = re.compile(
    r"""(?P<before><img\b[^<>]*?\bsrc\s*=\s*)(?P<quote>["']?)attachment:"""
    r"""(?P<name>[^"'\s<>]+)(?P=quote)(?P<after>[^<>]*>)""",
    re.IGNORECASE,
)
"""An attached picture in HTML, which lets people choose its size."""
LEFT = "weight of pictures that the page may still show"
LEFT_OUT = "# Left out: this notebook has too much text to be shown."
MOST_COLOURS = 2_000
LONGEST_COLOUR = 30
BELOW = "what the course shows below its cells"
"""Key of the resources: {cell: HTML}, which is not cleaned. Nothing on the page can change it."""
# Formulas can reach far beyond their line, and the macros that they define hold for the whole page.
STUDENTS = """<style>.cell, .students {{ overflow: auto hidden; contain: paint; }}
.students {{ border-left: 3px solid #337ab7; padding-left: 1ex; margin-bottom: 1em; }}</style>
<div class="students">{}</div>"""
DEFINES = re.compile(
    r"\\(?=(?:g?def|let|global|(?:re)?new(?:command|environment)|DeclareMathOperator|Newextarrow)"
    r"(?![a-zA-Z]))"
)
NO_MACRO = "\\\N{ZERO WIDTH SPACE}"
PYTHON = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}


class SafeToShow(NbGraderPreprocessor):
    """Remove from a notebook what its page does not need and what could trick a template."""

    # The exporter sets this for its preprocessors, and warns where it is unknown.
    display_data_priority: List[Any] = List().tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        told = flags_for_the_student(nb)
        # This removes the title, the language, and the state of widgets, which goes into a script.
        nb.metadata = nbformat.from_dict(PYTHON)
        within_limits(nb, resources)
        for cell in nb.cells:
            ours = cell.metadata.get("nbgrader")
            cell.metadata = nbformat.from_dict({"nbgrader": ours} if _is_ours(ours) else {})
        if told:
            text = "**About this submission**\n\n" + "\n".join(
                f"- {_unmarked(each)}" for each in told
            )
            nb.cells.insert(0, nbformat.v4.new_markdown_cell(text))
        for name in ("student", "first_name", "last_name", "notebook_path"):
            if isinstance(resources.get(name), str):
                resources[name] = html.escape(resources[name])
        return nb, resources


def within_limits(nb: NotebookNode, resources: Resources) -> None:
    """Leave out what would make a page too large or take too long to render.

    Parameters
    ----------
    nb
        A graded notebook, also one that was graded without this package. It is changed.
    resources
        Of the page.
    """
    bytes_left, steps_left = OutputLimits.notebook, MOST_STEPS_OF_NOTEBOOK
    for cell in nb.cells:
        cost: Callable[[str], int] = len if cell.cell_type == "code" else steps
        texts = [(cell, "source", cost)]
        if cell.cell_type == "code":
            cell.outputs = allowed(cell.get("outputs"), left=bytes_left)
            shown = [output.get("data", {}) for output in cell.outputs]
            for data in shown:
                if "text/latex" in data:
                    data["text/latex"] = _without_macros(data["text/latex"], resources)
            texts += [(data, "text/markdown", steps) for data in shown]
            texts += [(data, "text/html", _steps_of_html) for data in shown]
        pictures = cell.get("attachments", {})
        bytes_left -= sum(map(size, cell.get("outputs", ()))) + len(str(pictures))
        if pictures and bytes_left < 0:
            del cell["attachments"]
        for holder, name, cost in texts:
            steps_left -= cost(holder.get(name, ""))
            if steps_left < 0 and name in holder:
                holder[name] = LEFT_OUT


def _unmarked(sentence: str) -> str:
    """A sentence as Markdown that shows it as it is, even if a student's words are in it."""
    one_line = " ".join(sentence.split())
    return re.sub(r"[\\`*_\[\]<>$&|~!#{}:@]", lambda found: f"&#{ord(found[0])};", one_line)


def _is_ours(metadata: object) -> bool:
    """Whether it is nbgrader's metadata with a name that is safe in HTML."""
    name = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return isinstance(name, str) and re.fullmatch(r"[\w.-]+", name) is not None


def steps(source: str) -> int:
    """Estimate how long Markdown takes to render: see :data:`MOST_STEPS`."""
    closed, searched = set(), 0
    for found in reversed([*FORMULA.finditer(source)]):
        if found["open"] or found["begin"] is not None:
            if CLOSED_BY.get(found["open"], found["begin"]) not in closed:
                searched += len(source) - found.start()
        else:
            closed.add(found["close"] or found["end"])
    blocks = len(BLOCK.findall(source))
    return len(source) + blocks * STEPS_OF_A_BLOCK + searched // SEARCHED_IN_A_STEP


def _steps_of_html(text: str) -> int:
    return len(text) // HTML_IN_A_STEP


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """Render Markdown with the pictures that are attached to its cell, and clean the result."""
    pictures = context.get("cell", {}).get("attachments", {})
    return _with_below(context, "markdown", rendered(source, pictures, context["resources"]))


def rendered(
    source: str,
    pictures: dict[str, Any],
    resources: Resources,
    kind: type["Renderer"] | None = None,
) -> str:
    """Render and clean Markdown; what would take too long is shown as text.

    Parameters
    ----------
    source
    pictures
        The attachments of its cell.
    resources
        They count the pictures that the page still may show.
    kind
        How each element is rendered, and its HTML cleaned.
    """
    renderer = (kind or Renderer)(escape=False, attachments=pictures)
    if len(source) > LONGEST_MARKDOWN or steps(source) > MOST_STEPS:
        return as_text(source)
    try:
        text = MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # A text that the parser can't read must not break the whole page.
        return as_text(source)
    return cleaned(text, resources, renderer.clean)


def _with_below(context: Context, kind: str, text: str) -> str:
    """A cell's text, and below it what the course shows there."""
    cell = context.get("cell", {})
    name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
    below = context["resources"].get(BELOW, {}).get(name)
    # A cell's outputs are rendered by the same filters.
    return STUDENTS.format(text) + below if below and cell.cell_type == kind else text


@pass_context
def clean_html(context: Context, text: object) -> str:
    """Clean HTML. Its pictures are left out if the page already shows too many."""
    return cleaned(str(text), context["resources"])


def cleaned(text: str, resources: Resources, by: Callable[[str], str] = clean) -> str:
    """Clean HTML, and leave out its pictures if the page already shows too many.

    Parameters
    ----------
    text
    resources
        They count the pictures that the page still may show.
    by
        Cleans the HTML.
    """
    safe = _without_macros(by(text), resources)
    left = resources.get(LEFT, OutputLimits.notebook) - weight_of_addresses(safe)
    if left < 0:
        return ADDRESS.sub("", safe)
    resources[LEFT] = left
    return safe


def _without_macros(text: str, resources: Resources) -> str:
    """A text that defines no macro, if the course's own formulas are on the page."""
    return DEFINES.sub(lambda _: NO_MACRO, text) if resources.get(BELOW) else text


class Renderer(IPythonRenderer):
    """Renders Markdown with the pictures that are attached to its cell."""

    clean = staticmethod(clean)
    # A short text can show one large picture a thousand times.
    bytes_left = OutputLimits.cell

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if not url.startswith(ATTACHED):
            return super().image(text, url, title)
        name = unquote(url.removeprefix(ATTACHED))
        address = self._address(name)
        return super().image(text, address, title) if address else _missing(name)

    def inline_html(self, html: str) -> str:
        return super().inline_html(IMAGE.sub(self._in_html, html))

    def block_html(self, html: str) -> str:
        return super().block_html(IMAGE.sub(self._in_html, html))

    def _in_html(self, found: re.Match[str]) -> str:
        name = unquote(found["name"])
        address = self._address(name)
        return f'{found["before"]}"{address}"{found["after"]}' if address else _missing(name)

    def _address(self, name: str) -> str:
        """Where an attached picture is, for a browser; "" if it must not be shown."""
        bundle = self.attachments.get(name, {})
        for kind in PICTURES:
            data = bundle.get(kind)
            if data is None or problem_with(kind, as_in_outputs(kind, data)):
                continue
            if len(data) <= self.bytes_left:
                self.bytes_left -= len(data)
                return f"data:{kind};base64,{''.join(data.split())}"
        return ""


def _missing(name: str) -> str:
    return f"<em>[The picture {html.escape(name)} is missing, too large or broken.]</em>"


def ansi2html(text: object) -> str:
    """Colour a terminal's text, unless it has so many colours that this would take too long."""
    text = re.sub(rf"\x1b\[[^@-~]{{{LONGEST_COLOUR},}}[@-~]", "", str(text))
    if text.count("\x1b[") > MOST_COLOURS:
        text = filters.strip_ansi(text)
    return filters.ansi2html(text)


@pass_context
def highlight_code(
    context: Context, source: str, language: str | None = None, metadata: Any = None
) -> str:
    """Highlight code as Python, whatever language its notebook or cell claims to be in."""
    return _with_below(context, "code", highlighted(source))


def highlighted(source: str) -> str:
    """Python code in colours."""
    return filters.Highlight2HTML(pygments_lexer="ipython3")(source)


# By the names that the templates use.
FILTERS = {
    "markdown2html": markdown2html,
    "clean_html": clean_html,
    "ansi2html": ansi2html,
    "highlight_code": highlight_code,
    # nbconvert's own removes "files/" from href="files/javascript:…", after the cleaning.
    "strip_files_prefix": lambda text: text,
}
