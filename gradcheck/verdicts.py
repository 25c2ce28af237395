"""The verdicts on a gradient."""

VERDICTS = ("pass", "fail", "inconclusive", "not checked")
PASS, FAIL, INCONCLUSIVE, NOT_CHECKED = range(4)
# "pass" is 0, because nonzero entries are counted quickly
