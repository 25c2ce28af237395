"""A whole class at once: what is to be done, who does it, and what is recorded of it."""
