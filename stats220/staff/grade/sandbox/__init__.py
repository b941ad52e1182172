"""The sandbox: untrusted code in a process that sees nothing of the machine but Python and the student wheel."""

from .groups import Parents
from .limits import Limits
from .pool import Sandbox, SandboxPool
from .preflight import bwrap_problem
from .warm_process import Door

__all__ = ["Door", "Limits", "Parents", "Sandbox", "SandboxPool", "bwrap_problem"]
