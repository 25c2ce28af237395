"""The program `autograder`, also called `python -m autograder`."""

import io
import sys

from autograder import stopping


def main() -> None:
    """Run the command line; Ctrl-C ends it from the first moment on."""
    stopping.at_once()
    # A name that this terminal or file can't show is not a reason to stop.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    from autograder.cli import app

    app(prog_name="autograder")


if __name__ == "__main__":
    main()
