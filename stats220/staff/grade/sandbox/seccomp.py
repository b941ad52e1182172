"""The system calls that a student's code may not make, compiled by libseccomp into a filter."""

from __future__ import annotations

import errno
import functools
import tempfile

from stats220.errors import GradingError

FORBIDDEN = {
    "other processes": "ptrace process_vm_readv process_vm_writev kcmp",
    "keys, which no namespace separates": "add_key request_key keyctl",
    "namespaces and file systems": (
        "unshare setns mount umount2 pivot_root chroot swapon swapoff quotactl "
        "name_to_handle_at open_by_handle_at fanotify_init fanotify_mark"
    ),
    "memory that no limit counts": (
        "memfd_create shmget shmat shmctl semget semop semtimedop msgget msgsnd "
        "mbind set_mempolicy migrate_pages move_pages"
    ),
    "corners of the kernel that have been broken before and that no lab needs": (
        "bpf perf_event_open userfaultfd vmsplice personality lookup_dcookie modify_ldt"
    ),
    "the machine": (
        "reboot kexec_load kexec_file_load init_module finit_module delete_module acct syslog "
        "settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname "
        "ioperm iopl vhangup nfsservctl"
    ),
}
# From 424 on a call has the same number on every architecture. Of these, only the following are let through; the
# others (io_uring, the new mount calls, clone3 whose flags a filter cannot see, and what later kernels add) are
# "not implemented", so that libraries fall back to the older calls.
RECENT = range(424, 640)
RECENT_ALLOWED = {
    424: "pidfd_send_signal",
    434: "pidfd_open",
    436: "close_range",
    437: "openat2",
    439: "faccessat2",
    441: "epoll_pwait2",
    449: "futex_waitv",
    452: "fchmodat2",
    453: "map_shadow_stack",
    454: "futex_wake",
    455: "futex_wait",
    456: "futex_requeue",
    462: "mseal",
}
NAMESPACE_FLAGS = (
    0x0002_0000,  # CLONE_NEWNS
    0x0200_0000,  # CLONE_NEWCGROUP
    0x0400_0000,  # CLONE_NEWUTS
    0x0800_0000,  # CLONE_NEWIPC
    0x1000_0000,  # CLONE_NEWUSER
    0x2000_0000,  # CLONE_NEWPID
    0x4000_0000,  # CLONE_NEWNET
)
SOCKETS_ALLOWED = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6: in a network namespace without a network
LAST_FAMILY = 63
TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: typing into someone's terminal
LOW_32_BITS = 0xFFFF_FFFF


@functools.cache
def compile_filter() -> bytes:
    """Compile the filter: BPF for prctl(2) and for bubblewrap's ``--seccomp``.

    Raises
    ------
    GradingError
        If libseccomp cannot be loaded.
    """
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError) as error:
        raise GradingError(
            f"the sandbox needs libseccomp ({error}): apt-get install libseccomp2; pip install pyseccomp"
        ) from error

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    refused, absent = seccomp.ERRNO(errno.EPERM), seccomp.ERRNO(errno.ENOSYS)
    for names in FORBIDDEN.values():
        for name in names.split():
            rules.add_rule(refused, name)
    for number in RECENT:
        if number not in RECENT_ALLOWED:
            rules.add_rule(absent, number)
    for flag in NAMESPACE_FLAGS:
        rules.add_rule(refused, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    # The kernel looks at 32 bits of these arguments, a filter at 64: compare 32, or set high bits slip by.
    for family in range(LAST_FAMILY + 1):
        if family not in SOCKETS_ALLOWED:
            rules.add_rule(
                refused, "socket", seccomp.Arg(0, seccomp.MASKED_EQ, LOW_32_BITS, family)
            )
    for request in TERMINAL_INPUT:
        rules.add_rule(refused, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, LOW_32_BITS, request))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
