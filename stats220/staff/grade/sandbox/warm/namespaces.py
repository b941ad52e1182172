"""The namespaces of the warm process and of a submission, and what is mounted in them."""

from __future__ import annotations

import errno
from typing import Any

from . import linux

UNSHARED_UID = 1000  # the one user inside, where the caller is not root


def enter(first: int, count: int) -> None:
    """As root: have powers in a user namespace alone from here on, whose users are ``count`` of the machine's."""
    # A fresh /proc, which nothing covers: else the kernel lets nobody of a user namespace mount another.
    linux.mount("proc", "/proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    linux.enter_user_namespace(first, count)


def leave(uid: int | None) -> None:
    """Leave all namespaces for new ones, that of users too where ``uid`` is its only one."""
    if uid is None:
        linux.unshare(linux.ALL_BUT_USER)
    else:
        linux.unshare_with_user(linux.ALL_BUT_USER, uid)


def mount_scratch(settings: dict[str, Any], uid: int) -> None:
    """Mount the submission's own work folder, /dev/shm and /proc, seen by nobody else."""
    linux.mount("none", "/", linux.MS_REC | linux.MS_PRIVATE)
    for target, size in (
        (settings["work"], settings["limits"]["work_bytes"]),
        ("/dev/shm", settings["limits"]["shared_bytes"]),
    ):
        linux.mount(
            "tmpfs",
            target,
            linux.MS_NOSUID | linux.MS_NODEV,
            f"size={size},nr_inodes=20000,mode=0700,uid={uid},gid={uid}",
        )
    flags = linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    try:
        linux.mount("proc", "/proc", flags, "subset=pid")
    except OSError as error:
        if error.errno != errno.EINVAL:  # a kernel before 5.8
            raise
        linux.mount("proc", "/proc", flags)
