"""The warm process: it imports once, and every submission is a fork of it in namespaces of its own.

Three processes stand between a submission and the grader::

    zygote      imports, one thread, never computes (a child of a process that ran two threads can hang)
      warden    one a submission: holds the grader's life line; when it goes, everything of the submission goes
        init    pid 1 of the new namespaces: mounts, reaps, watches memory; when it ends, the kernel kills the rest
          student

None of them holds anything that a student may not see.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TextIO

from . import linux, namespaces, student

OOM_SCORE = "500"  # of 1000: before anything of the machine's own, the kernel ends a submission
WATCH_SECONDS = 0.2
MAX_MESSAGE = 1 << 17
# Page tables too: a process can have hundreds of megabytes of them and nothing else.
RESIDENT = ("RssAnon:", "RssShmem:", "VmPTE:")
PROPORTIONAL = ("Pss_Anon:", "Pss_Shmem:")
MAX_DESCRIPTORS = 8


def main() -> None:
    """Import, say "ready", then fork a submission for every message.

    A message comes with three descriptors and those of the control groups that the submission joins.
    """
    (control_fd,) = student.tidy(sys.modules["__main__"])
    control = socket.socket(fileno=control_fd)
    settings = json.loads(control.recv(MAX_MESSAGE))
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as pid 1, init is immune to what has no handler
    try:
        if settings["users"]:
            namespaces.enter(*settings["users"])
        missing = warm_up(settings["required"], settings["optional"])
        threads = len(os.listdir("/proc/self/task"))
        if threads != 1:
            raise RuntimeError(f"the warm process runs {threads} threads: a fork of it could hang")
    except Exception as error:
        control.send(json.dumps({"problem": f"{type(error).__name__}: {error}"[:2000]}).encode())
        return
    control.send(json.dumps({"missing": missing}).encode())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # wardens need no wait()
    numbers = (
        Numbers(settings["users"][1] - 2) if settings["users"] else None
    )  # less root, less init's
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 64, MAX_DESCRIPTORS)
        if not message:
            return
        try:
            uid = numbers.free() if numbers else namespaces.UNSHARED_UID
            child = os.fork()
        except OSError as error:  # the machine is full: this submission's loss, not all the others'
            os.write(descriptors[2], f"cannot fork: {error}".encode())
        else:
            if child == 0:
                control.close()
                run_or_exit(warden, settings, uid, *descriptors)
            if numbers:
                numbers.taken[uid] = child
        for fd in descriptors:
            os.close(fd)


class Numbers:
    """The users of submissions, 1 to ``count``: each is given out again when nothing of the one before is left.

    Attributes
    ----------
    taken
        The warden of each that was given out, which outlives the submission.
    """

    def __init__(self, count: int) -> None:
        self._count, self._last = count, 0
        self.taken: dict[int, int] = {}

    def free(self) -> int:
        """The next one that is free; raises OSError where there is none."""
        for _ in range(self._count):
            self._last = 1 + self._last % self._count
            if self._last not in self.taken or not exists(self.taken[self._last]):
                return self._last
        raise OSError(
            errno.EAGAIN, f"more than {self._count} sandboxes at a time: close some first"
        )


def exists(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def warm_up(required: list[str], optional: list[str]) -> list[str]:
    """Import the modules; the names of those among ``optional`` that are not installed."""
    missing = []
    for name in required:
        importlib.import_module(name)
    for name in optional:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    # Half precision asks what the processor can, once a process, in parts of /proc that a submission does not see.
    if torch := sys.modules.get("torch"):
        torch.ones(1, dtype=torch.float16).div(2)
    for thread in threading.enumerate():  # matplotlib's font cache starts a timer
        if thread is not threading.current_thread():
            thread.join(timeout=10)
    gc.collect()
    gc.freeze()  # the collector would otherwise write to, and so copy, every page shared with the children
    linux.use_huge_pages()
    return missing


def run_or_exit(function: Callable[..., None], *arguments: Any) -> NoReturn:
    """Run ``function`` and end this process, whatever happens: a fork must never return into the loop."""
    try:
        function(*arguments)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def warden(
    settings: dict[str, Any], uid: int, read_fd: int, write_fd: int, life_fd: int, *group_fds: int
) -> None:
    """Start a submission, pass on how it came up and how it ended, and end it when the grader lets go."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    life = socket.socket(fileno=life_fd)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # keeps messages apart
    news, news_fd = ours.detach(), theirs.detach()
    try:
        namespaces.leave(None if settings["users"] else uid)
    except OSError as error:
        life.send(f"cannot make namespaces: {error}".encode())
        return
    init_pid = os.fork()
    if init_pid == 0:
        os.close(news)
        life.close()
        run_or_exit(init, settings, uid, read_fd, write_fd, news_fd, *group_fds)
    for fd in (read_fd, write_fd, news_fd, *group_fds):
        os.close(fd)

    ended = os.pidfd_open(init_pid)
    poll = select.poll()
    for fd in (ended, life_fd, news):
        poll.register(fd, select.POLLIN | select.POLLHUP)
    reason = b""
    while True:
        ready = {fd for fd, _ in poll.poll()}
        if ended in ready or life_fd in ready:
            break
        text = os.read(news, MAX_MESSAGE)
        if text == b"ready":
            life.send(text)
        elif text:
            reason = reason or text
        else:
            poll.unregister(news)
    let_go = ended not in ready
    os.kill(init_pid, signal.SIGKILL)
    os.waitpid(init_pid, 0)  # returns when nothing of its namespace is left
    while text := os.read(news, MAX_MESSAGE):
        reason = reason or text
    if not reason and not let_go:
        reason = b"killed from outside the sandbox"
    with contextlib.suppress(BrokenPipeError):  # the grader may be gone: nobody to tell
        life.send(b"ended: " + reason)


