"""If this fails, the guides make no site, or one that loads something from elsewhere."""

import re
import subprocess
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from tests.temporary_course import BIN, ROOT

GUIDES = sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("docs/*/README.md")])
RECIPE = re.search(r"\nsite:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text())[1]
LOADED = {"script": "src", "link": "href", "img": "src", "source": "src", "iframe": "src"}


def build(site, repository=""):
    """Build the site as `make site` does, into another folder: a CompletedProcess."""
    command = re.sub(r"\$\(if \$\(REPOSITORY\),(.*?=).*\)", r"\1" + repository, RECIPE)
    folders = {"$(BIN)": str(BIN), "build/": f"{site.parent}/"}
    words = command.replace("\\\n", " ").split()
    for name, folder in folders.items():
        words = [word.replace(name, folder) for word in words]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site."""
    folder = tmp_path_factory.mktemp("build") / "site"
    done = build(folder)
    assert done.returncode == 0, done.stderr
    return folder


class Page(HTMLParser):
    """What a page loads, and where its links lead."""

    def __init__(self, path):
        super().__init__()
        self.loads, self.links, self.ids = [], [], {""}
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.ids.add(named.get("id"))
        if tag == "a":
            self.links.append(named.get("href", ""))
        if address := named.get(LOADED.get(tag)):
            self.loads.append(address)


@pytest.fixture(scope="module")
def pages(site):
    """{path: Page} for all pages of the site."""
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_guide_is_a_page(site, pages):
    made = {path.relative_to(site).with_suffix(".md") for path in pages}
    assert {path.relative_to(ROOT / "docs") for path in GUIDES} <= made


def test_nothing_comes_from_elsewhere(site, pages):
    loads = [urlsplit(each) for page in pages.values() for each in page.loads]
    assert len(loads) > 7 * len(GUIDES)
    assert [each.geturl() for each in loads if each.scheme not in ("", "data") or each.netloc] == []
    styles = "".join(path.read_text() for path in site.rglob("*.css"))
    asked = re.findall(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)", styles)
    assert len(asked) > 3
    assert [each for pair in asked for each in pair if re.match(r"(https?:)?//", each)] == []


def test_every_link_within_the_site_leads_somewhere(site, pages):
    for path, page in pages.items():
        for link in map(urlsplit, page.links + page.loads):
            if link.scheme or path.name == "search.html":
                continue
            target = (path.parent / unquote(link.path)) if link.path else path
            assert target.is_file(), (path, link.geturl())
            if target.resolve() in pages:
                assert link.fragment in pages[target.resolve()].ids, (path, link.geturl())


def test_links_out_of_the_guides_are_text_until_the_repository_is_named(site, tmp_path):
    configuration = '<a class="reference external" href="{}nbgrader_config.py">'
    repository = "https://forge.example/owner/course/blob/main/"
    assert configuration.format(repository) not in (site / "instructor.html").read_text()
    done = build(tmp_path / "site", repository)
    assert done.returncode == 0, done.stderr
    assert configuration.format(repository) in (tmp_path / "site/instructor.html").read_text()
