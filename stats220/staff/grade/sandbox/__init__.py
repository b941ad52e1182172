"""The sandbox: untrusted code in a process that sees nothing of the machine but Python and the student wheel."""

from .bubblewrap import bwrap_problem
from .groups import Parents
from .keepers import Door
from .limits import Limits
from .pool import Sandbox, SandboxPool

__all__ = ["Door", "Limits", "Parents", "Sandbox", "SandboxPool", "bwrap_problem"]
