"""If this fails, a learner who names a bug is told that it is another one, or is told too much."""

import json

import pytest

from autograder.grading.bug_hunts import bank
from autograder.hunts.game import ANSWERED, FORM, NO_HUNT, NOTHING, BugHunts
from autograder.hunts.schedule import INNOCENT
from autograder.hunts.suspects import USUAL
from autograder.truth.planting import KINDS
from autograder.truth.practice.bank import BUGS, PASSES

BANK = json.loads(json.dumps(bank()))
ALL = {bug.name: (PASSES[where], bug) for where, bugs in BUGS.items() for bug in bugs}


@pytest.fixture
def hunts():
    return BugHunts(BANK, seed=1)


@pytest.fixture
def against():
    """Begins a hunt for one bug; "" for a correct pass."""

    def begin(name, where="two layers"):
        game = BugHunts(BANK, seed=1)
        game._subject = game._subjects[ALL[name][0].name if name else where]
        game._begin(name)
        return game

    return begin


@pytest.mark.parametrize("name", ALL)
def test_whoever_names_it_hears_the_line_and_the_reason(against, name):
    where, bug = ALL[name]
    for kind in bug.kinds:
        said = str(against(name).say(bug.first_wrong, kind))
        old, new = bug.statements(where)
        assert said.startswith(f"Yes: {bug.first_wrong}, ")
        assert f"It says `{new}`, and should say `{old}`." in said and bug.why in said


def test_every_other_answer_is_a_miss_and_tells_neither_line_nor_name(against):
    for name, (where, bug) in ALL.items():
        game = against(name)
        answers = [(place, kind) for place in game._subject.places for kind in KINDS]
        for place, kind in (*answers[:: len(answers) // 7 + 1], (NOTHING, None)):
            if place == bug.first_wrong and kind in bug.kinds:
                continue
            said = str(game.say(place, kind))
            assert said.startswith("Not yet. "), name
            assert bug.statements(where)[1] not in said and bug.why not in said
            assert name not in said


def test_hints_narrow_down(against):
    game = against("two_mask_at_a_half")
    assert "earlier" in str(game.say("db", "mask"))
    assert "later" in str(game.say("dU", "mask"))
    assert "dW is the place" in str(game.say("dW", "batch"))
    assert "read on" in str(game.say("dW", "batch"))
    last = str(game.say("dW", "chain"))
    assert "An earlier line of the table than `chain` fits already" in last
    assert "`give_up()` shows what it is" in last
    assert ALL["two_mask_at_a_half"][1].hint in last


def test_nothing_is_wrong_is_an_answer(against, hunts):
    assert str(against("").say(NOTHING)) == "Yes: nothing is wrong."
    assert "round-off" in str(against("").say("dW", "mask"))
    innocent = 0
    for _ in range(400):
        hunts.hunt(2)
        innocent += not hunts._bug
    assert 0.6 < innocent * INNOCENT / 400 < 1.4


def test_a_miss_is_not_at_once(against):
    for misses, at_once in ((0, True), (1, False)):
        game = against("two_mask_at_a_half")
        for _ in range(misses):
            game.say("dU", "sign")
        game.say("dW", "mask")
        (progress,) = game._schedule.progress.values()
        assert (progress.box == 1) is at_once and progress.missed == misses
        assert f"in a row: {int(at_once)}." in str(game.progress(2))


def test_giving_up_shows_it_and_counts_as_missed(against):
    game = against("two_mask_at_a_half")
    assert str(game.give_up()).startswith("It was dW, mask.")
    (progress,) = game._schedule.progress.values()
    assert progress.missed == 1
    assert str(against("").give_up()) == "Nothing was wrong."


@pytest.mark.parametrize(
    ("place", "kind", "said"),
    [
        ("Q", "mask", "The place is one of dU, dc, dW, db, or 'nothing'."),
        ("dW", "masks", "The kind is one of sign, scale"),
        ("dW", None, "The kind is one of"),
        (NOTHING, "sign", "Say 'nothing' alone"),
        ("", None, "The place is one of"),
        (None, None, "The place is one of"),
        (3, "mask", "The place is one of"),
    ],
)
def test_what_is_not_an_answer_is_not_counted(against, place, kind, said):
    game = against("two_mask_at_a_half")
    assert said in str(game.say(place, kind))
    assert str(game.say(" W ", "Mask")).startswith("Yes")
    assert game._streak == 1


def test_before_and_after_a_hunt_there_is_nothing_to_ask(hunts):
    for verb in (hunts.look, hunts.give_up, lambda: hunts.say("dW", "mask")):
        assert str(verb()) == NO_HUNT
    hunts.hunt()
    hunts.give_up()
    for verb in (hunts.give_up, hunts.say):
        assert str(verb()) == ANSWERED
    assert "Look 1" in str(hunts.look()), "to see what would have been enough"
    assert str(hunts.hunt(9)) == "Levels are 1, 2, 3, 4, 5."


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"m": 0}, "m is a whole number from 1"),
        ({"m": 2.5}, "m is a whole number"),
        ({"seed": None}, "seed is a whole number from 0"),
        ({"scale": "x"}, "scale is a number"),
        ({"ones": True}, "this one has no upstream gradient"),
        ({"color": 1}, "There is no color: you can ask for m, seed"),
        ({"array": "W"}, "There is no W: it is one of dU"),
    ],
)
def test_what_can_not_be_asked_is_said(against, case, said):
    assert said in str(against("two_mask_at_a_half").look(**case))


