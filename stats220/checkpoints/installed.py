"""What is installed, and so known by its name and version: modules, their functions and classes, and this library itself."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
import platform
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch

UFUNCS = ("numpy", "scipy.special")
PACKAGE = Path(__file__).resolve().parents[1]


@functools.cache
def environment() -> str:
    """Versions of Python and of all that is installed, this library's sources, the machine: what a result hangs on beside code and data."""
    digest = hashlib.sha256()
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else ""
    packages = sorted((str(d.name), str(d.version)) for d in importlib.metadata.distributions())
    digest.update(repr((sys.version, platform.platform(), gpu, packages)).encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def is_installed(module: str) -> bool:
    """Whether a module is Python's own, an installed package's or this library's, and none that lies beside the notebook."""
    if module == "__main__":
        return False
    loaded = sys.modules.get(module)
    try:
        spec = getattr(loaded, "__spec__", None) or importlib.util.find_spec(module)
    except (ImportError, ValueError):  # of a package that is not there, or a module without a spec
        return False
    if spec is None:
        return False
    if spec.origin in ("built-in", "frozen"):
        return True
    places = [spec.origin] if spec.origin else list(spec.submodule_search_locations or ())
    return bool(places) and all(_is_installed_at(Path(place)) for place in places)


@functools.cache
def _is_installed_at(place: Path) -> bool:
    roots = [Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")]
    return bool(
        {"site-packages", "dist-packages"} & set(place.parts)
        or any(place.resolve().is_relative_to(root) for root in (PACKAGE, *roots))
    )


def public_name(value: Any) -> str:
    """Where an installed module holds this very object, as "module:name"; empty where none does under the object's own name."""
    if isinstance(value, ModuleType):
        return value.__name__ if is_installed(value.__name__) else ""
    if isinstance(value, np.ufunc):  # which do not all say of which module they are
        homes = [m for m in UFUNCS if getattr(sys.modules.get(m), value.__name__, None) is value]
        return f"{homes[0]}:{value.__name__}" if homes else ""
    module = getattr(value, "__module__", None)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if not (isinstance(module, str) and isinstance(name, str) and is_installed(module)):
        return ""
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return f"{module}:{name}" if found is value else ""
