"""Saves a notebook as JupyterLab does: through Jupyter's own server, with all that editing adds."""

from uuid import uuid4

import nbformat
from ipykernel.ipkernel import IPythonKernel
from jupyter_server.services.contents.filecheckpoints import FileCheckpoints
from jupyter_server.services.contents.largefilemanager import LargeFileManager

RAN = {"iopub.execute_input": "2026-01-01T00:00:00.000000Z", "shell.execute_reply": "..."}


def save(path, change=lambda cells: None):
    """Run, look at, add to and save a notebook in a file.

    Parameters
    ----------
    path : pathlib.Path
    change : callable
        What else is done to its list of cells.
    """
    manager = LargeFileManager(
        root_dir=str(path.parents[2]), checkpoints_class=FileCheckpoints, allow_hidden=True
    )
    place = str(path.relative_to(manager.root_dir))
    model = manager.get(place)
    manager.create_checkpoint(place)
    notebook = model["content"]
    notebook.metadata.language_info = dict(IPythonKernel.language_info)
    notebook.metadata.kernelspec.display_name = "Python 3"
    notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    notebook.metadata["toc-autonumbering"] = True
    for count, cell in enumerate(notebook.cells, 1):
        cell.metadata |= {"editable": True, "slideshow": {"slide_type": ""}}
        cell.metadata.setdefault("tags", [])
        if cell.cell_type == "code":
            cell.execution_count = count
            cell.outputs = [
                nbformat.v4.new_output("stream", text="some output\n"),
                nbformat.v4.new_output(
                    "execute_result", {"text/plain": "1"}, execution_count=count
                ),
            ]
            cell.metadata |= {"collapsed": True, "scrolled": True, "execution": RAN}
            cell.metadata.setdefault("jupyter", {})["outputs_hidden"] = True
    change(notebook.cells)
    manager.save({"type": "notebook", "format": "json", "content": notebook}, place)


def new_cell(kind, source):
    """A cell as JupyterLab adds it."""
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}[kind]
    return make(source, id=str(uuid4()))
