"""If this fails, a page runs or loads what it must not, or shows text as if it were HTML."""

import re

from autograder.desk.web_page import page, with_code


def test_code_between_backticks():
    assert with_code("is `a < b` so?") == "is <code>a &lt; b</code> so?"
    assert with_code("<b>plain</b>") == "&lt;b&gt;plain&lt;/b&gt;"
    assert with_code("one ` alone") == "one ` alone"


def test_the_policy_names_what_the_page_has():
    """One policy, and nothing of it can be changed by what is filled in."""
    text = page("page")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert re.fullmatch(
        r"default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-[\w+/=]{44}&#39;; "
        r"script-src &#39;sha256-[\w+/=]{44}&#39;; base-uri &#39;none&#39;; "
        r"form-action &#39;none&#39;", policy,
    )  # fmt: skip
