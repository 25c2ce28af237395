"""The broken code that some answers start from, by the name of the answer."""

NAMES = ()
