"""The system calls that Python's standard library lacks: namespaces, mounts, capabilities, seccomp."""

from __future__ import annotations

import ctypes
import errno
import os

CLONE_NEWNS = 0x0002_0000
CLONE_NEWCGROUP = 0x0200_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000
ALL_BUT_USER = (
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET
)

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REC, MS_PRIVATE = 1 << 14, 1 << 18

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_SECCOMP = 1, 4, 8, 22
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
SECCOMP_MODE_FILTER = 2
CAP_SYS_PTRACE = 19
CAPABILITY_VERSION_3 = 0x2008_0522

HUGE_PAGE, MADV_COLLAPSE = 1 << 21, 25

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, path: str | None = None) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path)


def prctl(option: int, *arguments: int | ctypes.c_void_p) -> None:
    """Call prctl(2)."""
    padded = [*arguments, 0, 0, 0, 0][:4]
    _check(_libc.prctl(option, *(ctypes.c_ulong(a) if isinstance(a, int) else a for a in padded)))


def unshare(flags: int) -> None:
    """Leave the namespaces in ``flags`` for new ones (the pid namespace: for the next child)."""
    _check(_libc.unshare(flags))


def unshare_with_user(flags: int, uid: int) -> None:
    """As `unshare`, in a user namespace of its own that holds one user: limits on processes count by it."""
    unshare(flags | CLONE_NEWUSER)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{uid} {uid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def enter_user_namespace(first: int, count: int) -> None:
    """As root: become root of a new user namespace whose users are ``count`` of the machine's, from ``first`` on.

    From then on this process may do nothing to the machine, whatever it may do in namespaces of its own.
    """
    own, (ready, left) = os.getpid(), os.pipe()
    mapper = os.fork()
    if mapper == 0:  # who is still root writes what the new root may not write for itself
        try:
            os.close(left)
            os.read(ready, 1)
            for name in ("uid_map", "gid_map"):
                with open(f"/proc/{own}/{name}", "w") as file:
                    file.write(f"0 {first} {count}")
            os._exit(0)
        finally:
            os._exit(1)
    os.close(ready)
    try:
        unshare(CLONE_NEWUSER)
    finally:
        os.close(left)
        _, status = os.waitpid(mapper, 0)
    if status != 0:
        raise OSError(errno.EPERM, "cannot map users into a namespace")
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    prctl(PR_SET_DUMPABLE, 1)  # its /proc/self is its own again, as is that of its children


def mount(kind: str, target: str, flags: int, options: str = "") -> None:
    """Mount a new file system of ``kind`` on ``target``, or with kind "none" change how one propagates."""
    _check(
        _libc.mount(
            kind.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()
        ),
        target,
    )


def drop_privileges(uid: int | None, keep: int | None = None) -> None:
    """Become ``uid`` (None: stay) without a capability, but ``keep``, and without the means to get one back."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError as error:
            if error.errno == errno.EINVAL:  # past the last one that this kernel knows
                break
            raise
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    if uid is not None:
        prctl(PR_SET_KEEPCAPS, int(keep is not None))
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    kept = 0 if keep is None else 1 << keep
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # Effective, permitted, inheritable; then the same for capabilities from 32 on.
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)(kept, kept, 0, 0, 0, 0)))
    prctl(PR_SET_NO_NEW_PRIVS, 1)


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def load_seccomp(program: bytes) -> None:
    """Hold this process and its children to a compiled filter (8 bytes an instruction)."""
    wrapped = _FilterProgram(len(program) // 8, program)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.c_void_p(ctypes.addressof(wrapped)))


def use_huge_pages() -> None:
    """Put what this process has written to its memory into huge pages, where the kernel can (Linux from 6.1 on).

    A fork copies the table of its parent's pages, and with PyTorch there are a hundred thousand small ones. What a child
    then writes to is copied in small ones again.
    """
    with open("/proc/self/maps") as maps:
        regions = [line.split() for line in maps]
    for addresses, access, _, _, _, *file in regions:
        if access.startswith("rw") and file in ([], ["[heap]"]):
            start, end = (int(address, 16) for address in addresses.split("-"))
            start, end = -(-start // HUGE_PAGE) * HUGE_PAGE, end // HUGE_PAGE * HUGE_PAGE
            size = ctypes.c_size_t(max(0, end - start))
            # Only faster, so it may fail.
            _libc.madvise(ctypes.c_void_p(start), size, MADV_COLLAPSE)
