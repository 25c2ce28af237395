"""The planted bugs, one file for each kind; `autograder.truth.bugs` collects them."""
