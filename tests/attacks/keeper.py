"""Runs a command, and says what is left of it: `python keeper.py REPORT SECONDS command …`.

Whatever the command leaves behind, however it hides, becomes a child of this process.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time

SET_CHILD_SUBREAPER = 36
LARGEST_FILE = 2**31


def children():
    """{process id: command line} of what belongs to this process, at any depth."""
    parents, names = {}, {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as file:
                parents[int(entry)] = int(file.read().rpartition(")")[2].split()[1])
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                names[int(entry)] = file.read().replace(b"\0", b" ").decode(errors="replace")[:200]
        except OSError:
            continue
    found = {os.getpid()}
    while more := {each for each, parent in parents.items() if parent in found} - found:
        found |= more
    return {each: names.get(each, "") for each in found - {os.getpid()}}


def reap():
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return


def main(report, seconds, *command):
    ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        status = process.wait(timeout=float(seconds))
    except subprocess.TimeoutExpired:
        status = "never ended"
    time.sleep(0.5)  # what is just ending may end
    reap()
    left = children()
    for each in left:
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            continue
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    with open(report, "w") as file:
        json.dump({"status": status, "left": list(left.values()), "peak": peak}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
