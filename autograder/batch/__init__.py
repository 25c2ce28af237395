"""Grading a whole class: what has to be done, who does it, and what is recorded."""
