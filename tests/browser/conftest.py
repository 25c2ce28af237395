"""A real browser for the tests that follow people through pages: Playwright and a Chromium.

The pictures that these tests take are build products, in `tests/browser/pictures/`; they are for
looking at, and no test compares them.
"""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
# Debian's and Ubuntu's name, and that of a Chrome on a developer's own machine.
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Milliseconds in which anything may happen that a test waits for, on however busy a machine.
PATIENCE = 300_000
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(config, items):
    """Say once why nothing ran, on a machine without a browser."""
    if _program() is None:
        reason = "no Chromium is found: apt-get install chromium, or set CHROMIUM to its path"
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))


def _program():
    found = [os.environ.get("CHROMIUM"), *map(shutil.which, PROGRAMS)]
    return next(filter(None, found), None)


# Not for the session: while Playwright runs, nothing else in this process can run an event loop.
@pytest.fixture(scope="module")
def browser():
    """The running browser."""
    with sync_playwright() as playwright:
        # As root, Chromium does not start with its own sandbox.
        launched = playwright.chromium.launch(executable_path=_program(), args=["--no-sandbox"])
        yield launched
        launched.close()


@contextmanager
def visit(browser):
    """A tab of a visitor who has been nowhere before."""
    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


@pytest.fixture
def page(browser):
    """A tab of a test's own visitor."""
    with visit(browser) as page:
        yield page


@pytest.fixture
def picture(request):
    """Take a picture of a page, under the name of the test and one's own."""
    PICTURES.mkdir(exist_ok=True)

    def take(page, name, **options):
        test = request.node.name.removeprefix("test_").replace("/", "_")
        page.screenshot(path=PICTURES / f"{test}-{name}.png", **options)

    return take
