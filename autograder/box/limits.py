"""How much a submission may use: one record, read by the walls inside and the watch outside."""

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one submission.

    Attributes
    ----------
    cell_seconds, submission_seconds : float
        Time that it had of a processor, or could have had: what its neighbours take is not counted
        (see `autograder.box.channel.PATIENCE`). A cell is interrupted at its limit, a submission
        is ended.
    call_seconds : float
        The same for one answer to a question, which is interrupted.
    grace_seconds : float
        How long code may take to heed an interruption before it is ended.
    memory : int
        Bytes of all its processes together, beyond what the warm interpreter holds.
    disk, entries : int
        Bytes, and files and folders, in its scratch folder.
    processes, descriptors : int
        Processes and threads; open files of each.
    output : int
        Bytes that its cells may write and show, all together.
    """

    cell_seconds: float = 60
    submission_seconds: float = 300
    call_seconds: float = 10
    grace_seconds: float = 2
    memory: int = 1024 * MEGABYTE
    disk: int = 64 * MEGABYTE
    entries: int = 4096
    processes: int = 32
    descriptors: int = 128
    output: int = 16 * MEGABYTE

    def file_size(self, is_watched: bool) -> int:
        """The most bytes of one file. Where the folder is only watched, one is soon too many."""
        return self.disk // 8 if is_watched else self.disk

    def open_files(self, is_watched: bool) -> int:
        """The most open files of a process; each may be one that has no name any more."""
        return min(64, self.descriptors) if is_watched else self.descriptors
