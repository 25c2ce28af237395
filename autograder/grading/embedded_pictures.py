"""Pictures inside the text of a cell, as Colab writes them: addresses of a million characters.

Jupyter attaches pictures to the cell. Text with attachments can be searched, cut and shown.
"""

from typing import Any

from autograder.grading.fingerprint import fingerprint
from autograder.grading.pictures import ADDRESS

ATTACHED = "attachment:"


def set_apart(text: str) -> tuple[str, dict[str, Any]]:
    """Replace pictures in a text by attachments.

    Parameters
    ----------
    text
        In Markdown.

    Returns
    -------
    text : str
    attachments : dict
        By name, as in nbformat. The same picture always gets the same name.
    """
    attachments: dict[str, Any] = {}
    parts = ADDRESS.split(text)
    for place in range(0, len(parts) - 1, 3):
        kind, data = parts[place + 1 : place + 3]
        name = f"picture-{fingerprint(data.encode())[:12]}"
        attachments[name] = {kind: data}
        parts[place + 1 : place + 3] = f"{ATTACHED}{name}", ""
    return "".join(parts), attachments
