"""If this fails, Gradescope's script fails in a container, or gives other results there."""

import json
import os
import subprocess

import pytest

from tests.desk.gradescope import read_results
from tests.hosts import hosts
from tests.hosts.hosts import Host
from tests.hosts.long.containers import why_not
from tests.hosts.long.test_containers import runc
from tests.temporary_course import ROOT

ASSIGNMENT = "one_dimension"
HOSTS = {"here": Host("here", ""), "docker": Host("root in Docker's", "", container=runc("docker"))}


@pytest.fixture
def results(everybodys, handed_in):
    """``results(where)``: those of one submission, as root."""

    def results(where):
        root = everybodys.root / f"gradescope-{where}"
        source = everybodys.course(f"{root.name}/source", handed_in, 0)
        (source / "course_secret").write_text("a secret that only this test knows")
        for name in ("submission", "results", "venv/bin"):
            (root / name).mkdir(parents=True)
        notebook = handed_in.answered(ASSIGNMENT, "wrong_forward_right_rest")
        (root / "submission" / "any.ipynb").write_text(json.dumps(notebook))
        metadata = {"users": [{"id": 1, "email": "ada@example.org", "name": "Ada"}]}
        (root / "submission_metadata.json").write_text(json.dumps(metadata))
        program = root / "venv" / "bin" / "autograder"
        program.symlink_to(everybodys.python.parent / "autograder")
        script = root / "run_autograder"
        script.write_bytes((ROOT / "docs" / "gradescope" / "run_autograder").read_bytes())
        script.chmod(0o755)
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(root), "AUTOGRADER": str(root)}
        command, host = [str(script)], HOSTS[where]
        if host.container:
            command = host.container(command, everybodys, root, environment)
            environment = os.environ  # of what starts the container
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return read_results(root / "results" / "results.json")

    return results


def test_in_a_container_there_are_the_same_results(everybodys, results):
    if why := why_not() or hosts.why_not(HOSTS["docker"], everybodys):
        pytest.skip(why)
    here, there = results("here"), results("docker")
    assert here["score"] == 17
    assert there["tests"] == here["tests"]
    assert there["extra_data"] == here["extra_data"]
