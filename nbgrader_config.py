"""The course: every nbgrader command and the Formgrader read this file in this folder.

Whatever is set here is joined with what keeps submissions behind walls, whichever comes first: see
`autograder/grading/settings.py`.
"""

try:
    from autograder.nbgrader_settings import configure
except ImportError as error:
    # nbgrader would only note it, and go on as if this file were not there: without walls.
    remedy = "run `make .venv`, and use the commands in .venv/bin"
    raise SystemExit(f"nbgrader_config.py: {error}: {remedy}") from None

c = get_config()  # noqa: F821  (nbgrader provides it)
configure(c)

c.CourseDirectory.course_id = "gradient_checking"

# Where the Open-in-Colab badges point: the owner/name of the public repository with release/. There
# are no badges as long as it is this one.
c.OpenInColab.repository = "owner/repository"

# An unfinished answer returns nothing, so that Run All reaches the end.
c.ClearSolutions.code_stub = {"python": "pass  # your code here"}
c.ClearSolutions.text_stub = "*Your answer:*"

# A loop that never ends is stopped after 5 seconds by the visible checks and after 10 by each
# question; this is the limit of a whole cell, and of a whole submission.
c.TrustedExecute.timeout = 60
c.TrustedExecute.submission_timeout = 300

# Megabytes that the grader itself may take over one submission or page of `autograder`. What would
# take more costs its student one line and nobody else anything.
c.TrustedExecute.grader_memory = 2048

# What feedback says of wrong gradients: "none" (that they are wrong), "where" (which one first) or
# "what" (what they look like, and a hint).
c.TrustedExecute.help = "what"
