"""Whether the sandbox works on this machine: a trial of the real thing, and one line that says what to do where it does not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from stats220.errors import GradingError

from . import bubblewrap
from .bubblewrap import Python
from .seccomp import compile_filter

APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
TRIAL_SECONDS = 60.0
REFUSED = r"Permission denied|Operation not permitted"

# What bubblewrap or the trial says, as a pattern, and what to do then; the first that fits.
REMEDIES = (
    (
        r"Unknown option",
        "it is too old: 0.5 or newer is needed (Debian 12, Ubuntu 22.04 and later have it)",
    ),
    (
        # The kernel lets nobody of a user namespace mount a /proc that shows more than the one above, of which containers hide parts.
        rf"mount (a )?proc\b.*({REFUSED})|mount /proc: ({REFUSED})",
        "a container hides parts of /proc: in Docker add --security-opt systempaths=unconfined, in Podman --security-opt unmask=ALL, "
        "in Kubernetes securityContext.procMount: Unmasked together with hostUsers: false",
    ),
    (
        r"max_\S*namespaces|No space left on device",
        "too few namespaces are allowed: `sudo sysctl user.max_user_namespaces=15000`, or grade outside of another sandbox",
    ),
    (
        r"[Nn]o permissions to creat|does not support user namespaces",
        "users may not make namespaces: `sudo sysctl kernel.unprivileged_userns_clone=1` on Debian; in Docker add "
        "--security-opt seccomp=unconfined",
    ),
    (
        REFUSED,
        "look at `sysctl user.max_user_namespaces`; in Docker add --cap-add SYS_ADMIN --security-opt seccomp=unconfined "
        "--security-opt apparmor=unconfined, in Kubernetes securityContext.capabilities.add: [SYS_ADMIN]",
    ),
)
UBUNTU = (
    "Ubuntu's AppArmor forbids it: give bwrap the profile in docs/grading.md, or "
    "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
)
ELSE = "run `bwrap --ro-bind / / --unshare-all true` and mend what it names"


def bwrap_problem() -> str | None:
    """Say in one line why bubblewrap cannot be used here and what to do about it; None if it can."""
    if sys.platform != "linux":
        return "bubblewrap needs Linux: grade in a Linux machine, or with --isolation none"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed: apt-get install bubblewrap"
    try:
        compile_filter()
    except GradingError as error:
        return str(error)
    said = _try_out()
    return said and f"bubblewrap does not work here ({said}): {_remedy(said)}"


def _try_out() -> str | None:
    """Make what a submission gets, with the options that it gets, but for the packages; what went wrong."""
    python = Python.running()
    command = bubblewrap.command(python, bubblewrap.WARM, None)
    command += python.command(bubblewrap.CODE, "trial", *(bubblewrap.own_users() or ()))
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=TRIAL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {TRIAL_SECONDS:.0f} s"
    except OSError as error:
        return str(error)
    if done.returncode == 0:
        return None
    # Options that it does not know come before its usage: the first of its own lines says what it is.
    lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
    return next((line for line in lines if line.startswith("bwrap: ")), lines[-1])


def _remedy(said: str) -> str:
    if re.search(REFUSED, said) and os.geteuid() != 0 and _apparmor_restricts():
        return UBUNTU
    return next((remedy for pattern, remedy in REMEDIES if re.search(pattern, said)), ELSE)


def _apparmor_restricts() -> bool:
    try:
        return APPARMOR.read_text().strip() == "1"
    except OSError:
        return False
