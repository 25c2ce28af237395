"""What is watched while attackers are graded: sockets, folders, other people's grades."""

import os
import site
import socket
import sysconfig
import threading
from pathlib import Path

import autograder


class Listeners:
    """Sockets that really listen, and remember whoever talks to them."""

    def __init__(self, run, folder):
        self.heard = []
        self._open = []
        tcp = self._listen(socket.AF_INET, ("127.0.0.1", 0))
        self.told = {
            "tcp": tcp.getsockname()[1],
            "abstract": f"listener-{run}",
            "unix": str(folder / "s"),
        }
        try:
            tcp6 = self._listen(socket.AF_INET6, ("::1", 0))
        except OSError:  # this machine has no IPv6
            tcp6 = tcp
        self.told["tcp6"] = tcp6.getsockname()[1]
        self._listen(socket.AF_UNIX, f"\0{self.told['abstract']}")
        # A path of a socket may be 107 bytes long, and that of a test's folder is longer.
        here = os.open(folder, os.O_RDONLY)
        self._listen(socket.AF_UNIX, f"/proc/self/fd/{here}/s")
        os.close(here)
        udp = self._listen(socket.AF_INET, ("127.0.0.1", 0), socket.SOCK_DGRAM)
        self.told["udp"] = udp.getsockname()[1]

    def _listen(self, family, address, kind=socket.SOCK_STREAM):
        listener = socket.socket(family, kind)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        self._open.append(listener)
        threading.Thread(target=self._hear, args=(listener,), daemon=True).start()
        return listener

    def _hear(self, listener):
        try:
            while True:
                if listener.type == socket.SOCK_DGRAM:
                    self.heard.append((listener.family.name, listener.recv(1000)))
                    continue
                talk, _ = listener.accept()
                talk.settimeout(1)
                self.heard.append((listener.family.name, "connected"))
                talk.close()
        except OSError:
            return

    def close(self):
        for each in self._open:
            each.close()


def listing(rig, own):
    """What lies on this machine where an attacker might leave something: (path, size, time).

    Parameters
    ----------
    rig : Graded
    own : collection of str
        Students, whose own folders may change.
    """
    found = set()
    own = [
        f"{step}/{student}/" for step in ("submitted", "autograded", "feedback") for student in own
    ]
    written_by_nbgrader = {"gradebook.db", "gradebook.db-journal", ".nbgrader.log", "autograded"}
    for top in (rig.course.root, rig.folder / "home", rig.folder / "elsewhere"):
        for path in top.rglob("*"):
            name = str(path.relative_to(top))
            if name in written_by_nbgrader or f"{name}/".startswith(tuple(own)):
                continue
            status = path.lstat()
            is_file = path.is_file() and not path.is_symlink()
            found.add((str(path), is_file and (status.st_size, status.st_mtime_ns)))
    # Elsewhere others are at work as well: only what bears an attacker's mark.
    shared = [
        "/dev/shm",
        "/var/tmp",
        "/run",
        "/etc",
        "/",
        "/usr",
        "/tmp",
        Path.home(),
        sysconfig.get_path("scripts"),
        *site.getsitepackages(),
        autograder.__path__[0],
        Path(autograder.__file__).parents[1],
        rig.folder / "settings",
        Path.cwd(),
    ]
    for top in shared:
        for path in Path(top).glob("*"):
            if rig.run in path.name or "legacy" in path.name:
                found.add((str(path), False))
    return found


def rows(course, students):
    """Everything that the gradebook says of some students, and how many points there are."""
    found = set()
    with course.gradebook() as gradebook:
        for student in students:
            submission = gradebook.find_submission("one_dimension", student)
            found.add((student, str(submission.timestamp), submission.score))
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    found.add(
                        (
                            student,
                            grade.name,
                            grade.auto_score,
                            grade.manual_score,
                            grade.needs_manual_grade,
                            grade.extra_credit,
                            grade.id,
                        )
                    )
                found |= {
                    (student, each.name, each.auto_comment, each.manual_comment)
                    for each in notebook.comments
                }
        for each in gradebook.find_notebook("one_dimension", "one_dimension").grade_cells:
            found.add((each.name, each.max_score))
    return {tuple(map(str, each)) for each in found}
