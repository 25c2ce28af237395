"""The floor: a warm interpreter without walls that forks a child for each list of cells.

It reads JSON lists from standard input, one a line, and answers each with the CPU seconds that the
child took, and it itself for the fork.
"""

import gc
import json
import os
import sys
import time
from tempfile import TemporaryDirectory

from autograder.box.zygote import warm


def run(shell, cells):
    """Fork a child that runs the cells: CPU seconds of both."""
    before = time.process_time()
    child = os.fork()
    if not child:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        for cell in cells:
            shell.run(cell)
        os._exit(0)
    _, _, used = os.wait4(child, 0)
    return used.ru_utime + used.ru_stime + time.process_time() - before


def main():
    """Serve until the input ends."""
    with TemporaryDirectory() as folder:
        shell = warm(folder)
        gc.collect()
        gc.freeze()
        for line in sys.stdin:
            print(json.dumps(run(shell, json.loads(line))), flush=True)
        os.chdir("/")


if __name__ == "__main__":
    main()
