"""A trial of the sandbox without anything in it: the namespaces and mounts of a submission, and then nothing."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from . import namespaces, student

SETTINGS = {"limits": {"work_bytes": 1 << 20, "shared_bytes": 1 << 20}}


def main() -> None:
    """Do as the warm process, a warden and an init do, given the users on argv; leave with a line where the machine refuses."""
    users = student.tidy(sys.modules["__main__"])
    with naming("enter a user namespace"):
        if users:
            namespaces.enter(*users)
    with naming("make namespaces"):
        namespaces.leave(None if users else namespaces.UNSHARED_UID)
        child = os.fork()  # into the new namespace of processes
    if child == 0:
        with naming("mount anything"):
            namespaces.mount_scratch({**SETTINGS, "work": os.environ["HOME"]}, os.getuid())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    sys.exit(status and 1)


@contextlib.contextmanager
def naming(step: str) -> Iterator[None]:
    """Say which step of the block the machine refused, and leave."""
    try:
        yield
    except OSError as error:
        step = f"mount {error.filename}" if error.filename else step
        sys.exit(f"cannot {step}: {error.strerror}")
