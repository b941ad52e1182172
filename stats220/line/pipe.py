"""Frames over two file descriptors, each frame with one deadline."""

from __future__ import annotations

import os
import select
import time
from typing import Any

from stats220.line.wire import PREFIX, Frame, Side, pack, read_prefix, unpack

CHUNK = 1 << 20


class Pipe:
    """One end of a line: what is sent goes to `write_fd`, what is received comes from `read_fd`.

    Deadlines are values of ``time.monotonic()``; ``None`` waits for ever. Whoever made the descriptors closes
    them, or calls `close`.
    """

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self.read_fd, self.write_fd = read_fd, write_fd
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)

    def send(self, value: object, side: Side, deadline: float | None = None) -> None:
        """Send one value.

        Raises
        ------
        WireError
            The value may not cross; nothing has been sent.
        TimeoutError
            The other end did not read all of it in time.
        EOFError
            The other end is gone.
        """
        self.send_frame(pack(value, side), deadline)

    def send_frame(self, frame: Frame, deadline: float | None = None) -> None:
        """Send what `pack` made. Raises like `send`."""
        for part in frame:
            left = memoryview(part)
            while left:
                _wait(self.write_fd, select.POLLOUT, deadline)
                try:
                    left = left[os.write(self.write_fd, left[:CHUNK]) :]
                except BlockingIOError:
                    continue
                except BrokenPipeError:
                    raise EOFError("the line has ended") from None

    def receive(self, side: Side, deadline: float | None = None) -> Any:
        """The next value. Raises like `send`; `WireError` means that the frame was malformed."""
        header_size, buffer_size = read_prefix(self._read(PREFIX.size, deadline))
        header = bytes(self._read(header_size, deadline))
        return unpack(header, self._read(buffer_size, deadline), side)

    def close(self) -> None:
        """Close both descriptors."""
        for fd in {self.read_fd, self.write_fd}:
            os.close(fd)

    def _read(self, size: int, deadline: float | None) -> bytearray:
        # Grows with what arrives: a declared size alone costs no memory.
        out = bytearray()
        while len(out) < size:
            _wait(self.read_fd, select.POLLIN, deadline)
            try:
                chunk = os.read(self.read_fd, min(size - len(out), CHUNK))
            except BlockingIOError:
                continue
            if not chunk:
                raise EOFError("the line has ended")
            out += chunk
        return out


def _wait(fd: int, event: int, deadline: float | None) -> None:
    left = None if deadline is None else deadline - time.monotonic()
    poll = select.poll()
    poll.register(fd, event)
    if (left is not None and left <= 0) or not poll.poll(None if left is None else left * 1000):
        raise TimeoutError("no answer in time")
