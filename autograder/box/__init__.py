"""Where a student's code runs; it knows nothing of `truth` or `questions`."""
