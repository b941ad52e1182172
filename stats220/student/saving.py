"""Saving the notebook from within it: no kernel sees what was typed into the page and not saved."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from stats220.kernels import kernel_shell

SECONDS = 3.0
# What JupyterLab's and Notebook 7's own button does. The output is put into the page a moment after its script has run.
CLICK = (
    "setTimeout(() => element.closest('.jp-NotebookPanel')"
    "?.querySelector('[data-command=\"docmanager:save\"]')?.click(), 100)"
)


def save(path: Path, seconds: float = SECONDS) -> bool:
    """Have the page save the notebook, and say whether it did.

    Parameters
    ----------
    path : Path
        The notebook's file.
    seconds : float
        How long to wait for it: other pages (VS Code's, say) do not listen.

    Returns
    -------
    bool
        Whether the file was written, and is whole.
    """
    if kernel_shell() is None:
        return False
    from IPython.display import HTML, Javascript, display

    before, end = path.stat().st_mtime_ns, time.monotonic() + seconds
    shown: Any = display(Javascript(CLICK), display_id=True)
    saved = False
    while not saved and time.monotonic() < end:
        time.sleep(0.1)
        saved = path.stat().st_mtime_ns != before and _is_whole(path)
    if shown is not None:
        shown.update(HTML(""))  # or it would save once more when the notebook is opened
    return saved


def _is_whole(path: Path) -> bool:
    """Whether the server is done with writing it."""
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return True
