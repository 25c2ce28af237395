"""Grades a course on gradient checking: `ask` is what a hidden-test cell calls."""

from autograder.ask import ask

__all__ = ["ask"]
