"""What a kernel has run and the notebook's file does not hold: edits that were not saved."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

from stats220.student.index import fingerprint
from stats220.student.validating import own, source_of


def cells_that_ran() -> list[str]:
    """The cells that this kernel has run, the last one last, as they were typed; none outside of a kernel."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return [] if shell is None else [str(cell) for cell in shell.history_manager.input_hist_raw]


def unsaved(content: dict[str, Any], ran: Sequence[str]) -> list[str]:
    """A line for each exercise whose cell was last run in a state that the file lacks.

    Parameters
    ----------
    content : dict
        The notebook, as its file has it.
    ran : sequence of str
        What the kernel has run, in order.
    """
    cells = [cell for cell in content["cells"] if isinstance(cell, dict)]
    saved = {fingerprint(source_of(cell)) for cell in cells if cell.get("cell_type") == "code"}
    names = [own(cell).get("name") for cell in cells if own(cell).get("role") == "exercise"]
    lines = []
    for name in filter(None, names):
        begins = re.compile(rf"^(?:def|class)\s+{re.escape(str(name))}\b", re.MULTILINE)
        last = next((source for source in reversed(ran) if begins.search(source)), None)
        if last is not None and fingerprint(last) not in saved:
            lines.append(
                f"{name}: the file does not hold the code that you ran last: save the notebook (Ctrl-S) and run this cell again"
            )
    return lines
