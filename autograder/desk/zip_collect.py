"""`nbgrader zip_collect` with the eyes of `autograder intake`.

nbgrader unpacks what lies in `downloaded/<assignment>/archive/`, asks for every file whose it is,
and copies it. Unlike `autograder intake` it keeps no originals, and needs `--force` for a
resubmission, which it then overwrites.
"""

import re
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from autograder.desk.class_grades import enrolled
from autograder.desk.downloaded_files import REFUSED, TAKEN, Line
from autograder.desk.intake import read_download, zone_of
from autograder.desk.naming_schemes import by_folders, by_pattern, fitting
from autograder.desk.platform_times import in_nbgraders_form
from autograder.desk.sorting import Rules, sort_out
from autograder.grading.archives import UnusableArchive, members
from autograder.grading.errors import CourseError, printable
from autograder.grading.which_notebook import releases_in

ODD = re.compile(r"[\x00-\x1f\x7f]")
LONGEST_NAME = 200


class SafeExtractor(ExtractorPlugin):
    """`c.ZipCollectApp.extractor_plugin`: unpacks archives with limits, and follows no paths."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """See nbgrader's. Everything that can't be unpacked gets a line in the log."""
        for member in members(Path(archive_path)):
            if member.is_junk:
                continue
            try:
                content = member.read()
            except UnusableArchive as error:
                self.log.warning("%s %s", printable(member.shown), error)
                continue
            place = Path(extracted_path, *(_short(each) for each in member.path))
            number = 1
            while place.exists():
                number += 1
                place = place.with_name(f"{place.stem.partition(' (')[0]} ({number}){place.suffix}")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


def _short(name: str) -> str:
    """A name that any disk can hold."""
    name = ODD.sub("_", name)
    return name if len(name.encode("utf-8", "replace")) <= LONGEST_NAME else name[-60:]


class Collector(FileNameCollectorPlugin):
    """`c.ZipCollectApp.collector_plugin`: says whose file it is, if it is one that counts.

    `c.FileNameCollectorPlugin.named_regexp` does what `autograder intake --pattern` does.
    """

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """See nbgrader's."""
        return self._taken.get(submitted_file)

    @cached_property
    def _taken(self) -> dict[str, dict[str, str]]:
        """What nbgrader has to know of each file that counts, by its path."""
        app: Any = self.parent
        extracted = Path(app._format_collect_path(app.extracted_directory))
        try:
            lines = self._lines(extracted, app)
        except CourseError as error:
            app.fail(str(error))
            raise
        taken = {}
        for line in lines:
            if line.status == TAKEN and line.which is not None:
                found = {"student_id": line.student, "file_id": f"{line.which.notebook}.ipynb"}
                if line.time is not None:
                    found["timestamp"] = in_nbgraders_form(line.time)
                taken[str(extracted.parent.joinpath(*line.file.path))] = found
            elif line.status == REFUSED:
                self.log.warning("%s: %s", line.file.shown, line.sentence)
            if line.status == TAKEN and line.sentence:
                self.log.warning("%s: %s", line.student, line.sentence)
        return taken

    def _lines(self, extracted: Path, app: Any) -> list[Line]:
        releases = releases_in(app.coursedir)
        with TemporaryDirectory() as scratch:
            files = [*read_download(extracted, Path(scratch))]
            paths = [file.path for file in files if not file.is_junk]
            names = [which.notebook for which in releases.notebooks]
            own = self.named_regexp
            scheme = by_pattern(own) if own else fitting(paths) or by_folders(paths, names, None)
            self.log.info("Names as by %s", scheme.title)
            _, zone = zone_of(app.config)
            rules = Rules(
                releases, scheme, None, app.coursedir.assignment_id, zone,
                enrolled=enrolled(app.coursedir),
            )  # fmt: skip
            return sort_out(files, rules)
