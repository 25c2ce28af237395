"""If this fails, a setting with a typo in its name is ignored, or a good one is doubted."""

import pytest
from traitlets.config import Config

from autograder.grading.execute import TrustedExecute
from autograder.grading.misspelt_settings import misspelt


@pytest.mark.parametrize(("section", "name", "near"), [
    ("TrustedExecute", "timeout", None),
    ("TrustedExecute", "timout", "c.TrustedExecute.timeout"),
    ("TrustedExecute", "zzz", ""),
    ("TrustedExecut", "timeout", "c.TrustedExecute.timeout"),
    ("TrustedExcute", "timeout", "c.TrustedExecute.timeout"),
    ("ExecuteTrusted", "timeout", None),  # half alike: it may belong to another program
    ("TrustedLauncher", "timeout", None),
])  # fmt: skip
def test_the_nearest_name_is_offered_if_it_is_surely_meant(section, name, near):
    assert TrustedExecute.class_trait_names(config=True)
    found = misspelt(Config({section: Config({name: 1})}))
    assert found == ({} if near is None else {f"c.{section}.{name}": near})
