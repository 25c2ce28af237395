"""Attacks on the grader: what hostile submissions try, and what has to stop each of them.

- `cells/` holds attacks that are code, a file for each theme, to be read from top to bottom;
  `toolbox.py` there is the first cell of each of them.
- `notebooks.py` and `submissions.py` hold attacks by what a notebook or a folder is made of.
- `catalogue.py` reads them all and names the walls and rules.
- `rig.py` is a course with secrets, listeners and a bystander, in which they are graded; what is
  watched meanwhile stands in `watched.py`, and `keeper.py` sees which processes are left.
- `test_attacks.py` grades them with stock `nbgrader autograde` and with `autograder grade`, among
  honest neighbours.

`python -m tests.attacks` prints the table of all attacks as Markdown. With `--stock` it grades
those that do no harm by nbgrader alone, without anything of ours but the notebooks, and says what
they get.
"""
