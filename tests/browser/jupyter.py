"""A real Jupyter server in a folder, for tests that open its pages in a browser."""

import json
import os
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.temporary_course import BIN

# Kernels listen on files: a port that is free when it is looked for may be taken a moment later.
SERVER = """
c.KernelManager.transport = "ipc"
c.ServerApp.allow_root = True
c.ServerApp.open_browser = False
c.ServerApp.port = 0
c.LabApp.extension_manager = "readonly"
"""
# JupyterLab asks jupyter.org for news and versions, and PyPI for extensions. People may like that;
# a test that needs the internet fails for reasons of its own.
PREFERENCES = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


@contextmanager
def serving(folder, program="lab"):
    """A Jupyter server, which works in a folder as if somebody had started it there.

    Parameters
    ----------
    folder : pathlib.Path
    program : {"lab", "notebook"}
        What is started: `jupyter lab` or `jupyter notebook`. Don't open pages of both with one
        server: it keeps a font of the first, and refuses it to the second.

    Yields
    ------
    callable
        Gives the address of a page: `address("lab/tree/one.ipynb")`, with what logs a browser in.
    """
    # Addresses of sockets have to be short, so this is not in the folder of the test.
    with tempfile.TemporaryDirectory(prefix="jupyter-") as settings:
        for name, text in (
            ("jupyter_server_config.py", SERVER),
            ("labconfig/default_setting_overrides.json", json.dumps(PREFERENCES)),
        ):
            path = Path(settings, "config", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        log = Path(settings, "log")
        with log.open("w") as said:
            server = subprocess.Popen(
                [BIN / "jupyter", program], cwd=folder, env=_environment(settings),
                stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
        try:
            place = _wait_for(server, Path(settings, "run"), log)
            yield lambda page: f"{place['url']}{page}?token={place['token']}"
        finally:
            server.terminate()  # it stops its kernels
            server.wait()


def _environment(settings):
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data",
               "JUPYTER_RUNTIME_DIR": "run", "IPYTHONDIR": "ipython"}  # fmt: skip
    return {
        **os.environ,
        **{name: str(Path(settings, folder)) for name, folder in folders.items()},
        # As in an activated environment: nbgrader calls `alembic` by its name.
        "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]),
    }


def _wait_for(server, folder, log):
    """Where the server is: it writes that into a file, and a little later listens there."""
    file = folder / f"jpserver-{server.pid}.json"
    while True:
        assert server.poll() is None, log.read_text()
        try:
            place = json.loads(file.read_text())
            urlopen(f"{place['url']}api").close()
            return place
        except (FileNotFoundError, json.JSONDecodeError, URLError):
            time.sleep(0.05)
