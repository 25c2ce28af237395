"""If this fails, the guides' site can't be read on a phone, in the dark, or without a network."""

import pytest

from tests.test_site import build

PAGES = ("index", "student", "teaching", "instructor", "operations", "hosts", "gradescope/README")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the built site is: in files, as it is in build/site."""
    folder = tmp_path_factory.mktemp("build") / "site"
    done = build(folder)
    assert done.returncode == 0, done.stderr
    return folder.as_uri()


@pytest.fixture
def page(browser):
    """A tab without a network."""
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_guide_fits_a_phone(page, address, picture, name):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}/{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    picture(page, "phone")


def brightness(colour):
    """From 0 for black to 255 for white, of what a browser calls rgb(…)."""
    red, green, blue = (int(each) for each in colour.strip("rgb()").split(","))
    return 0.3 * red + 0.6 * green + 0.1 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_guide_follows_the_readers_colours(page, address, picture, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}/instructor.html")
    paper, ink = (
        brightness(page.evaluate(f"getComputedStyle(document.body).{each}"))
        for each in ("backgroundColor", "color")
    )
    assert abs(paper - ink) > 150
    assert (paper < ink) == (scheme == "dark")
    picture(page, "top")


def test_search_finds_a_word_without_a_network(page, address, picture):
    page.goto(f"{address}/index.html")
    page.get_by_placeholder("Search").fill("waive")
    page.keyboard.press("Enter")
    page.locator("#search-results").get_by_role("link", name="For instructors").first.wait_for()
    picture(page, "found")
