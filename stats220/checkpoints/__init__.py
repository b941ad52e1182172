"""Long cells that pick up where they were: what a computation has so far lies in a file beside the notebook.

A checkpoint is used only where code, data, settings and versions are those that it was made with; where that cannot be told for
sure, none is made. None is made outside of a notebook's kernel, or where notebooks are graded.
"""

from stats220.checkpoints.keys import UnsureError, digest
from stats220.checkpoints.modules import module_state, put_module_state
from stats220.checkpoints.running import Checkpoint, checkpoint, resume

__all__ = [
    "Checkpoint",
    "UnsureError",
    "checkpoint",
    "digest",
    "module_state",
    "put_module_state",
    "resume",
]