def init(
    settings: dict[str, Any], uid: int, read_fd: int, write_fd: int, news_fd: int, *group_fds: int
) -> None:
    """Be pid 1 of the namespaces: make the scratch file systems, fork the student, reap and watch."""
    try:
        for fd in group_fds:
            os.write(fd, b"0")  # join: and so does whatever is forked from here
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)
    except OSError as error:
        os.write(news_fd, f"cannot join a control group: {error}".encode())
        return
    student.keep_only(read_fd, write_fd, news_fd)
    news_fd = student.NEWS_FD
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    program = base64.b64decode(settings["seccomp"])
    try:
        vmstat = open("/proc/vmstat")  # noqa: SIM115 - which the new /proc will not have
        namespaces.mount_scratch(settings, uid)
        kills = oom_kills(vmstat)
        student_pid = os.fork()
    except OSError as error:
        os.write(news_fd, f"cannot set the sandbox up: {error}".encode())
        return
    if student_pid == 0:

        def confine() -> None:
            vmstat.close()
            linux.drop_privileges(uid if settings["users"] else None)
            linux.prctl(
                linux.PR_SET_DUMPABLE, 1
            )  # so that init, whose powers end here, may see its memory
            linux.load_seccomp(program)

        try:
            student.serve(settings, confine)
        except BaseException as error:
            with contextlib.suppress(OSError):  # after "ready" the descriptor is closed
                os.write(student.NEWS_FD, student.words(error))
            os._exit(1)
        os._exit(0)
    os.close(student.READ_FD)
    os.close(student.WRITE_FD)
    # The kernel tells what memory another user's process holds only to who could also trace it.
    nobody = settings["users"][1] - 1 if settings["users"] else None
    linux.drop_privileges(nobody, keep=linux.CAP_SYS_PTRACE)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)  # only now: becoming another user resets it
    linux.load_seccomp(program)
    reason = watch(student_pid, settings["limits"]["total_memory_bytes"], vmstat, kills)
    os.write(news_fd, reason.encode())


def watch(student_pid: int, total_memory_bytes: int, vmstat: TextIO, kills: int) -> str:
    """Reap children until the student's process ends or all of them together hold too much memory; say which."""
    allowed = total_memory_bytes + sizes("self/status", RESIDENT)  # what the warm start holds
    while True:
        signal.sigtimedwait([signal.SIGCHLD], WATCH_SECONDS)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return "it ended"
            if pid == 0:
                break
            if pid == student_pid:
                return student.describe(
                    os.waitstatus_to_exitcode(status), out_of_memory=oom_kills(vmstat) > kills
                )
        if memory_in_use(allowed) > allowed:
            return "out of memory"


def memory_in_use(enough: int) -> int:
    """Bytes of memory that the processes of this pid namespace hold; roughly, where they are less than ``enough``.

    Pages of files do not count. The rough number is quick and counts what processes share once for each of them.
    """
    processes = [name for name in os.listdir("/proc") if name.isdigit()]
    total = sum(sizes(f"{name}/status", RESIDENT) for name in processes)
    if total > enough:
        total = sum(sizes(f"{name}/smaps_rollup", PROPORTIONAL) for name in processes)
    return total


def sizes(file: str, fields: tuple[str, ...]) -> int:
    """Add up, in bytes, some of the sizes in a file of /proc; 0 if the process is gone."""
    try:
        lines = Path("/proc", file).read_text().splitlines()
    except OSError:
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(fields))


def oom_kills(vmstat: TextIO) -> int:
    """How often the kernel has killed a process for want of memory since it was started."""
    vmstat.seek(0)
    for line in vmstat.read().splitlines():
        if line.startswith("oom_kill "):
            return int(line.split()[1])
    return 0
