"""Clean HTML so that it may be shown to others, whoever wrote it: only listed tags are allowed.

The finished HTML is cleaned, because Markdown has too many ways to write HTML, and formulas and
code with a `<` in them are harmless only after they have been rendered.
"""

import html
import re
from collections import Counter
from collections.abc import Mapping

import nh3
from pygments.token import STANDARD_TYPES

from autograder.grading.pictures import ADDRESS, as_in_outputs, problem_with

HEADINGS = {f"h{level}" for level in range(1, 7)}
TABLES = {"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"}
BLOCKS = {"p", "div", "pre", "blockquote", "hr", "details", "summary", "figure", "figcaption"}
LISTS = {"ul", "ol", "li", "dl", "dt", "dd"}
WORDS = {
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "q",
    "s", "samp", "small", "span", "strong", "sub", "sup", "u", "var",
}  # fmt: skip

# These are removed with their content. An SVG inside HTML could be cleaned by a similar list, but
# that would have to cover styles, <use>, animations and foreign objects. In a separate picture (an
# output of type image/svg+xml) the browser runs and loads nothing.
GONE = {
    "script", "style", "template", "iframe", "object", "embed", "noscript", "svg", "math",
    "title", "textarea", "select",
}  # fmt: skip

# No style, no data-* (Bootstrap and the Formgrader act on them), and no classes except those of
# highlighted code and tables: the page's own classes could place a cell over the page's buttons.
ATTRIBUTES = {
    "*": {"id", "title", "lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "li": {"value"},
    "table": {"border"},
    "th": {"colspan", "rowspan", "scope", "align"},
    "td": {"colspan", "rowspan", "align"},
    "col": {"span"},
    "colgroup": {"span"},
    "details": {"open"},
}
CLASSES = {
    "a": {"anchor-link"},
    "div": {"highlight"},
    "span": {*filter(None, STANDARD_TYPES.values())},
    "table": {"dataframe"},
}
# The Formgrader finds its grade fields by their ids.
ID_PREFIX = "shown-"

# MathML without what carries HTML, links, styles or actions.
PLAIN_MATHML = {
    "mi", "mn", "mtext", "mstyle", "mrow", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "munderover", "mtr", "mphantom",
}  # fmt: skip
MATHML = {
    "math": {"display"},
    "mi": {"mathvariant"},
    "mo": {"stretchy", "fence", "form", "minsize", "maxsize", "lspace", "rspace", "separator"},
    "mspace": {"width"},
    "mover": {"accent"},
    "mtable": {"columnalign", "displaystyle", "rowspacing", "columnspacing"},
    "mtd": {"columnalign"},
    "mpadded": {"width", "height", "depth"},
}

VALUES = {
    # A relative address leads to another page of the Formgrader, or to a submitted file.
    ("a", "href"): re.compile(r"https?://[^\s\"'<>\\]+|#[^\s\"'<>]*", re.IGNORECASE),
    # A picture from another server would tell it who has opened the page, and when.
    ("img", "src"): ADDRESS,
    ("img", "width"): re.compile(r"\d{1,4}%?"),
    ("img", "height"): re.compile(r"\d{1,4}%?"),
}
# The parser's time grows with the square of the depth, and of the length of some texts: at most a
# second within these limits. Nobody nests this deep, and pandas prints no table this long.
DEEPEST_HTML = 200
LONGEST = 300_000
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
NEVER_CLOSED = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}


def clean(text: str, formulas: bool = False) -> str:
    """Make HTML safe to be put into a page.

    Parameters
    ----------
    text
    formulas
        Whether MathML is shown; otherwise it is removed.

    Returns
    -------
    str
        Without scripts, styles, forms, frames, handlers and remote pictures. Links lead to http,
        https or into the page. HTML that is too long or nested too deeply is shown as text.
    """
    without_pictures = ADDRESS.sub("", text)
    if len(without_pictures) > LONGEST or _too_deep(without_pictures):
        return as_text(without_pictures)
    return (CLEANER_WITH_FORMULAS if formulas else CLEANER).clean(text)


def as_text(text: str) -> str:
    """Any text as HTML that shows it literally."""
    return f"<pre>{html.escape(text)}</pre>"


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "id":
        return ID_PREFIX + value
    pattern = VALUES.get((tag, name))
    if pattern is None:
        return value
    value = value.strip()
    found = pattern.fullmatch(value)
    if not found or (pattern is ADDRESS and _problem_with(*found.groups())):
        return None
    return f"#{ID_PREFIX}{value[1:]}" if value.startswith("#") else value


def _problem_with(kind: str, data: str) -> str:
    return problem_with(kind, as_in_outputs(kind, data))


def _too_deep(text: str) -> bool:
    """Whether more than DEEPEST_HTML elements may be open at once, whatever closes none."""
    opened: Counter[str] = Counter()
    total = 0
    for closing, name in TAG.findall(text):
        name = name.lower()
        if closing and opened[name]:
            opened[name] -= 1
            total -= 1
        elif not closing and name not in NEVER_CLOSED:
            opened[name] += 1
            total += 1
        if total > DEEPEST_HTML:
            return True
    return False


def _cleaner(tags: set[str], attributes: Mapping[str, set[str]]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags={*HEADINGS, *TABLES, *BLOCKS, *LISTS, *WORDS, *tags},
        clean_content_tags=GONE - tags,
        attributes={**ATTRIBUTES, **attributes},
        allowed_classes=CLASSES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "data"},
        link_rel="noopener noreferrer",
    )


CLEANER = _cleaner(set(), {})
CLEANER_WITH_FORMULAS = _cleaner({*PLAIN_MATHML, *MATHML}, MATHML)
