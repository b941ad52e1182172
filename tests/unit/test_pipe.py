"""The pipe: frames of any size arrive, deadlines hold both ways, and a declared size costs nothing."""

from __future__ import annotations

import os
import threading
import time

import numpy as np
import pytest
from boundary import SIDE

from stats220.line import plain
from stats220.line.pipe import Pipe
from stats220.line.wire import PREFIX


def pipes() -> tuple[Pipe, Pipe]:
    """Both ends of a line."""
    (a_read, b_write), (b_read, a_write) = os.pipe(), os.pipe()
    return Pipe(a_read, a_write), Pipe(b_read, b_write)


def test_frames_larger_than_the_pipe_arrive() -> None:
    ours, theirs = pipes()
    big = np.random.default_rng(0).normal(size=(300, 1000))
    sender = threading.Thread(target=ours.send, args=([big, "x"], SIDE))
    sender.start()
    array, text = theirs.receive(SIDE, time.monotonic() + 60)
    sender.join()
    assert text == "x"
    np.testing.assert_array_equal(array, big)
    ours.close()
    with pytest.raises(EOFError):
        theirs.receive(SIDE)
    with pytest.raises(EOFError):
        theirs.send("x", SIDE)
    theirs.close()


def test_both_directions_have_deadlines() -> None:
    ours, theirs = pipes()
    with pytest.raises(TimeoutError):
        ours.receive(SIDE, time.monotonic() + 0.01)
    os.write(theirs.write_fd, PREFIX.pack(b"S220", 1000, 0) + b"[")  # trickles, then stops
    with pytest.raises(TimeoutError):
        ours.receive(SIDE, time.monotonic() + 0.05)
    with pytest.raises(TimeoutError):
        ours.send(b"x" * (1 << 20), SIDE, time.monotonic() + 0.05)
    ours.close()
    theirs.close()


def test_a_declared_size_alone_costs_no_memory() -> None:
    ours, theirs = pipes()
    os.write(theirs.write_fd, PREFIX.pack(b"S220", 4, plain.MAX_BYTES) + b"null")
    theirs.close()
    with pytest.raises(EOFError):
        ours.receive(SIDE)
    ours.close()
