"""What a sandbox can see: the bubblewrap command line."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import stats220

from .warm.namespaces import UNSHARED_UID

# Everything of ours in there is below one folder whose name no Python installation has.
ROOT = Path("/sandbox")
PACKAGES, DATA, CODE, WORK = (ROOT / name for name in ("packages", "data", "code", "work"))
WARM = Path(__file__).parent / "warm"
# As root: to enter a user namespace, in which the warm process then has what it needs and nothing outside.
CAPABILITIES = ("SYS_ADMIN", "SETUID", "SETGID", "SYS_PTRACE")
INSTALLED = tuple(f"{top}lib*/python3*/*-packages" for top in ("", "local/", "envs/*/"))
UID_BASE, UIDS = 600_000_000, 1 << 29  # where no user of the machine is
USERS = 4096  # of one warm process's user namespace


@dataclass(frozen=True)
class Python:
    """The interpreter that runs inside, by its real path, and the folders of installed packages."""

    executable: Path
    prefix: Path
    site: tuple[Path, ...]

    @classmethod
    def running(cls) -> Python:
        """Describe this interpreter, without its virtual environment."""
        executable = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
        site = [Path(p) for p in sys.path if Path(p).name in ("site-packages", "dist-packages")]
        return cls(
            executable,
            Path(sys.base_prefix).resolve(),
            tuple(dict.fromkeys(folder.resolve() for folder in site if folder.is_dir())),
        )

    def command(self, code: Path, entry: str, *descriptors: int) -> list[str]:
        """Run ``warm.<entry>.main(*descriptors)``, given the folder that holds ``warm``.

        ``-S`` keeps .pth files unread, so that an editable installation of stats220 is not found.
        """
        start = (
            f"import sys; sys.path.insert(0, sys.argv[1]); import warm.{entry}; warm.{entry}.main()"
        )
        return [str(self.executable), "-S", "-P", "-c", start, str(code), *map(str, descriptors)]


def environment(packages: Path, site: tuple[Path, ...], work: Path) -> dict[str, str]:
    """Set everything up to happen in the work folder, on one thread, the same way every time.

    ``PYTHONPATH`` is for the programs that a submission starts; ``warm.student.tidy`` puts it in order.
    """
    return {
        "HOME": str(work),
        "TMPDIR": str(work),
        "IPYTHONDIR": str(work / ".ipython"),
        "MPLCONFIGDIR": str(work / ".matplotlib"),
        "MPLBACKEND": "agg",
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join(map(str, (packages, *site))),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def runs_as_root() -> bool:
    """Whether each submission can have a user of its own: root, and not of a namespace with few users."""
    if os.geteuid() != 0:
        return False
    mapped = Path("/proc/self/uid_map").read_text().splitlines()
    return sum(int(line.split()[2]) for line in mapped) > UID_BASE + UIDS


def own_users() -> tuple[int, int] | None:
    """The users of the machine that a warm process gets as its own, first and count; None where the caller is not root.

    Drawn: the numbers of processes, from which they could be counted, are those of a container, of which there may be many.
    """
    if not runs_as_root():
        return None
    return UID_BASE + USERS * secrets.randbelow(UIDS // USERS), USERS


def privileges() -> list[str]:
    """Choose the namespaces and capabilities of the warm process."""
    wanted: tuple[str, ...] = CAPABILITIES
    user: list[str] = []
    if not runs_as_root():
        wanted = ("SYS_ADMIN", "SETPCAP", "SYS_PTRACE")
        user = ["--unshare-user", "--uid", str(UNSHARED_UID), "--gid", str(UNSHARED_UID)]
    capabilities = [text for name in wanted for text in ("--cap-add", f"CAP_{name}")]
    return [
        *user,
        *("--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--new-session", "--hostname", "sandbox"),
        *("--cap-drop", "ALL", *capabilities),
    ]


def command(python: Python, packages: Path, data: Path | None) -> list[str]:
    """Give the command line that everything inside is started with, up to the program's own."""
    steps = sorted(_mounts(python), key=lambda step: step[0].parts)  # what lies above comes first
    steps += [
        (Path("/dev"), ["--perms", "0755", "--tmpfs"]),
        (Path("/dev/shm"), ["--perms", "0755", "--dir"]),
        (Path("/dev/fd"), ["--symlink", "/proc/self/fd"]),
    ]
    for name in ("null", "zero", "full", "random", "urandom"):  # and no terminals
        steps.append((Path("/dev", name), ["--dev-bind", f"/dev/{name}"]))
    steps += [
        (Path("/dev"), ["--remount-ro"]),
        (Path("/proc"), ["--proc"]),
        (PACKAGES, ["--ro-bind", str(packages.resolve())]),
        (CODE / "warm", ["--ro-bind", str(WARM)]),
        # The warm process's own, which caches paths in it, as the user that it becomes; each submission mounts one over it.
        (WORK, ["--perms", "0777", "--tmpfs"]),
    ]
    if data is not None:
        steps.append((DATA, ["--ro-bind", str(data.resolve())]))

    words = ["bwrap", *privileges(), "--clearenv", "--tmpfs", "/"]
    made = {Path("/")}
    for path, step in steps:
        # Left to itself, bubblewrap makes the folders above for root alone.
        for parent in reversed(path.parents):
            if parent not in made:
                words += ["--perms", "0755", "--dir", str(parent)]
                made.add(parent)
        words += [*step, str(path)]
        made.add(path)
    if Path("/tmp") not in made:  # where Python is below it, there is none to write to
        words += ["--symlink", str(WORK), "/tmp"]
    for name, value in environment(PACKAGES, python.site, WORK).items():
        words += ["--setenv", name, value]
    return [*words, "--remount-ro", "/", "--chdir", "/", "--"]


def _mounts(python: Python) -> Iterator[tuple[Path, list[str]]]:
    """The system and Python, read-only, and over them whatever there is of stats220: path, bubblewrap's words."""
    shown = [Path("/usr"), python.prefix, *python.site]
    for folder in shown:
        yield folder, ["--ro-bind", str(folder)]
    for folder in map(Path, ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")):
        if folder.is_symlink():
            yield folder, ["--symlink", os.readlink(folder)]
        elif folder.is_dir():
            yield folder, ["--ro-bind", str(folder)]
    for name in ("ld.so.cache", "fonts", "alternatives"):
        yield Path("/etc", name), ["--ro-bind-try", f"/etc/{name}"]
    for path in _of_stats220(python, shown):
        if any(path.is_relative_to(folder) for folder in shown):
            empty = ["--perms", "0755", "--tmpfs"] if path.is_dir() else ["--ro-bind", "/dev/null"]
            yield path, empty


def _of_stats220(python: Python, shown: list[Path]) -> Iterator[Path]:
    """Where the answer key may be: the package this runs from, its checkout, and what an installation left."""
    package = Path(stats220.__file__).resolve().parent
    yield package if package.parent in python.site else package.parent
    installed = {*python.site}
    for folder in shown:  # also into the Python below a virtual environment, and conda's other ones
        for pattern in INSTALLED:
            installed |= set(folder.glob(pattern))
    for folder in installed:
        yield from (path for path in folder.iterdir() if "stats220" in path.name)
