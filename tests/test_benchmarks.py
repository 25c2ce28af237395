"""If this fails, the pages show other figures than those that were measured."""

import json

from benchmarks.gradcheck import pictures, tables
from tests.temporary_course import ROOT

FOLDER = ROOT / "benchmarks" / "gradcheck"
FIGURES = json.loads((FOLDER / "figures.json").read_text())


def test_the_page_is_made_of_the_figures():
    assert (FOLDER / "README.md").read_text() == tables.page(FIGURES)


def test_the_pictures_are_made_of_the_figures(tmp_path):
    """Compared by their paths and words: another version of matplotlib writes other details."""
    pictures.write(FIGURES, tmp_path)
    for name in ("speed.svg", "sureness.svg"):
        made, kept = ((folder / name).read_text() for folder in (tmp_path, FOLDER))
        assert made.count("<path") == kept.count("<path")
        assert made.count("<use") == kept.count("<use")


def test_targets_that_were_met_are_not_lost_in_silence():
    """Ratios of one run, so that a busy machine changes them little."""
    seconds = FIGURES["seconds"]
    for n, wanted in (("47", 30), ("921", 120), ("9765", 90), ("98817", 45)):
        for row in seconds[n].values():
            assert row["the seed's loop"] / row["check_gradients"] > wanted
    assert all(
        row["torch gradcheck, slow mode"] / row["check_gradients"] > 200
        for row in seconds["9765"].values()
    )
    for name in ("check_gradients", "check_gradients, any cost"):
        assert FIGURES["alarms"]["random"][name] == FIGURES["alarms"]["near kinks"][name] == 0
        assert FIGURES["alarms"]["inconclusive"][name] < 0.08
        assert min(FIGURES["caught"][name]) >= 0.99
    assert FIGURES["megabytes"] < 1024
    middle, worst = FIGURES["accuracy"]["structured"]
    assert middle < 2e-11 and worst < 1e-9
