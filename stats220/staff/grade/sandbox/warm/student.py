"""The process that runs a student's code: its limits, surroundings and random state, then the serving loop."""

from __future__ import annotations

import os
import random
import resource
import signal
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

READ_FD, WRITE_FD, NEWS_FD = 3, 4, 5


def tidy(module: ModuleType) -> list[int]:
    """Put packages before and installed packages behind the standard library; give the descriptors on argv.

    Whatever ran before a submission leaves no names in ``module``, the ``__main__`` that cells run in.
    """
    code, *descriptors = sys.argv[1:]
    folders = os.environ["PYTHONPATH"].split(os.pathsep)
    rest = [folder for folder in sys.path if folder not in (code, *folders)]
    sys.path = [folders[0], *rest, *folders[1:]]
    sys.argv = [""]
    for name in [name for name in vars(module) if not name.startswith("__")]:
        delattr(module, name)
    return [int(number) for number in descriptors]


def keep_only(read_fd: int, write_fd: int, news_fd: int) -> None:
    """Close every descriptor but these three, which become 3, 4 and 5; 0, 1 and 2 lead nowhere."""
    highest = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    kept = [os.dup(fd) for fd in (read_fd, write_fd, news_fd)]
    while min(kept) <= NEWS_FD:  # a copy must not sit where another belongs
        kept = [os.dup(fd) for fd in kept]
    nowhere = os.open(os.devnull, os.O_RDWR)
    for target, fd in enumerate([nowhere, nowhere, nowhere, *kept]):
        os.dup2(fd, target, inheritable=target < READ_FD)
    os.closerange(NEWS_FD + 1, highest)


def held(field: str) -> int:
    """Bytes of memory that this process holds: "VmData", private ones (what RLIMIT_DATA counts), or "VmSize", all."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/status") as status:
        return 1024 * next(int(line.split()[1]) for line in status if line.startswith(f"{field}:"))


def set_limits(limits: dict[str, int]) -> None:
    """Hold this process, and each of its children by itself, to the limits, or to the machine's where these are less.

    The warm start's own share is not the student's.
    """
    private = held("VmData") + limits["memory_bytes"]
    wanted = {
        "RLIMIT_DATA": (private, private),
        # The soft limit's SIGXCPU is what tells running out of time from being killed.
        "RLIMIT_CPU": (limits["cpu_seconds"], limits["cpu_seconds"] + 5),
        "RLIMIT_NOFILE": (limits["open_files"], limits["open_files"]),
        "RLIMIT_FSIZE": (limits["file_bytes"], limits["file_bytes"]),
        "RLIMIT_CORE": (0, 0),
        "RLIMIT_MEMLOCK": (0, 0),
        "RLIMIT_MSGQUEUE": (0, 0),
    }
    if "address_bytes" in limits:
        mapped = held("VmSize") + limits["memory_bytes"] + limits["address_bytes"]
        wanted["RLIMIT_AS"] = (mapped, mapped)
    if "processes" in limits:
        wanted["RLIMIT_NPROC"] = (limits["processes"], limits["processes"])
    for name, pair in wanted.items():
        if hasattr(resource, name):  # not every system has each
            kind = getattr(resource, name)
            resource.setrlimit(kind, at_most(pair, resource.getrlimit(kind)[1]))


def at_most(pair: tuple[int, int], most: int) -> tuple[int, int]:
    """A soft and a hard limit, or the machine's own hard limit where that is less: it cannot be raised."""
    if most == resource.RLIM_INFINITY:
        return pair
    soft, hard = pair
    return min(soft, most), min(hard, most)


def settle(work: str, environment: dict[str, str]) -> None:
    """Move into the work folder with an environment that tells nothing about the machine."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(work)
    sys.path.insert(0, "")  # as in a notebook: `%%writefile helper.py`, then `import helper`
    os.umask(0o077)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def seed() -> None:
    """Give every submission the same random numbers: a forked child inherits its parent's state."""
    import numpy
    import torch

    random.seed(0)
    numpy.random.seed(0)
    torch.manual_seed(0)
    torch.set_num_threads(1)


def serve(settings: dict[str, Any], confine: Callable[[], None]) -> None:
    """Answer the grader on descriptors 3 and 4 until it hangs up; say "ready" on 5 just before.

    ``confine`` gives up what the process may do; it runs after the limits are set and before anything of the
    student's.
    """
    # In a fork all of it is there already; elsewhere, what it maps is not the student's to pay for.
    from stats220.line import inside

    if os.getpid() != os.getsid(0):
        os.setsid()
    set_limits(settings["limits"])
    confine()
    settle(settings["work"], settings["environment"])
    seed()
    os.write(NEWS_FD, b"ready")
    os.close(NEWS_FD)
    inside.serve(READ_FD, WRITE_FD)


def words(error: BaseException) -> bytes:
    """Name what kept a sandbox from starting."""
    return f"{type(error).__name__}: {error}".encode()[:2000]


def describe(exit_code: int, *, out_of_memory: bool = False) -> str:
    """Put an exit code, negative for a signal, into words; ``out_of_memory``: the kernel killed for it."""
    if exit_code >= 0:
        return f"exited with status {exit_code}"
    if -exit_code == signal.SIGKILL and out_of_memory:
        return "out of memory"
    if -exit_code == signal.SIGXCPU:
        return "used up its processor time"
    return f"killed by signal {-exit_code} ({(signal.strsignal(-exit_code) or 'unknown').lower()})"
