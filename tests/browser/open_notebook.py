"""A notebook that is open in a browser, in JupyterLab or Notebook 7, and what people do there."""

from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import expect

# Where each shows a notebook, and what it shows once that has a kernel. Before, Run All does
# nothing; the circle in the toolbar is no sign of it: it says Idle from the beginning.
FRONT_ENDS = {
    "lab": ("lab/tree/{}", "text='Python 3 (ipykernel) | Idle'"),
    "notebook": ("notebooks/{}", ".jp-NotebookKernelLogo"),
}


class OpenNotebook:
    """A notebook in a tab of its own.

    Cells are found by their ids in the file: whoever reads a test sees which cell is meant, and a
    page says only how many come before it.

    Parameters
    ----------
    page : playwright.sync_api.Page
    address : callable
        Of `serving`.
    front_end : {"lab", "notebook"}
    file : pathlib.Path
    folder : pathlib.Path
        In which the server works.
    """

    def __init__(self, page, address, front_end, file, folder):
        self.page, self.file = page, file
        self.complaints = []
        """What the browser could not load or run, and what was asked from other machines."""
        page.on("console", self._hear)
        page.on("request", self._see)
        self.cells = nbformat.read(file, as_version=4).cells
        self._places = {cell.id: place for place, cell in enumerate(self.cells)}
        path, has_a_kernel = FRONT_ENDS[front_end]
        # Without the reset, JupyterLab opens again what an earlier test had open.
        page.goto(address(path.format(file.relative_to(folder))) + "&reset")
        expect(page.locator(has_a_kernel)).to_be_visible()

    def _hear(self, message):
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location}")

    def _see(self, request):
        if urlsplit(request.url).hostname not in ("localhost", "127.0.0.1", "", None):
            self.complaints.append(request.url)

    def cell(self, name):
        """The cell with an id."""
        return self.page.locator(f".jp-Cell[data-windowed-list-index='{self._places[name]}']")

    def output(self, name):
        """What stands below a code cell."""
        return self.cell(name).locator(".jp-Cell-outputArea")

    def run_all(self):
        """Choose Run > Run All Cells."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_text("Run All Cells", exact=True).click()

    def edit(self, name):
        """Put the cursor into a cell, and select all that is written there."""
        if self.cells[self._places[name]].cell_type == "markdown":
            self.cell(name).locator(".jp-MarkdownOutput").dblclick()
        self.cell(name).locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")

    def run_to(self, last, first):
        """Press Shift+Enter in a cell, and in all that follow up to another one."""
        for _ in range(self._places[last] - self._places[first] + 1):
            self.page.keyboard.press("Shift+Enter")

    def answer(self, name, text):
        """Write an answer, and run its cell and, if it has one, the check below it."""
        self.edit(name)
        self.page.keyboard.insert_text(text)  # as pasted: an editor adds brackets to what is typed
        check = f"test_{name}"
        self.run_to(check if check in self._places else name, first=name)

    def save(self):
        """Press Ctrl+S, and wait until the server has the file."""
        with self.page.expect_response(
            lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url
        ):
            self.page.keyboard.press("ControlOrMeta+s")

    def errors(self):
        """The text of all tracebacks, warnings and formulas with mistakes in the page."""
        output = "[data-mime-type='application/vnd.jupyter.{}']"
        marks = (output.format("error"), output.format("stderr"), "mjx-merror")
        return self.page.locator(", ".join(marks)).all_text_contents()

    def empty_pictures(self):
        """The pictures that the page could not show."""
        pictures = self.page.locator(".jp-Notebook img").all()
        return [each for each in pictures if not each.evaluate("image => image.naturalWidth")]
