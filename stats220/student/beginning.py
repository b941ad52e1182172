"""What the install cell calls: whether notebook and library are of one release, and where the code will run."""

from __future__ import annotations

import sys

from stats220 import __version__
from stats220.checks.results import problems
from stats220.student.index import notebook_builds, read_index, which_to_update

current_lab = ""  # the lab of this kernel's notebook
begun: list[str] = []  # all labs whose first cell ran in this kernel


def begin(lab: str, build: str) -> None:
    """Say which library and device there are, and whether the library is the notebook's own.

    Parameters
    ----------
    lab : str
        The notebook's lab.
    build : str
        The build of the release that the notebook comes from.
    """
    global current_lab
    current_lab = lab
    notebook_builds[lab] = build
    if lab not in begun:
        begun.append(lab)
    if others := [other for other in begun if other != lab]:
        print(
            f"WARNING: this kernel has run {' and '.join(others)} too, and the labs overwrite each other's names. "
            "Give each notebook a kernel of its own: Kernel, Change Kernel, Start New Kernel; then run this cell again."
        )
    index = read_index()
    if index is not None and lab in index.labs:
        problems.update({p.name: p.label for p in index.labs[lab].problems if p.label})
    installed = "a checkout of the course" if index is None else f"build {index.build}"
    print(f"stats220 {__version__}, {installed}; {describe_device()}")
    if what := which_to_update(build, index):
        print(f"WARNING: {what}")


def describe_device() -> str:
    """The device that the labs pick, and what to do on Colab where it is not a GPU."""
    from stats220.arrays import pick_device

    device = pick_device().type
    if device == "cpu" and "google.colab" in sys.modules:
        return "it runs on the CPU; for a GPU choose Runtime, Change runtime type, GPU"
    names = {"cuda": "an NVIDIA GPU (cuda)", "mps": "Apple's GPU (mps)", "cpu": "the CPU"}
    return f"it runs on {names.get(device, device)}"
