"""Markdown whose formulas a page can show by itself: MathML instead of TeX and a script."""

import re
from functools import lru_cache, partial
from typing import Any

from latex2mathml.converter import convert
from markupsafe import Markup

from autograder.grading.preprocessor_types import Resources
from autograder.grading.safe_html import clean
from autograder.grading.safe_pages import Renderer, rendered

LONGEST_FORMULA = 2_000
SAME_AS = {"aligned": "split", "gathered": "matrix"}
"""Environments that the library does not know, and those that look like them."""
IN_HTML = re.compile(r"\$([^$\n]+)\$")
HIGHEST_HEADING = 3
"""Of a notebook that is shown inside of a page's own section."""


def markdown(source: str, pictures: dict[str, Any], resources: Resources) -> Markup:
    """Render and clean Markdown; see :func:`autograder.grading.safe_pages.rendered`."""
    return scrollable(rendered(source, pictures, resources, _WithFormulas))


def scrollable(cleaned: str) -> Markup:
    """Let people without a mouse scroll formulas that are wider than their screen."""
    return Markup(cleaned.replace('<math display="block"', '<math tabindex="0" display="block"'))


@lru_cache(maxsize=4096)
def formula(text: str, display: str = "inline") -> str:
    """A formula of TeX as MathML, not cleaned yet; what can't be converted, as it is.

    Parameters
    ----------
    text : str
    display : {"inline", "block"}
    """
    for name, known in SAME_AS.items():
        text = text.replace(f"{{{name}}}", f"{{{known}}}")
    if len(text) <= LONGEST_FORMULA:
        try:
            return convert(text, display=display)
        except Exception:  # The library has no exception of its own that all errors share.
            pass
    return ""


class _WithFormulas(Renderer):
    clean = staticmethod(partial(clean, formulas=True))

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        level = min(level + HIGHEST_HEADING - 1, 6)
        return f"<h{level}>{text}</h{level}>\n"

    def block_html(self, html: str) -> str:
        return IN_HTML.sub(lambda found: formula(found[1]) or found[0], super().block_html(html))

    def block_math(self, body: str) -> str:
        return formula(body, "block") or super().block_math(body)

    def inline_math(self, body: str) -> str:
        return formula(body) or super().inline_math(body)

    def latex_environment(self, name: str, body: str) -> str:
        text = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return formula(text, "block") or super().latex_environment(name, body)
