"""What is the same for a whole class: the release, the sandbox's packages and data, the limits."""

from __future__ import annotations

import ast
import contextlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stats220 import line
from stats220.data.registry import cache_folder
from stats220.errors import GradingError
from stats220.staff.grade.clock import TimeLimits
from stats220.staff.grade.files import clear_errors, scratch_folder
from stats220.staff.grade.sandbox import Door, Limits, Parents, SandboxPool, bwrap_problem

if TYPE_CHECKING:
    from stats220.staff.build.release import Release
    from stats220.staff.grade.runner import Pool, Sandbox

IMPORTING = ("given", "exercise")  # the cells that say what each submission will import


@dataclass(frozen=True)
class Setup:
    """What a worker process needs to know; it can be pickled.

    Attributes
    ----------
    release
        What the class received.
    packages
        The unpacked student wheel.
    data
        The folder of recordings; None where there is none.
    isolation
        "bwrap" or "none".
    time_limits, limits
        The grader's clock, and the sandbox's bounds.
    device
        Where the student's code gets its tensors: "cpu", or "cuda", which needs isolation "none".
    seed
        What the checks draw their inputs from; 0 is a notebook's.
    title
        The lab's, for the pages.
    groups
        Where submissions' control groups can be made; None: nowhere.
    warm
        The warm process that all workers of this machine share; None, as on another machine: each worker makes one.
    """

    release: Release
    packages: Path
    data: Path | None
    isolation: Any
    time_limits: TimeLimits = field(default_factory=TimeLimits)
    limits: Limits = field(default_factory=Limits)
    device: str = "cpu"
    seed: int = 0
    title: str = ""
    groups: Parents | None = None
    warm: Door | None = None

    def pool(self) -> Pool:
        """A pool of sandboxes, not yet started."""
        pool = self.sandboxes()
        return pool if self.device == "cpu" else OnDevice(pool, self.device)

    def sandboxes(self) -> SandboxPool:
        """The same, for tensors on the CPU."""
        return SandboxPool(
            self.packages,
            data=self.data,
            limits=self.limits,
            isolation=self.isolation,
            groups=self.groups,
            modules=(*given_modules(self.release), *behind_optimizers(self.release)),
            warm=self.warm,
        )


@dataclass(frozen=True)
class OnDevice:
    """A pool whose sandboxes compute on a GPU. Only a fresh interpreter can: CUDA does not survive a fork."""

    pool: SandboxPool
    device: str

    @property
    def isolation(self) -> str:
        """What keeps the student out: nothing."""
        return self.pool.isolation

    @property
    def memory_limit(self) -> str:
        """What holds its processes' memory together."""
        return self.pool.memory_limit

    def start(self) -> Sandbox:
        """Start a sandbox."""
        sandbox = self.pool.start()
        sandbox.session.ask("device", self.device)
        sandbox.session.device = self.device
        return sandbox

    def close(self) -> None:
        """End all that were started."""
        self.pool.close()


@contextlib.contextmanager
def prepared(release: Release, isolation: str, limits: Limits | None = None) -> Iterator[Setup]:
    """Unpack what sandboxes need, and begin their warm process, for the block: it imports while the caller goes on.

    Raises
    ------
    GradingError
        There is no bubblewrap here and it was asked for, or no space to unpack.
    """
    if isolation == "bwrap" and (problem := bwrap_problem()):
        raise GradingError(f"{problem}; or trust the submissions with --isolation none")
    cache = cache_folder()
    with scratch_folder("stats220-wheel-") as packages:
        with clear_errors(packages), zipfile.ZipFile(release.wheel) as archive:
            archive.extractall(packages)
        _check_line(packages)
        for path in (packages, *packages.rglob("*")):  # a submission runs as another user
            path.chmod(0o755 if path.is_dir() else 0o644)
        groups = Parents.find() if isolation == "bwrap" else None
        data = cache if cache.is_dir() else None
        limits = limits or Limits()
        setup = Setup(release, packages, data, isolation, limits=limits, groups=groups)
        if isolation == "none":
            yield setup
            return
        warm = setup.sandboxes().launch()
        try:
            yield replace(setup, warm=warm)
        finally:
            warm.end()


def given_modules(release: Release) -> tuple[str, ...]:
    """What the cells of a lab import, the names from a module too: any of these may be a module of its own."""
    cells = [c for c in release.notebook.cells if c.metadata.stats220.role in IMPORTING]
    found: dict[str, None] = {}
    for cell in cells:
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # with IPython's commands in it: what it imports is not had for nothing
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= dict.fromkeys(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= dict.fromkeys(f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(found)


def behind_optimizers(release: Release) -> tuple[str, ...]:
    """What the first optimizer of a process imports, for a lab that has any: seconds, which a fork then does not spend again."""
    has_any = any("torch.optim" in cell.source for cell in release.notebook.cells)
    return ("torch._dynamo",) if has_any else ()


def _check_line(packages: Path) -> None:
    """Both ends of the line must be of one version: else every answer of a whole class would fail.

    Raises
    ------
    GradingError
        They are not.
    """
    ours = Path(line.__file__).parent
    theirs = packages / "stats220" / ours.name
    sides = [{f.name: f.read_bytes() for f in side.glob("*.py")} for side in (ours, theirs)]
    if sides[0] != sides[1]:
        raise GradingError(
            "the wheel of the release and this package do not speak the same version of stats220.line: run `stats220 build`"
        )
