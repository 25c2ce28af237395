"""An index that does not exist."""


def relative_difference(a, b):
    return [a, b][2]