def test_a_look_shows_words_numbers_and_signs(against):
    game = against("two_mask_at_a_half")
    shown = game.look(m=1, seed=8)
    assert str(shown).splitlines() == [
        "Look 1: `look(m=1, seed=8)`", "  dU   correct", "  dc   correct", "  dW   varies",
        "  db   varies",
    ]  # fmt: skip
    page = shown._repr_html_()
    assert page.count("·") == 4 + 1 + 9 + 3 and "rgba(213,94,0" in page and "<script" not in page
    assert "dW, 1 where a unit is on" in str(game.look("dW", m=1, seed=8))
    assert "Look 1" in str(game.look(m=1, seed=8)), "the same look again"
    assert "Look 2" in str(game.look(m=1, seed=9))
    assert "You took 2 looks." in str(game.say("dW", "mask"))


def test_ratios_are_shown_as_numbers(against):
    shown = str(against("two_error_tenfold").look())
    assert shown.count("10 times") == 4
    assert "dc   10 times, as a single number always is" in shown


def test_an_array_that_is_0_says_so():
    """Round-off, compared with round-off, looks like a bug."""
    game = BugHunts(BANK, seed=1)
    game._subject = game._subjects["softmax"]
    for name in ("", "softmax_plain_mean"):
        game._begin(name)
        assert "dX   0, and says nothing" in str(game.look(ones=True))
    game._begin("softmax_as_an_exponential")
    assert "dX   should be 0" in str(game.look(ones=True))


def test_a_suspect_that_is_left_open_is_shown_and_missed(hunts):
    hunts.hunt(2)
    assert "was left open" not in str(hunts.hunt(2)), "nothing was asked of it"
    hunts._begin("two_mask_at_a_half")
    hunts.look()
    said = str(hunts.hunt(2))
    assert said.startswith("Suspect 1 was left open. It was dW, mask.")
    (progress,) = hunts._schedule.progress.values()
    assert progress.missed == 1


def test_two_suspects_have_different_cases(hunts):
    """Else the numbers are recognised, and nothing is found out."""
    cases = []
    for _ in range(2):
        hunts.hunt(2)
        cases.append(hunts._subject.case(m=8, seed=1, salt=hunts._salt)["X"])
        hunts.give_up()
    assert (cases[0] != cases[1]).all()


def test_looks_at_an_innocent_are_judged(against):
    game = against("")
    game.look(m=8)
    assert "Your 1 look would have shown" in str(game.say(NOTHING))


def test_what_is_saved_can_be_read_again(hunts, tmp_path):
    path = str(tmp_path / "hunts.json")
    for _ in range(12):
        hunts.hunt(3)
        hunts.give_up()
    assert "load(" in str(hunts.save(path))
    other = BugHunts(BANK)
    assert str(other.load(path)).startswith("Hunts so far: 12.")
    assert str(other.progress(3)) == str(hunts.progress(3))
    assert "level 3" in str(other.hunt())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"bug hunts": 0}', f'{{"bug hunts": {FORM}}}'])
def test_a_file_that_is_not_ours_changes_nothing(hunts, tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    hunts.hunt(2)
    assert "can't be read" in str(hunts.load(str(tmp_path / "x.json")))
    assert "Look 1" in str(hunts.look())
    assert "can't be read" in str(hunts.load(str(tmp_path / "nowhere")))
    assert "can't be written" in str(hunts.save(str(tmp_path / "no folder" / "x")))


def test_the_map_shows_how_far_somebody_has_come(against):
    game = against("two_mask_at_a_half")
    before = str(game.progress(2))
    assert "0 of" in before and "●" not in before.partition("\n● ")[0]
    skill = ("two layers", "dW", "mask")
    for _ in range(2):
        game._schedule.note(skill, "two_mask_at_a_half", at_once=True)
    row = next(line for line in str(game.progress(2)).splitlines() if line.startswith("mask"))
    assert row.split() == ["mask", "·", "·", "●", "·"]
    assert "attention" in str(game.progress(5)), "a column for each pass"
    assert "<th scope=" in game.progress(2)._repr_html_()
    assert "no level 7" in str(game.progress(7))


def test_all_levels_can_be_hunted_to_mastery():
    """By somebody who knows the answers; nothing is left out for ever."""
    for level in (1, 2, 3, 4, 5):
        game = BugHunts(BANK, seed=level)
        skills = [skill for skill in game._schedule.bugs if game._level_of(skill) == level]
        for _ in range(8 * len(skills)):
            game.hunt(level)
            if not game._bug:
                game.say(NOTHING)
                continue
            bug = ALL[game._bug][1]
            game.say(bug.first_wrong, bug.kinds[0])
        assert all(map(game._schedule.is_mastered, skills)), level


def test_an_answer_takes_little_work(against):
    """Counted in ways back, and not in seconds; `make bench-hunts` measures these."""
    for name, (_, bug) in ALL.items():
        game, calls = against(name), []

        def counted(suspect=game._suspect, calls=calls, **given):
            calls.append(1)
            return suspect(**given)

        game._suspect = counted
        game.say(bug.first_wrong, bug.kinds[0])
        assert len(calls) <= len(USUAL), name
