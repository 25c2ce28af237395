"""Is every number guarded? ``python -m tests.mutants [file ...]`` changes one thing at a time.

Each change is made in a copy of the checkout, and the tests nearest to it are run: a change that
nothing notices is a number or a condition that anybody may get wrong.

Why not one of the tools that there are: mutmut changes numbers by one and only inside of functions,
while most of ours have a name outside of them; cosmic-ray changes numbers by one, writes into the
checkout, and starts the same command anew for each change, which takes hours here. What is needed
is little: `operators.py` makes the changes, `nearest.py` finds the tests, `run.py` forks a process
that has pytest and numpy in it, and `choices.toml` lists numbers that promise nothing, and why.
"""
