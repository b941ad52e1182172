"""What hostile code tries from inside the sandbox. Every attack ends without harm, and the next sandbox works."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
from collections.abc import Iterator

import pyseccomp
import pytest
from sandboxes import PACKAGE, fields, needs_bwrap, outcome

from stats220.line.failures import SandboxLost
from stats220.staff.grade.sandbox import Sandbox, SandboxPool, bubblewrap, seccomp

pytestmark = needs_bwrap

READING = {
    "open('/etc/passwd').read()": "ENOENT",
    "open('/etc/shadow').read()": "ENOENT",
    "os.listdir('/home')": "ENOENT",
    "os.listdir('/sys')": "ENOENT",
    "os.listdir('/var')": "ENOENT",
    "os.listdir('/run')": "ENOENT",
    f"open('{PACKAGE}/errors.py').read()": "ENOENT",
    f"open('{PACKAGE}/staff/grade/sandbox/pool.py').read()": "ENOENT",
    f"os.listdir('{PACKAGE}/reference')": "ENOENT",
    f"os.listdir('{PACKAGE.parent}/tests')": "ENOENT",
    "open('/dev/mem').read()": "ENOENT",
    "open('/dev/kmsg').read()": "ENOENT",
    "os.open('/dev/ptmx', os.O_RDWR)": "ENOENT",
    "open('/proc/1/environ').read()": "EACCES",
    "open('/proc/1/mem', 'rb').read()": "EACCES",
    "open('/proc/1/maps').read()": "EACCES",
    "os.listdir('/proc/1/root')": "EACCES",
    "os.listdir('/proc/1/fd')": "EACCES",
    "os.listdir('/proc/1/cwd')": "EACCES",
    "open('/proc/kcore', 'rb').read(1)": "EACCES ENOENT",
    "import stats220.reference": "ModuleNotFoundError",
    "import stats220.staff": "ModuleNotFoundError",
    "from stats220.reference.pose import hidden": "ModuleNotFoundError",
}
WRITING = {
    "open('/usr/mine', 'w')": "EROFS",
    "open('/mine', 'w')": "EROFS",
    "open('/dev/mine', 'w')": "EROFS",
    "open('/sandbox/packages/stats220/mine.py', 'w')": "EROFS",
    "open('/sandbox/packages/stats220/errors.py', 'a')": "EACCES",
    "open('/sandbox/code/warm/zygote.py', 'a')": "EACCES",
    "open('/sandbox/data/frames.csv', 'a')": "EROFS",
    "os.remove('/sandbox/data/frames.csv')": "EROFS",
    "import numpy; open(numpy.__file__, 'a')": "EACCES",
    "os.chmod('/sandbox/data/frames.csv', 0o777)": "EROFS",
    "open('/proc/self/oom_score_adj', 'w').write('-1000')": "EROFS",
    "open('/proc/sys/kernel/core_pattern', 'w').write('|/x')": "EROFS ENOENT",
    "open('/proc/sysrq-trigger', 'w').write('b')": "EACCES ENOENT",
    "os.mknod('disk', 0o660 | 0o060000, os.makedev(254, 0))": "EPERM",
}
REACHING = {
    "os.kill(1, signal.SIGKILL)": "EPERM",
    "os.kill(1, signal.SIGINT)": "EPERM",
    "os.setuid(0)": "EPERM",
    "os.setgroups([0])": "EPERM",
    "os.chroot('.')": "EPERM",
    "os.nice(-5)": "EPERM",
    "socket.sethostname('mine')": "EPERM",
    "time.clock_settime(time.CLOCK_REALTIME, 0)": "EPERM",
    "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (4096, 4096))": "ValueError",
    "import resource; resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))": "ValueError",
    "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))": "EPERM",
    "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)": "EPERM",
    "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)": "EPERM",
    "socket.socket(socket.AF_VSOCK)": "EPERM",
    "socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)": "EPERM",
    "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)": "EPERM",
    "socket.socket(socket.AF_INET6, socket.SOCK_STREAM)": "EPERM",
    "socket.create_connection(('1.1.1.1', 53), timeout=5)": "EPERM",
    "socket.getaddrinfo('example.org', 80)": "gaierror EAGAIN",
}


@pytest.fixture(scope="module")
def refusing(guarded_pool: SandboxPool) -> Iterator[Sandbox]:
    """One sandbox for all the steps that are refused: none of them changes it."""
    with guarded_pool.start() as sandbox:
        sandbox.session.run_cell("import os, signal, socket, sys, time")
        yield sandbox


@pytest.mark.parametrize(
    ("attack", "stopped_by"), [*READING.items(), *WRITING.items(), *REACHING.items()]
)
def test_a_single_step_is_refused(refusing: Sandbox, attack: str, stopped_by: str) -> None:
    found = outcome(refusing, attack)
    if bubblewrap.runs_as_root():
        assert found in stopped_by.split()
    else:  # as the same user as pid 1, which the kernel protects otherwise
        assert found != "done" or attack.startswith("os.kill(1")


# The system calls


def test_every_system_call_that_is_not_allowed_is_refused(sandbox: Sandbox) -> None:
    native = pyseccomp.Arch.NATIVE
    allowed = {name for names in seccomp.ALLOWED.values() for name in names.split()}
    looked_at = {"clone", "socket", "socketpair", "ioctl", "setsockopt"}
    numbers = {
        pyseccomp.resolve_syscall(native, name): name for name in sorted(allowed | looked_at)
    }
    # Two that the kernel passes by every filter: they answer nobody but its own probes.
    passed = {335, 336} if platform.machine() == "x86_64" else set()
    old = {str(n): n for n in range(seccomp.RECENT.start) if n not in numbers and n not in passed}
    assert len(old) > 100
    new = {str(n): n for n in seccomp.RECENT if n not in seccomp.RECENT_ALLOWED}
    sandbox.session.run_cell(f"""
