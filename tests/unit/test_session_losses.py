"""What the line does with an inside that misbehaves: a late, malformed or missing reply ends the session."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import pytest
from boundary import remote

from stats220.line.pipe import Pipe
from stats220.line.session import Remote, SandboxLost, SandboxTimeout, StudentError
from stats220.line.wire import PREFIX


def test_deadlines_of_a_request_and_of_a_problem() -> None:
    with remote() as session:
        session.run_cell("import time\ndef nap(s): time.sleep(s)\ndef quick(): return 1")
        nap, quick = session.get("nap"), session.get("quick")
        session.deadline = time.monotonic() + 60
        assert quick() == 1
        session.timeout = 0.2
        with pytest.raises(SandboxTimeout):
            nap(30)
        with pytest.raises(SandboxLost):  # the answer to come would be that of the nap
            quick()
    with remote() as session:
        session.deadline = time.monotonic() + 0.2
        with pytest.raises(SandboxTimeout):
            session.run_cell("while True: pass")


def test_the_end_of_the_process_is_a_loss() -> None:
    with remote() as session:
        session.run_cell("import os\ndef leave(): os._exit(3)")
        with pytest.raises(SandboxLost) as lost:
            session.get("leave")()
        assert not isinstance(lost.value, SandboxTimeout)
        assert lost.value.checks is None


def test_a_process_that_dies_at_once_is_a_loss() -> None:
    (read_fd, their_write), (their_read, write_fd) = os.pipe(), os.pipe()
    os.close(their_read)
    os.close(their_write)
    with pytest.raises(SandboxLost):
        Remote(read_fd, write_fd)
    os.close(read_fd)
    os.close(write_fd)


class Scripted:
    """An inside that sends what it was told to, whatever it is asked."""

    lands_on = "cpu"
    ellipsis: object = ...

    def __init__(self, replies: list[Any]) -> None:
        (self.read_fd, their_write), (their_read, self.write_fd) = os.pipe(), os.pipe()
        self.pipe = Pipe(their_read, their_write)
        self.thread = threading.Thread(target=self.serve, args=(replies,))
        self.thread.start()

    def serve(self, replies: list[Any]) -> None:
        self.pipe.send("ready", self)
        for reply in replies:
            self.pipe.receive(self)
            if isinstance(reply, bytes):
                os.write(self.pipe.write_fd, reply)
            else:
                self.pipe.send(reply, self)

    def refer(self, value: Any) -> list[Any]:
        return list(value.entry)

    def resolve(self, tag: str, fields: list[Any]) -> object:
        return None


class Entry:
    """Any entry of a header."""

    def __init__(self, *entry: Any) -> None:
        self.entry = entry


GOOD_ERROR = {
    "type": "ValueError",
    "bases": ["ValueError"],
    "message": "m",
    "line_number": 1,
    "line": "x",
    "attempted": True,
}


@pytest.mark.parametrize(
    "reply",
    [
        None,
        3,
        [],
        {},
        {"ok": 1},
        {"printed": ""},
        {"ok": 1, "printed": None},
        {"ok": 1, "printed": "", "more": 1},
        {"other": 1, "printed": ""},
        {"error": None, "printed": ""},
        {"error": {}, "printed": ""},
        {"error": GOOD_ERROR | {"type": 3}, "printed": ""},
        {"error": GOOD_ERROR | {"bases": [["unhashable"]]}, "printed": ""},
        {"error": GOOD_ERROR | {"bases": {"a": 1}}, "printed": ""},
        {"error": GOOD_ERROR | {"message": b"m"}, "printed": ""},
        {"error": GOOD_ERROR | {"line_number": "1"}, "printed": ""},
        {"error": GOOD_ERROR | {"attempted": 1}, "printed": ""},
        {"error": GOOD_ERROR | {"more": 1}, "printed": ""},
        {"ok": Entry("handle", -1, "x"), "printed": ""},
        {"ok": Entry("handle", 1.5, "x"), "printed": ""},
        {"ok": Entry("handle", 1), "printed": ""},
        {"ok": Entry("handle", 1, 2), "printed": ""},
        {"ok": Entry("handle", 1, "a\nb"), "printed": ""},
        {"ok": Entry("name", "os:system"), "printed": ""},
        b"nonsense and then some more",
        PREFIX.pack(b"S220", 4, 0) + b"{}{}",
        PREFIX.pack(b"S220", 2**30, 0),
    ],
)
def test_a_malformed_reply_ends_the_session(reply: Any) -> None:
    inside = Scripted([reply])
    session = Remote(inside.read_fd, inside.write_fd)
    with pytest.raises(SandboxLost):
        session.get("x")
    with pytest.raises(SandboxLost):
        session.get("x")
    inside.thread.join()
    session.close()
    inside.pipe.close()


@pytest.mark.parametrize(
    ("ask", "reply"),
    [
        (len, -1),
        (len, "3"),
        (len, True),
        (list, (1, 2)),
        (float, 1),
        (int, 1.0),
        (str, 1),
        (lambda p: p._stats220_session.isinstance(p, int), 1),
        (lambda p: p._stats220_session.call(p, 1), (1,)),
        (lambda p: p._stats220_session.call(p, 1), (1, [2])),
        (lambda p: p._stats220_session.call(p, 1), (1, (2, 3))),
    ],
)
def test_replies_of_another_type_end_the_session(ask: Any, reply: Any) -> None:
    inside = Scripted(
        [{"ok": Entry("handle", 1, "Thing"), "printed": ""}, {"ok": reply, "printed": ""}]
    )
    session = Remote(inside.read_fd, inside.write_fd)
    proxy = session.get("x")
    with pytest.raises(SandboxLost):
        ask(proxy)
    inside.thread.join()
    session.close()
    inside.pipe.close()


def test_an_interrupt_between_request_and_reply_ends_the_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next reply would be that of the interrupted request."""
    with remote() as session:
        with monkeypatch.context() as patch:

            def interrupted(*args: object) -> None:
                raise KeyboardInterrupt

            patch.setattr(session._pipe, "receive", interrupted)
            with pytest.raises(KeyboardInterrupt):
                session.run_cell("x = 1")
        for request in (session.keep_settings, lambda: session.seed(0)):
            with pytest.raises(SandboxLost, match="interrupted"):
                request()


def test_an_error_that_is_not_like_a_students_can_still_be_shown() -> None:
    inside = Scripted(
        [{"error": GOOD_ERROR | {"bases": ["Nonsense", "BaseException"]}, "printed": ""}]
    )
    session = Remote(inside.read_fd, inside.write_fd)
    with pytest.raises(StudentError) as error:
        session.get("x")
    assert type(error.value) is StudentError
    inside.thread.join()
    session.close()
    inside.pipe.close()
