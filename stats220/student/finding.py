"""The notebook that the student is in: its file, or what Colab holds of it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stats220.data.homes import expand_home
from stats220.errors import InputError
from stats220.kernels import kernel_notebook

MAX_BYTES = 100 * 2**20
SAVED_SECONDS = 120  # a file that is older than this may lack the last edits


@dataclass(frozen=True)
class Found:
    """A notebook that can be handed in.

    Attributes
    ----------
    path : Path or None
        Its file; None on Colab, which hands its content over.
    content : dict
        The notebook, parsed.
    age_seconds : float
        Since it was saved last.
    """

    path: Path | None
    content: dict[str, Any]
    age_seconds: float = 0.0

    @property
    def lab(self) -> str:
        """The lab that it says it is of; empty where it does not."""
        own = self.content.get("metadata", {}).get("stats220", {})
        return str(own.get("lab", "")) if isinstance(own, dict) else ""


def find_notebook(path: str | Path | None = None, labs: Sequence[str] = ()) -> Found:
    """The notebook at `path`, or the one that this is called from.

    Parameters
    ----------
    path : str or Path, optional
    labs : sequence of str
        That this kernel has begun: of several notebooks beside each other it is the one of these.

    Raises
    ------
    InputError
        If there is none, several could be meant, or the file is no notebook.
    """
    if path is not None:
        return read_notebook(expand_home(path))
    if "google.colab" in sys.modules:
        return Found(None, _ask_colab())
    if (own := kernel_notebook()) is not None:
        return _of_this_kernel([read_notebook(own)], labs)
    found = [
        file
        for file in map(_read_or_none, sorted(Path.cwd().glob("*.ipynb")))
        if file is not None and file.lab
    ]
    return _of_this_kernel(found, labs)


def _of_this_kernel(found: list[Found], labs: Sequence[str]) -> Found:
    """The only one; where the kernel has begun a lab, the only one of that."""
    mine = [file for file in found if file.lab in labs] if labs else found
    if len(mine) == 1 and len(labs) < 2:
        return mine[0]
    names = ", ".join(str(file.path and file.path.name) for file in found)
    if len(labs) > 1:
        what = f"this kernel runs {' and '.join(labs)}"
    elif labs and found and not mine:
        what = f"this kernel runs {labs[0]}, and what was found is of another lab: {names}"
    elif found:
        what = f"several notebooks of labs lie in {Path.cwd()}: {names}"
    else:
        what = f"no notebook of a lab lies in {Path.cwd()}"
    raise InputError(
        f'{what}. Say which one: stats220.submit("{labs[-1] if labs else "lab4_pose"}.ipynb")'
    )


def read_notebook(path: Path) -> Found:
    """Read a notebook's file; raises InputError where it cannot be read or is none."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(
                f"{path} has more than {MAX_BYTES >> 20} MB: clear the outputs (Edit, Clear all outputs) and save"
            )
        # Windows editors begin a file with a byte order mark.
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror or error}). Give the path of your notebook."
        ) from error
    except ValueError as error:
        raise InputError(f"{path} is no notebook ({error}). Save it again in Jupyter.") from error
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise InputError(f"{path} is no notebook of Jupyter's version 4. Save it again in Jupyter.")
    return Found(path, content, max(0.0, time.time() - path.stat().st_mtime))


def _read_or_none(path: Path) -> Found | None:
    try:
        return read_notebook(path)
    except InputError:
        return None  # another file of the folder, not the one to hand in


def _ask_colab() -> dict[str, Any]:
    """The notebook as Colab's page holds it now, the last edits included."""
    from google.colab import _message  # type: ignore[import-not-found]

    reply = _message.blocking_request("get_ipynb", request="", timeout_sec=60)
    if not isinstance(reply, dict) or "ipynb" not in reply:
        raise InputError(
            "Colab did not hand the notebook over: use File, Download, Download .ipynb, and hand that file in"
        )
    content: dict[str, Any] = reply["ipynb"]
    return content
