"""How late a submission is, in words."""

from datetime import timedelta


def in_words(late: timedelta) -> str:
    """How late something is: in days and hours, or in minutes."""
    hours, seconds = divmod(int(late.total_seconds()), 3600)
    if hours >= 48:
        return f"{hours // 24} days {hours % 24} h"
    return f"{hours} h {seconds // 60} min" if hours else f"{max(1, seconds // 60)} min"
