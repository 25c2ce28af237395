"""Reads pages of feedback, for the tests."""

import html
import re

ROW = re.compile(r'<th scope="row"><a href="#([^"]+)">.*?<td class="number">(.*?)</td>', re.DOTALL)


def scores_on(page):
    """{graded cell: "4 / 10"} as the overview of a page shows them."""
    return {name: plain(score) for name, score in ROW.findall(page)}


def plain(page):
    """The text of some HTML in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())
