"""If this fails, the Formgrader's Autograde button grades by other rules than the command."""

import json
import re
import socket
import subprocess
import threading
import time
import urllib.request
from contextlib import contextmanager

import pytest

TOKEN = "of-this-test"
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


@contextmanager
def serving(course):
    """Start a Jupyter server in the course folder, and yield its address."""
    server = course.start(
        "jupyter-server",
        f"--IdentityProvider.token={TOKEN}",
        "--ip=127.0.0.1",
        "--port=0",
        "--no-browser",
        "--allow-root",
        stderr=subprocess.STDOUT,
    )
    try:
        said = []
        for line in server.stdout:
            said.append(line)
            if found := ADDRESS.search(line):
                break
        else:
            pytest.fail("the server did not start:\n" + "".join(said))
        # Its further output must be read, or it would block.
        reader = threading.Thread(target=server.stdout.read)
        reader.start()
        try:
            wait_for(int(found[1]))
            yield found[0]
        finally:
            server.terminate()
            reader.join()
    finally:
        server.terminate()
        server.communicate()


@pytest.fixture
def formgrader(course):
    """The address of a Jupyter server that was started in the course folder."""
    with serving(course) as address:
        yield address


def wait_for(port, seconds=60):
    """Wait until the server listens: it prints its address a moment earlier."""
    latest = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > latest:
                raise


def press_autograde(address, assignment, student):
    """Do what the button does: a POST to nbgrader's own handler."""
    request = urllib.request.Request(
        f"{address}/formgrader/api/submission/{assignment}/{student}/autograde",
        headers={"Authorization": f"token {TOKEN}"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())


def test_the_button_grades_as_the_command_does(course, formgrader):
    notebook = course.answered("one_dimension", "prints_warning")
    tests = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    notebook.cells.remove(tests[0])
    course.submit("ada", "one_dimension", notebook)

    done = press_autograde(formgrader, "one_dimension", "ada")

    assert done["success"], done
    scores = {name: score for name, score in course.grades("one_dimension")["ada"].items() if score}
    assert sum(scores.values()) == course.coded("one_dimension")
