"""If this fails, a student of the class gets no copy, or two get the same."""

import pytest

from autograder.grading.errors import CourseError
from autograder.grading.roster import read_roster


def roster(tmp_path, data):
    path = tmp_path / "roster.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize(
    "data",
    [
        "id\nada\nzoë\n",
        "id,first_name\r\nada,Ada\r\nzoë,Zoë\r\n",
        "first_name;ID;email\nAda;ada;a@b\nZoë; zoë ;z@b",
        "Id\tname\nada\t\nzoë\tZoë, the second\n",
        'id,name\nada,"Lovelace, Ada"\n,\n\nzoë,"Zoë\nof two lines"\n',
        "\ufeffid\nada\nzoë\n",
        "id\nada\nzoë\n".encode("utf-16"),
    ],
    ids=["plain", "two columns", "semicolons", "tabs", "quotes and gaps", "mark", "UTF-16"],
)
def test_it_is_read_however_it_was_saved(tmp_path, data):
    assert read_roster(roster(tmp_path, data)) == ["ada", "zoë"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("id\nada\nbob\nada\n", "line 4: ada is already in line 2: correct"),
        ("id,name\n,Ada\nbob,\n", "line 2: no id"),
        ("id\n../ada\n.hidden\na/b\n", "line 2: ../ada can't be a folder name; line 3: "),
        ("id\n" + "ada\n" * 9, "; and 3 more: correct"),
        ("id\n" + "ada\n" * 6, "line 7: ada is already in line 2: correct"),
        ("id\n" + "ada\n" * 7, "line 7: ada is already in line 2; and 1 more: correct"),
        ("id\na\x1bb\n", r"line 2: a\x1bb can't be a folder name"),
        ("id\n" + "z" * 5000, f"line 2: {'z' * 128}… can't be a folder name: correct"),
        ("id\n" + "数" * 100, "can't be a folder name: correct"),
        ("name,email\nAda,a@b\n", "no column called id (its first line is name, email)"),
        ("id,id\na,b\n", "no column called id"),
        ("", "no column called id (its first line is empty)"),
        ("id\n\n", "has no students"),
        ("id\nzoë\n".encode("latin-1"), "is not in UTF-8 (line 2)"),
        (b"PK\x03\x04\0\0\0", "is not a text file"),
        ('id\n"ada\n', "is not a CSV file"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, data, said):
    with pytest.raises(CourseError) as error:
        read_roster(roster(tmp_path, data))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CourseError, match="can't be read: No such file"):
        read_roster(tmp_path / "class.csv")


@pytest.mark.parametrize(("letters", "fits"), [(85, True), (86, False)])
def test_a_folder_s_name_has_255_bytes_at_most(tmp_path, letters, fits):
    student = "数" * letters
    if fits:
        assert read_roster(roster(tmp_path, f"id\n{student}\n")) == [student]
    else:
        with pytest.raises(CourseError, match="line 2: 数"):
            read_roster(roster(tmp_path, f"id\n{student}\n"))
