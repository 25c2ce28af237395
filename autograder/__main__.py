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
    try:
        from autograder.cli import app
    except ModuleNotFoundError as missing:
        if not missing.name or missing.name.partition(".")[0] == "autograder":
            raise
        remedy = "run `pip install -e .[grader]` in the folder of the course"
        sys.exit(f"autograder: the package {missing.name} is missing: {remedy}")
    app(prog_name="autograder")


if __name__ == "__main__":
    main()
