"""Wrong answers to n_dimensions, a file for each question."""
