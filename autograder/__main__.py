"""The program `autograder`, also called `python -m autograder`."""

from autograder import stopping


def main():
    """Run the command line, which Ctrl-C ends from its first moment on."""
    stopping.at_once()
    from autograder.cli import app

    app(prog_name="autograder")


if __name__ == "__main__":
    main()
