"""Our preprocessors for nbgrader, and a whole course that is graded with them."""
