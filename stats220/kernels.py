"""Whether this runs in the kernel of a notebook, and of which."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

CHECKPOINTS = (
    "STATS220_CHECKPOINTS"  # the variable that names the folder for checkpoints, or says "off"
)


def kernel_shell() -> Any:
    """IPython's shell, where this runs in the kernel of a notebook; else ``None``."""
    if "IPython" not in sys.modules:
        return None
    shell = sys.modules["IPython"].get_ipython()
    return shell if hasattr(shell, "kernel") else None


def kernel_notebook() -> Path | None:
    """The notebook's file, where the server that started the kernel says it; else ``None``."""
    session = os.environ.get("JPY_SESSION_NAME", "")
    return Path(session) if session.endswith(".ipynb") and Path(session).is_file() else None
