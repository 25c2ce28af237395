"""What a course's `nbgrader_config.py` calls, so that students' code runs behind walls there.

The call may come before or after the course's own settings: see `autograder.grading.settings`.
"""

try:
    from autograder.grading.settings import configure
except ImportError as error:
    # nbgrader would only log this, and continue without its configuration: without walls.
    raise SystemExit(f"nbgrader_config.py: {error}: run `autograder doctor`") from None

__all__ = ["configure"]
