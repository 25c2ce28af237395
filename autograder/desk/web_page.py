"""Pages in one file that loads nothing: a template, its style and its script, and a policy.

The policy (CSP) is part of the page. It lets the browser run the page's own script and no other,
apply the page's own style and no other, and load nothing from anywhere.
"""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

POLICY = (
    "default-src 'none'; img-src data:; style-src {style}; script-src {script}; base-uri 'none'; "
    "form-action 'none'"
)
CODE = re.compile(r"`([^`]+)`")


def page(template: str, **values: Any) -> str:
    """Fill one of the templates in `pages/`, which all extend `page.html`.

    Parameters
    ----------
    template : str
        Its file name without `.html`. The style and the script of that name, if there are any, are
        added to those of all pages.
    **values
        Texts are escaped; HTML has to be a :class:`markupsafe.Markup`.

    Returns
    -------
    str
        A whole HTML page.
    """
    style, script = (_file(f"page.{kind}") + _file(f"{template}.{kind}") for kind in ("css", "js"))
    policy = POLICY.format(style=_hash(style), script=_hash(script))
    text: str = (
        _templates()
        .get_template(f"{template}.html")
        .render(policy=policy, style=Markup(style), script=Markup(script), **values)
    )
    return text


def with_code(text: str) -> Markup:
    """A sentence whose pieces between backticks are code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader(__package__, "pages"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["with_code"] = with_code
    return made


@cache
def _file(name: str) -> str:
    """The text of a file in `pages/`, or "" if there is none."""
    loader = _templates().loader
    assert loader
    if name not in loader.list_templates():
        return ""
    return loader.get_source(_templates(), name)[0]


@cache
def _hash(text: str) -> str:
    """What the policy calls an inline style or script."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
