"""The two lines to a student's code: looped back in one process, and over a pipe to another. Both mean the same."""

from __future__ import annotations

import copy
import functools
import time
from collections.abc import Callable
from typing import Any, TypeVar

import torch

from stats220.line.devices import hidden
from stats220.line.failures import SandboxLost, SandboxTimeout, StudentError
from stats220.line.line import Session, active_session
from stats220.line.operations import Operations, is_of_cell
from stats220.line.pipe import Pipe
from stats220.line.proxy import Proxy, missing_to_nothing
from stats220.line.settings import Settings
from stats220.line.surroundings import user_interrupts
from stats220.line.wire import PREFIX, Frame, Side, WireError, pack, read_prefix, unpack

__all__ = [
    "Loopback",
    "Proxy",
    "Remote",
    "SandboxLost",
    "SandboxTimeout",
    "Session",
    "StudentError",
    "active_session",
]

T = TypeVar("T")

CALLS = ("call", "call_and_look", "gradients")
START_TIMEOUT = 120.0  # seconds; a fresh interpreter imports torch


class Loopback(Session):
    """The student's code in this very process, as in a notebook, through the same encoding as in the sandbox.

    Parameters
    ----------
    device
        "cpu" or "cuda".

    Attributes
    ----------
    hidden : tuple of str
        Devices that the student's code may not use.
    """

    def __init__(self, device: str = "cpu") -> None:
        super().__init__(device)
        self.hidden: tuple[str, ...] = ()
        self._inside = Operations(device)
        self._theirs = Settings.now()

    def put(self, obj: Any) -> Any:
        """What a check gets for an object of the student's: a plain value as it is, anything else as a proxy.

        A module is copied, so that a check does not change the student's own, and moved to the device.
        """
        if isinstance(obj, torch.nn.Module):
            obj = copy.deepcopy(obj).to(self.device)
        return missing_to_nothing(self.ask("value", Proxy(self, self._inside.keep(obj), "")))

    def exchange(self, request: list[Any]) -> Any:
        """Encode, decode, answer, encode, decode."""
        sent = pack(request, self)
        if request[0] in CALLS and self._is_students(request[1][0]):
            self._last_call = sent
        ours = Settings.now()
        self._theirs.apply()
        try:
            with user_interrupts(), hidden(self.hidden):
                reply = self._inside.respond(lambda: _flow(sent, self._inside))
        finally:
            self._theirs = Settings.now()
            ours.apply()
        return _flow(reply, self)

    def last_call(self) -> functools.partial[Any] | None:
        """The last call of the student's code, ready to be repeated on arguments of its own."""
        if self._last_call is None:
            return None
        try:
            _, (function, args, *rest), *_ = _flow(self._last_call, self._inside)
        except WireError:  # an object of the student's is gone, with the check's last use of it
            return None
        options = rest[0] if rest and type(rest[0]) is dict else {}
        return functools.partial(function, *args, **options)

    def _is_students(self, function: Any) -> bool:
        """Whether a function is of the student's making, and none of torch's that a check calls on its behalf."""
        return type(function) is Proxy and is_of_cell(
            self._inside.resolve("handle", [function._stats220_number])
        )


def _flow(frame: Frame, receiver: Side) -> Any:
    prefix_and_header, *buffers = frame
    read_prefix(bytes(prefix_and_header[: PREFIX.size]))
    return unpack(bytes(prefix_and_header[PREFIX.size :]), b"".join(buffers), receiver)


class Remote(Session):
    """The student's code in another process, which serves `stats220.line.inside.serve`.

    Waits until that process is ready.

    Parameters
    ----------
    read_fd, write_fd
        This end of the line. Closed by `close`.
    device
        "cpu" or "cuda".

    Raises
    ------
    SandboxLost
        The process did not get ready.
    """

    def __init__(self, read_fd: int, write_fd: int, device: str = "cpu") -> None:
        super().__init__(device)
        self._pipe = Pipe(read_fd, write_fd)
        self._closed = False
        deadline = time.monotonic() + START_TIMEOUT
        if self._guarded(lambda: self._pipe.receive(self, deadline)) != "ready":
            self.lose("malformed reply: it did not say that it is ready")
        if device != "cpu":
            self.ask("device", device)

    def exchange(self, request: list[Any]) -> Any:
        """Send a request and wait for the reply, both before the deadline."""
        deadline = time.monotonic() + self.timeout
        if self.deadline is not None:
            deadline = min(deadline, self.deadline)
        frame = pack(request, self)
        return self._guarded(lambda: self._talk(frame, deadline))

    def close(self) -> None:
        """Close this end of the line; the other process ends."""
        if not self._closed:
            self._closed, self._lost = True, self._lost or "the session was closed"
            self._pipe.close()

    def _talk(self, frame: Frame, deadline: float) -> Any:
        self._pipe.send_frame(frame, deadline)
        return self._pipe.receive(self, deadline)

    def _guarded(self, talk: Callable[[], T]) -> T:
        """Whatever goes wrong on the line ends the session: the next reply could belong to an earlier request."""
        self._lost = "the line was interrupted"
        try:
            answer = talk()
        except TimeoutError:
            self.lose("no answer in time", SandboxTimeout)
        except (EOFError, OSError) as error:
            self.lose(str(error) or type(error).__name__)
        except WireError as error:
            self.lose(str(error))
        self._lost = None
        return answer
