"""If this fails, an archive fills the grader's memory or disk, or one student's stops the class."""

import bz2
import gzip
import io
import lzma
import os
import resource
import stat
import struct
import tarfile
import zipfile

import pytest

from autograder.grading import archives
from autograder.grading.archives import UnusableArchive, members


def zipped(files, compression=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for path, data in files:
            archive.writestr(path, data)
    return content.getvalue()


def tarred(files, mode="w"):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=mode) as archive:
        for path, data in files:
            entry = tarfile.TarInfo(path)
            if isinstance(data, bytes):
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
            else:
                entry.type, entry.linkname = data
                archive.addfile(entry)
    return content.getvalue()


@pytest.fixture
def found(tmp_path):
    """What is found in a file of this content: {path: bytes, or why it can't be read}."""

    def find(content, name="x.zip"):
        path = tmp_path / name
        path.write_bytes(content)
        return contents(path)

    return find


def contents(path):
    result = {}
    for member in members(path):
        try:
            result.setdefault(member.shown, member.read())
        except UnusableArchive as error:
            result.setdefault(member.shown, str(error))
    return result


NESTED = b"notebook"
for _ in range(3):
    NESTED = zipped([("a", NESTED)])


@pytest.mark.parametrize(
    ("name", "content", "path"),
    [
        ("x.ipynb", b"{}", "x.ipynb"),
        ("x.zip", zipped([("a/b.ipynb", b"{}")]), "x.zip/a/b.ipynb"),
        ("x.ipynb", zipped([("b.ipynb", b"{}")]), "x.ipynb/b.ipynb"),
        ("x.ipynb.gz", gzip.compress(b"{}"), "x.ipynb"),
        ("x.ipynb", gzip.compress(b"{}"), "x.ipynb"),
        ("x.ipynb.bz2", bz2.compress(b"{}"), "x.ipynb"),
        ("x.ipynb.xz", lzma.compress(b"{}"), "x.ipynb"),
        ("x.tar", tarred([("a/b", b"{}")]), "x.tar/a/b"),
        ("x.tgz", tarred([("a/b", b"{}")], "w:gz"), "x.tar/a/b"),
        ("x.tar.xz", tarred([("a/b", b"{}")], "w:xz"), "x.tar/a/b"),
        ("x.zip", zipped([("y.tgz", tarred([("b", b"{}")], "w:gz"))]), "x.zip/y.tar/b"),
        ("x.zip", zipped([("a\\b\\c.ipynb", b"{}")]), "x.zip/a/b/c.ipynb"),
        ("x.zip", zipped([("./a//b", b"{}")]), "x.zip/a/b"),
        ("x.zip", zipped([("a", b"{}")], zipfile.ZIP_LZMA), "x.zip/a"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # archives hold the time
)
def test_a_file_is_found_in_whatever_it_is_packed(found, name, content, path):
    assert found(content, name) == {path: b"{}"}


def test_archives_may_lie_in_each_other_three_deep(found):
    assert found(NESTED) == {"x.zip/a/a/a": b"notebook"}
    (why,) = found(zipped([("a", NESTED)])).values()
    assert "inside of 3 other archives" in why and "submit" in why


def test_names_of_macs_are_read_as_utf_8(found):
    content = zipped([("Zoë.ipynb", b"{}")])
    # Without the mark that says that names are in UTF-8.
    local, central = content.find(b"PK\3\4") + 6, content.find(b"PK\1\2") + 8
    content = bytearray(content)
    for at in (local, central):
        content[at : at + 2] = struct.pack(
            "<H", struct.unpack("<H", content[at : at + 2])[0] & ~0x800
        )
    assert found(bytes(content)) == {"x.zip/Zoë.ipynb": b"{}"}


# Hostile ones.


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/etc/x", "C:\\x", "..\\x", "c:x", "//x", "a/.."]
)
def test_a_path_that_leads_out_is_not_followed(found, path):
    results = found(zipped([(path, b"{}"), ("fine", b"{}")]))
    assert results.pop("x.zip/fine") == b"{}"
    assert len(results) == 1 and all("leads out" in why for why in results.values())
    assert not any(".." in each.split("/") or each.startswith("/") for each in results)


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar_are_not_opened(found, kind):
    results = found(tarred([("a", (kind, "/etc/passwd")), ("b", b"{}")]), "x.tar")
    assert results["x.tar/b"] == b"{}" and "link or a device" in results["x.tar/a"]


def test_links_in_a_zip_are_not_followed(found):
    link = zipfile.ZipInfo("a.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "is a link" in found(content.getvalue())["x.zip/a.ipynb"]


def test_links_and_devices_in_a_folder_are_not_followed(tmp_path):
    folder = tmp_path / "folder"
    (folder / "inside").mkdir(parents=True)
    (folder / "inside" / "fine").write_bytes(b"{}")
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "elsewhere").symlink_to(tmp_path)
    (folder / "broken").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    results = contents(folder)
    assert results.pop("inside/fine") == b"{}"
    assert {*results} == {"link", "elsewhere", "broken", "pipe"}
    assert all("is a link" in why or "not a regular file" in why for why in results.values())


def bomb(size):
    return zipped([("zeros.ipynb", b"\0" * size)])


@pytest.mark.parametrize("content", [bomb(20_000_000), zipped([("a.zip", bomb(20_000_000))])])
def test_an_entry_that_was_packed_too_well_is_not_unpacked(found, content):
    (why,) = found(content).values()
    assert "was packed to" in why


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_stream_that_does_not_end_is_not_unpacked(found, pack, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_ARCHIVE", 10_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (why,) = found(pack(b"\0" * 60_000_000)).values()
    assert "larger than 10 MB" in why or "was packed to" in why
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_sizes_that_lie_do_no_harm(found):
    content = bytearray(zipped([("a.ipynb", b"\0" * 4_000_000)]))
    at = content.find(b"PK\1\2") + 24
    content[at : at + 4] = struct.pack("<L", 10)
    (result,) = found(bytes(content)).values()
    assert isinstance(result, str) or len(result) <= 10


@pytest.mark.parametrize("depth", [1, 2])
def test_a_hundred_thousand_files_are_not_looked_at(found, depth):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(100_000):
            archive.writestr(f"{number}", b"")
    content = content.getvalue()
    results = found(content if depth == 1 else zipped([("a", content), ("fine", b"{}")]))
    many = results["x.zip" if depth == 1 else "x.zip/a"]
    assert "more than 20,000 files" in many
    assert depth == 1 or results["x.zip/fine"] == b"{}"


def test_a_tar_of_too_many_files_ends(found, monkeypatch):
    monkeypatch.setattr(archives, "MOST_ENTRIES", 10)
    results = found(tarred([(f"{n}", b"") for n in range(20)]), "x.tar")
    assert "more than 10 files" in results["x.tar"]


def test_an_inner_archive_may_not_unpack_to_a_gigabyte(found, monkeypatch):
    monkeypatch.setattr(archives, "MOST_UNPACKED", 1000)
    large = zipped([(f"{n}", os.urandom(300)) for n in range(4)])
    assert "GB once it is unpacked" in found(zipped([("a", large)]))["x.zip/a"]
    assert len(found(large)) == 4  # what a person downloads may be large


def test_two_entries_of_one_name_are_both_found(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        (tmp_path / "x.zip").write_bytes(zipped([("a", b"1"), ("a", b"2")]))
    assert [each.read() for each in members(tmp_path / "x.zip")] == [b"1", b"2"]


def test_an_archive_with_a_password_is_said_to_be_one(found):
    content = bytearray(zipped([("a.ipynb", b"{}")]))
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.find(mark) + at] |= 1
    assert "password" in found(bytes(content))["x.zip/a.ipynb"]


@pytest.mark.parametrize(
    ("start", "kind"), [(b"Rar!\x1a\x07\x01\x00", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7z")]
)
def test_archives_of_other_kinds_are_named(found, start, kind):
    (why,) = found(start + b"x" * 100).values()
    assert f"is a {kind} archive" in why and "submit the .ipynb file" in why


GOOD = zipped([("a", b"{}" * 100), ("b", b"{}" * 100)])


TORN = [GOOD[:n] for n in (4, 30, 60, len(GOOD) - 30, len(GOOD) - 4)]
TORN += [b"PK\5\6" + b"\0" * 18, b"\x1f\x8b", b"BZh9" + b"x" * 50, b"PK\3\4" * 100]


@pytest.mark.parametrize("content", TORN, ids=range(len(TORN)))
def test_a_torn_archive_is_said_to_be_damaged(found, content):
    for why in found(content).values():
        assert isinstance(why, str) and "submit the .ipynb file" in why


def test_one_damaged_entry_leaves_the_others(found):
    content = bytearray(zipped([("a", b"x" * 500), ("b", b"{}")], zipfile.ZIP_STORED))
    content[content.find(b"xxxx")] = ord("y")
    results = found(bytes(content))
    assert results["x.zip/b"] == b"{}" and "is damaged" in results["x.zip/a"]


@pytest.mark.parametrize("name", ["report.docx", "table.xlsx", "arrays.npz"])
def test_documents_that_are_zip_files_inside_are_single_files(found, name):
    assert [*found(zipped([("word/document.xml", b"<a/>")]), name)] == [name]
