"""Control groups, in which the kernel holds all processes of a submission together, its own memory for them included.

Version 2 needs a group that is delegated to the grader (``systemd-run --scope -p Delegate=yes``, or a container of its own);
version 1 needs folders that it may write to, as root has. Where neither can be had, `Parents.find` gives None, and what a
sandbox holds is only looked at.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .limits import MIB, Limits

GRADER = "stats220-grader"  # where a group's own processes go: in version 2 one that has groups holds none
MORE_BYTES = 256 * MIB  # for what a fork copies of the warm start
MORE_PROCESSES = 4
REMOVE_SECONDS = 5.0
MIN_AGE_SECONDS = 60.0  # of a group that its maker has had the time to put a process in


@dataclass(frozen=True)
class Parents:
    """The groups in which those of submissions are made; it can be pickled.

    Attributes
    ----------
    version
        1 or 2.
    folders
        One for each of the controllers memory, pids and cpu that there is (version 1), or one for all (version 2).
    """

    version: int
    folders: tuple[Path, ...]

    @classmethod
    def find(cls, proc: Path = Path("/proc/self")) -> Parents | None:
        """What this process may make groups in; in version 2 it moves into one of its own. None: nothing."""
        try:
            groups = (proc / "cgroup").read_text().splitlines()
            mounts = (proc / "mountinfo").read_text().splitlines()
        except OSError:  # not Linux, or not shown
            return None
        own = {}
        for line in groups:
            _, controllers, path = line.split(":", 2)
            own.update(dict.fromkeys(controllers.split(","), path))
        parents = _version_2(own, mounts) or _version_1(own, mounts)
        for folder in parents.folders if parents else ():
            _sweep(folder)
        return parents

    def make(self, limits: Limits) -> Group:
        """A group for a submission. Raises OSError where the kernel has none to give."""
        name = f"stats220-{uuid.uuid4().hex}"
        group = Group(self.version, tuple(folder / name for folder in self.folders))
        try:
            group.make(limits)
        except OSError:
            group.remove()
            raise
        return group


@dataclass(frozen=True)
class Group:
    """The control group of one submission: a folder, or one a controller."""

    version: int
    folders: tuple[Path, ...]

    def make(self, limits: Limits) -> None:
        """Make it, with its limits."""
        memory = str(limits.total_memory_bytes + MORE_BYTES)
        processes = str(limits.processes + MORE_PROCESSES)
        if self.version == 2:
            settings = {"memory.max": memory, "memory.swap.max": "0", "cpu.weight": "50"}
        else:
            settings = {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory}
            settings["cpu.shares"] = "512"  # half of what the grader has
        optional = {"memory.swap.max", "memory.memsw.limit_in_bytes", "cpu.weight", "cpu.shares"}
        settings["pids.max"] = processes
        for folder in self.folders:
            folder.mkdir()
        for name, value in settings.items():
            places = [folder / name for folder in self.folders if self._has(folder, name)]
            for place in places:
                with contextlib.suppress(OSError) if name in optional else contextlib.nullcontext():
                    place.write_text(value)

    def _has(self, folder: Path, name: str) -> bool:
        """Whether a folder's controllers know a setting; in version 2 the one folder has them all."""
        return self.version == 2 or (folder / name).exists()

    @contextlib.contextmanager
    def doors(self) -> Iterator[list[int]]:
        """Descriptors: a process that writes "0" to each is in the group, whatever namespaces it is in."""
        with contextlib.ExitStack() as stack:
            files = [open(folder / "cgroup.procs", "w") for folder in self.folders]  # noqa: SIM115
            yield [stack.enter_context(file).fileno() for file in files]

    def remove(self) -> None:
        """Remove it, when its last process is gone."""
        end = time.monotonic() + REMOVE_SECONDS
        for folder in self.folders:
            while folder.exists() and time.monotonic() < end:
                with contextlib.suppress(
                    OSError
                ):  # the kernel needs a moment after the last process
                    folder.rmdir()
                    break
                time.sleep(0.01)


def _sweep(folder: Path) -> None:
    """Remove the groups that killed graders left; the kernel keeps those that hold a process."""
    for group in folder.glob("stats220-*"):
        with contextlib.suppress(OSError):
            if group.name != GRADER and time.time() - group.stat().st_mtime > MIN_AGE_SECONDS:
                group.rmdir()


def _version_2(own: dict[str, str], mounts: list[str]) -> Parents | None:
    mounted = _mounted(mounts, "cgroup2", "")
    if mounted is None or "" not in own:
        return None
    folder = _below(mounted, own[""])
    try:
        if not {"memory", "pids"} <= set((folder / "cgroup.controllers").read_text().split()):
            return None
        if folder.name == GRADER:  # moved here before
            folder = folder.parent
        control = folder / "cgroup.subtree_control"
        if not {"memory", "pids"} <= set(control.read_text().split()):
            if set((folder / "cgroup.procs").read_text().split()) > {str(os.getpid())}:
                return None  # others live here, and are not ours to move
            (folder / GRADER).mkdir(exist_ok=True)
            (folder / GRADER / "cgroup.procs").write_text("0")
            control.write_text("+memory +pids")
            with contextlib.suppress(OSError):  # not delegated by every system
                control.write_text("+cpu")
        return _if_writable(Parents(2, (folder,)))
    except OSError:
        return None


def _version_1(own: dict[str, str], mounts: list[str]) -> Parents | None:
    folders = {}
    for controller in ("memory", "pids", "cpu"):
        mounted = _mounted(mounts, "cgroup", controller)
        if mounted is not None and controller in own:
            folders[controller] = _below(mounted, own[controller])
    if "memory" not in folders:
        return None
    writable = [f for f in dict.fromkeys(folders.values()) if _if_writable(Parents(1, (f,)))]
    return Parents(1, tuple(writable)) if folders["memory"] in writable else None


def _mounted(mounts: list[str], kind: str, controller: str) -> tuple[Path, str] | None:
    """Where a hierarchy is mounted, and which of its groups is at the mount's root."""
    for line in mounts:
        before, _, after = line.partition(" - ")
        root, place = before.split()[3:5]
        found, _, options = after.split(" ", 2)
        if found == kind and (not controller or controller in options.split(",")):
            return Path(place), root
    return None


def _below(mounted: tuple[Path, str], path: str) -> Path:
    place, root = mounted
    return place / path.removeprefix(root).lstrip("/")


def _if_writable(parents: Parents) -> Parents | None:
    trial = parents.folders[0] / f"stats220-{uuid.uuid4().hex}"
    try:
        trial.mkdir()
        trial.rmdir()
    except OSError:
        return None
    return parents
