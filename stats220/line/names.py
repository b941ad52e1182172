"""Objects of installed packages go into a sandbox by name: both sides have the package.

A name is ``"module:attribute"``, for example ``"torch.nn.functional:mse_loss"``. Only public modules of `PACKAGES`
count, and only a name under which the very same object is found again.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

from stats220.line.wire import WireError

OTHERS = ("builtins", "collections", "functools", "itertools", "math", "operator")
PACKAGES = frozenset(("cvxpy", "numpy", "scipy", "stats220", "torch", "torchvision", *OTHERS))
NEVER = ("stats220.reference", "stats220.staff")
# Where to look for compiled functions, which do not say in which module they live.
LIKELY_MODULES = (
    "torch",
    "torch.nn.functional",
    "torch.linalg",
    "torch.special",
    "torch.fft",
    "numpy",
    "numpy.linalg",
    "numpy.fft",
    "scipy.special",
    "math",
    "builtins",
)


def is_public(module: str) -> bool:
    """Whether objects of this module may be named on the line."""
    parts = module.split(".")
    hidden = any(part.startswith("_") for part in parts) or module.startswith(NEVER)
    return parts[0] in PACKAGES and not hidden


def qualified_name(obj: object) -> str | None:
    """``"module:attribute"`` under which `obj` is found again, identical; ``None`` where there is no such name."""
    name = getattr(obj, "__qualname__", None) or getattr(obj, "__name__", None)
    if not isinstance(name, str):
        return None
    for module in _candidates(getattr(obj, "__module__", None)):
        # torch.linalg.norm calls itself "linalg_norm"
        short = name.removeprefix(module.rpartition(".")[2] + "_")
        for attribute in (name, name.rpartition(".")[2], short):
            if module in sys.modules and _look_up(sys.modules[module], attribute) is obj:
                return f"{module}:{attribute}"
    return None


def find(name: object) -> Any:
    """The object of that name.

    Raises
    ------
    WireError
        There is none, or it may not be named.
    """
    if not isinstance(name, str) or name.count(":") != 1:
        raise WireError("malformed name")
    module, attribute = name.split(":")
    if not is_public(module):
        raise WireError(f"{module} is not among the packages that a check may name")
    try:
        found = _look_up(importlib.import_module(module), attribute)
    except ImportError:
        raise WireError(f"{module} cannot be imported where the student's code runs") from None
    if found is None:
        raise WireError(f"{module} has no {attribute}")
    return found


def _candidates(module: object) -> Iterator[str]:
    """The module an object claims, the public packages above it, and the likely ones."""
    if isinstance(module, str):
        parts = module.split(".")
        for length in range(len(parts), 0, -1):
            if is_public(".".join(parts[:length])):
                yield ".".join(parts[:length])
    yield from LIKELY_MODULES


def _look_up(module: object, attribute: str) -> Any:
    found = module
    for part in attribute.split("."):
        found = None if part.startswith("_") else getattr(found, part, None)
    return found