calls = {old | new}
libc = ctypes.CDLL(None, use_errno=True)
found = {{}}
for name, number in calls.items():
    ctypes.set_errno(0)
    result = libc.syscall(number, -1, -1, -1, -1, -1, -1)
    found[name] = (result, ctypes.get_errno())
""")
    found = sandbox.session.get("found")
    assert {name: found[name] for name in old} == dict.fromkeys(old, (-1, errno.EPERM))
    assert {name: found[name] for name in new} == dict.fromkeys(new, (-1, errno.ENOSYS))


@pytest.mark.skipif(platform.machine() != "x86_64", reason="system call numbers of x86-64")
@pytest.mark.parametrize(
    "call",
    [
        "41, 16 | 1 << 32, 3, 0",  # socket(AF_NETLINK) with a bit that only the filter would see
        "41, 40 | 1 << 63, 1, 0",  # socket(AF_VSOCK)
        "53, 2 | 1 << 32, 1, 0, 0",  # socketpair(AF_INET)
        "16, 0, 0x5412 | 1 << 32, 0",  # ioctl(TIOCSTI)
        "56, 0x10000000 | 17, 0, 0, 0, 0",  # clone(CLONE_NEWUSER | SIGCHLD)
        "56, 0x20000 | 17 | 1 << 40, 0, 0, 0, 0",  # clone(CLONE_NEWNS | SIGCHLD)
        "272, 0x10000000",  # unshare(CLONE_NEWUSER)
        "272, 0x10000000 | 1 << 32",
    ],
)
def test_a_filter_is_not_fooled_by_arguments(sandbox: Sandbox, call: str) -> None:
    sandbox.session.run_cell(f"""
libc = ctypes.CDLL(None, use_errno=True)
numbers = [ctypes.c_ulong(n) for n in ({call})]
result = libc.syscall(*numbers), ctypes.get_errno()
""")
    assert sandbox.session.get("result") == (-1, errno.EPERM)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the other two interfaces of x86-64")
@pytest.mark.parametrize(
    "code",
    [
        b"\xb8\x14\x00\x00\x40\x0f\x05\xc3",  # mov eax, 0x40000014 (x32 writev); syscall; ret
        b"\xb8\x14\x00\x00\x00\xcd\x80\xc3",  # mov eax, 20 (i386 getpid); int 0x80; ret
    ],
)
def test_other_interfaces_to_the_kernel_end_the_process(sandbox: Sandbox, code: bytes) -> None:
    with pytest.raises(SandboxLost):
        sandbox.session.run_cell(f"""
import mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write({code!r})
ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
""")
    assert sandbox.why_lost() in (
        "killed by signal 31 (bad system call)",
        "killed by signal 11 (segmentation fault)",  # the kernel was built without it
    )


def test_no_privileges_are_left(sandbox: Sandbox) -> None:
    sandbox.session.run_cell("status = open('/proc/self/status').read()")
    found = fields(sandbox.session.get("status"))
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(found[name], 16) == 0
    assert found["NoNewPrivs"] == "1"
    assert found["Seccomp"] == "2"
    assert found["Groups"].split() in ([], ["65534"])
    uids = found["Uid"].split()
    assert len(set(uids)) == 1
    assert uids[0] != "0"


def test_a_program_with_the_setuid_bit_gains_nothing(sandbox: Sandbox) -> None:
    sandbox.session.run_cell("""
import subprocess
found = [line.split()[:4] for line in open("/proc/self/mounts")]
told = subprocess.run(["/usr/bin/su", "-c", "id"], capture_output=True, text=True).stdout
""")
    mounts = sandbox.session.get("found")
    assert all("nosuid" in options.split(",") for _, _, _, options in mounts)
    assert "uid=0" not in sandbox.session.get("told")


def test_keys_are_out_of_reach(sandbox: Sandbox) -> None:
    number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "keyctl")
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.syscall(number, 0, -3, 0) > 0  # from here, KEYCTL_GET_KEYRING_ID works
    sandbox.session.run_cell(f"result = ctypes.CDLL(None).syscall({number}, 0, -3, 0)")
    assert sandbox.session.get("result") == -1


# The network and other processes


def test_servers_on_this_machine_are_out_of_reach(sandbox: Sandbox) -> None:
    name = f"\0stats220-test-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as inet, socket.socket(socket.AF_UNIX) as local:
        local.bind(name)
        local.listen()
        port = inet.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), socket.socket(socket.AF_UNIX) as line:
            line.connect(name)  # from here, both answer
        connect = f"socket.create_connection(('127.0.0.1', {port}), timeout=5)"
        assert outcome(sandbox, connect) == "EPERM"
        assert (
            outcome(sandbox, f"socket.socket(socket.AF_UNIX).connect({name!r})") == "ECONNREFUSED"
        )


def test_only_its_own_processes_are_seen(sandbox: Sandbox) -> None:
    sandbox.session.run_cell("""
seen = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
lost = 0
for pid in range(3, 5000):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        lost += 1
""")
    assert sandbox.session.get("seen") == [1, 2]
    assert sandbox.session.get("lost") == 4997


def test_two_sandboxes_do_not_see_each_other(guarded_pool: SandboxPool, sandbox: Sandbox) -> None:
    with guarded_pool.start() as other:
        other.session.run_cell("""
import os, socket
for folder in (".", "/dev/shm"):
    open(folder + "/answer", "w").write("42")
server = socket.socket(socket.AF_UNIX); server.bind("\\0answers"); server.listen()
""")
        sandbox.session.run_cell("""
seen = [os.path.join(folder, name) for top in (".", "/dev/shm", "/sandbox", "/dev")
        for folder, _, names in os.walk(top) for name in names if name == "answer"]
try:
    os.kill(-1, signal.SIGKILL)  # everything that it may signal, but itself
except ProcessLookupError:
    pass
""")
        assert sandbox.session.get("seen") == []
        connect = r"socket.socket(socket.AF_UNIX).connect('\0answers')"
        assert outcome(sandbox, connect) == "ECONNREFUSED"
        other.session.run_cell("alive = True")
        assert other.session.get("alive") is True


def test_nothing_of_the_grader_is_left_in_the_process(sandbox: Sandbox) -> None:
    sandbox.session.run_cell("""
descriptors = {name: os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")
               if os.path.islink(f"/proc/self/fd/{name}")}
environment = ""
for name in ("self/environ", "self/cmdline", "1/cmdline"):
    try:
        environment += open("/proc/" + name).read()
    except PermissionError:
        pass
needle = "".join(["hun", "ter", "2"]).encode()
found = 0
for line in open("/proc/self/maps"):
    where, access = line.split()[:2]
    low, high = (int(x, 16) for x in where.split("-"))
    if access.startswith("rw"):
        found += ctypes.string_at(low, high - low).count(needle)
""")
    descriptors = sandbox.session.get("descriptors")
    assert set(descriptors) <= {"0", "1", "2", "3", "4", "5", "6"}
    assert [name for name, target in descriptors.items() if target.startswith("pipe:")] == [
        "3",
        "4",
    ]
    assert not any(target.startswith("socket:") for target in descriptors.values())
    assert "hunter2" not in sandbox.session.get("environment")
    assert (
        sandbox.session.get("found") < 4
    )  # the needle itself, and what was copied in looking for it
