"""Runs a student's code behind walls; knows nothing of `truth` or `questions`."""
