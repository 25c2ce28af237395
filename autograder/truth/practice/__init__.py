"""Bugs to practise on: nothing here is graded, and nothing that is graded is here."""
