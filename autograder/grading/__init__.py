"""nbgrader's preprocessors of ours, and a whole course graded with them."""
