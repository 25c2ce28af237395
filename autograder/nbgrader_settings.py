"""What a course's `nbgrader_config.py` calls, so that students' code runs behind walls there.

The line may stand before or after the course's own settings: see `autograder.grading.settings`.
"""

try:
    from autograder.grading.settings import configure
except ImportError as error:
    # nbgrader would only note it, and go on as if its configuration were not there: without walls.
    raise SystemExit(f"nbgrader_config.py: {error}: run `autograder doctor`") from None

__all__ = ["configure"]
