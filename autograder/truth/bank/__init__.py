"""The records of planted bugs, a file for each kind; `autograder.truth.bugs` gathers them."""
