"""If this fails, each start of a grading waits for a list of fonts, or a broken one stops it."""

import json
import os
from pathlib import Path

import pytest

from autograder.box import fonts
from autograder.box.walls import LANDLOCK, NAMESPACES
from autograder.box.warden import Warden
from tests.box.inside import Wardens, run, says, tree

DRAWS = "import matplotlib.pyplot as plt\nplt.plot([1, 2]), plt.title('x')\nplt.show()"
FONTS = """
from matplotlib.font_manager import fontManager
print(sorted({each.name for each in fontManager.ttflist}))
"""
FILES = """
import os, stat
print(any(stat.S_ISREG(os.fstat(each).st_mode) for each in range(4)))
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the list will be kept; nothing is there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "autograder" / "fonts.json"


def known(level: str) -> str:
    """Which fonts a child knows after a new zygote was started; nobody has the file any more."""
    warden = Warden(level)
    try:
        with warden.child() as child:
            assert [each for each in run(child, DRAWS) if "image/png" in str(each)]
            assert says(child, FILES) == "False"
            opened = [
                os.readlink(each)
                for process in tree(warden._process.pid)
                for each in Path(f"/proc/{process}/fd").glob("*")
            ]
            assert not [each for each in opened if "fonts.json" in each]
            return says(child, FONTS)
    finally:
        warden.close()


@pytest.mark.parametrize("level", [NAMESPACES, LANDLOCK])
def test_a_zygote_uses_what_the_last_one_kept(level: str, wardens: Wardens, file: Path) -> None:
    wardens(level)
    assert "DejaVu Sans" in known(level)
    name, text = json.loads(file.read_text())
    assert name.startswith("fontlist-")
    assert "STIXGeneral" in text
    file.write_text(json.dumps([name, text.replace('"STIXGeneral"', '"A font of a test"')]))
    kept = file.read_bytes(), file.stat().st_mtime_ns
    assert "A font of a test" in known(level)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == kept


def test_what_is_no_list_is_replaced(any_warden: Warden, file: Path) -> None:
    """A longer text, such as the list of another version of matplotlib, goes as a whole."""
    file.parent.mkdir()
    file.write_text(json.dumps(["fontlist-v0.json", "x" * 100_000]))
    assert "DejaVu Sans" in known(any_warden.level)
    name, kept = json.loads(file.read_text())
    assert name != "fontlist-v0.json"
    assert "DejaVu Sans" in kept


def test_it_works_where_nothing_can_be_kept(any_warden: Warden, file: Path) -> None:
    file.parent.write_text("a file where the folder should be")
    assert "DejaVu Sans" in known(any_warden.level)


@pytest.mark.parametrize(
    "text", ["", "[", "[]", "{}", "null", "[1, 2]", '["a", 2]', "\\ud800", '["/", "b"]', "\0"]
)
def test_nothing_is_made_of_what_is_no_list(
    text: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fonts.kept() as kept:
        kept.write(text.encode())
        kept.seek(0)
        monkeypatch.setattr(fonts, "FILE", kept.fileno())
        assert fonts.restore(str(tmp_path / "matplotlib")) == text.encode()
    assert not any((tmp_path / "matplotlib").iterdir())


def test_it_is_written_to_one_folder_only(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fonts.kept() as kept:
        kept.write(b'["../elsewhere/a", "b"]')
        kept.seek(0)
        monkeypatch.setattr(fonts, "FILE", kept.fileno())
        fonts.restore(str(tmp_path / "matplotlib"))
    assert [each.name for each in (tmp_path / "matplotlib").iterdir()] == ["a"]


def test_it_is_kept_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with fonts.kept() as kept:
        found = os.readlink(f"/proc/self/fd/{kept.fileno()}")
    assert found == str(tmp_path / ".cache" / "autograder" / "fonts.json")
