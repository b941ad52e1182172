"""For tests of the boundary: a student's process, cells looped back as in a notebook, and a side of plain values."""

from __future__ import annotations

import atexit
import contextlib
import functools
import linecache
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from stats220.line.session import Loopback, Remote
from stats220.line.wire import WireError

# As at grading, children are forked from a process that has imported what is needed and has computed nothing.
# A message with two descriptors starts a child and is answered with its number; one with a number ends that child.
NURSERY = """
import os, signal, socket, struct, sys
import matplotlib.pyplot
from stats220.line import inside
control = socket.socket(fileno=int(sys.argv[1]))
while True:
    message, line, _, _ = socket.recv_fds(control, 8, 2)
    if not message:
        break
    if line:
        child = os.fork()
        if child == 0:
            control.close()
            try:
                inside.serve(*line)
            finally:
                os._exit(0)
        for fd in line:
            os.close(fd)
        control.send(struct.pack("q", child))
    else:
        (child,) = struct.unpack("q", message)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
"""


@functools.cache
def nursery() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-c", NURSERY, str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
    theirs.close()

    @atexit.register
    def end() -> None:
        ours.close()
        process.wait(10)

    return ours


@contextlib.contextmanager
def remote() -> Iterator[Remote]:
    """A session with a forked process."""
    (read_fd, their_write), (their_read, write_fd) = os.pipe(), os.pipe()
    socket.send_fds(nursery(), [b"start"], [their_read, their_write])
    child = struct.unpack("q", nursery().recv(8))
    os.close(their_read)
    os.close(their_write)
    session = Remote(read_fd, write_fd)
    try:
        yield session
    finally:
        session.close()
        nursery().send(struct.pack("q", *child))


class Notebook(Loopback):
    """A loopback with cells, which a real notebook's kernel would run."""

    def __init__(self, device: str = "cpu") -> None:
        super().__init__(device)
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.num_cells = 0

    def run_cell(self, source: str) -> None:
        self.num_cells += 1
        file = f"<cell {self.num_cells} of {id(self)}>"
        linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
        exec(compile(source, file, "exec"), self.names)

    def get(self, name: str) -> Any:
        return self.put(self.names[name])


class Plain:
    """A side that knows nothing but plain values."""

    lands_on = "cpu"
    ellipsis: object = ...

    def refer(self, value: object) -> list[Any]:
        raise WireError(f"not plain: {type(value).__name__}")

    def resolve(self, tag: str, fields: list[Any]) -> object:
        raise WireError("no such tag")


SIDE = Plain()
