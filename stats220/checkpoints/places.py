"""Where checkpoints lie, and where there are none."""

from __future__ import annotations

import os
from pathlib import Path

from stats220.data.homes import expand_home
from stats220.kernels import CHECKPOINTS, kernel_notebook, kernel_shell

FOLDER = ".stats220_checkpoints"
GRADING = ("NBGRADER_EXECUTION", "NBGRADER_VALIDATING")  # a result there is always a fresh one


def checkpoint_folder() -> Path | None:
    """The folder beside the notebook; None where nothing is to be kept: outside of a kernel, at grading, or where it is switched off."""
    setting = os.environ.get(CHECKPOINTS, "")
    graded = any(os.environ.get(name) for name in GRADING)
    if kernel_shell() is None or graded or setting == "off":
        return None
    if setting:
        return expand_home(setting, named=CHECKPOINTS)
    notebook = kernel_notebook()
    return (Path.cwd() if notebook is None else notebook.resolve().parent) / FOLDER
