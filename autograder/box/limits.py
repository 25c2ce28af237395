"""What a submission may use: one record for the walls inside and the watch outside."""

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one submission.

    Attributes
    ----------
    cell_seconds, submission_seconds : float
        Time for which it had a processor, or could have had one. Time that other processes take
        is not counted (see `autograder.box.channel.PATIENCE`). A cell is interrupted at its
        limit, a submission is ended.
    call_seconds : float
        The same for one answer to a question, which is interrupted at the limit.
    grace_seconds : float
        How long code may take to react to an interruption before it is ended.
    memory : int
        Bytes of all its processes together, beyond those of the warm interpreter.
    disk, entries : int
        Bytes, and files and folders, in its scratch folder.
    processes, descriptors : int
        Processes and threads; open files of each.
    output : int
        Bytes of output of all cells together.
    own_seconds : float
        Like `cell_seconds`, for all cells of the student's own together, which are not answers: the
        others keep the rest of the submission's time.
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
    own_seconds: float = 120

    def file_size(self, is_watched: bool) -> int:
        """The most bytes of one file; less where the folder is only watched from outside."""
        return self.disk // 8 if is_watched else self.disk

    def open_files(self, is_watched: bool) -> int:
        """The most open files of a process; each may be a deleted file that takes up space."""
        return min(64, self.descriptors) if is_watched else self.descriptors
