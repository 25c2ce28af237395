"""Wrong answers to one_dimension, a file for each question."""
