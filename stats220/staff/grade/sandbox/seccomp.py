"""The system calls that a student's code may make, compiled by libseccomp into a filter."""

from __future__ import annotations

import errno
import functools
import tempfile
from collections.abc import Iterator
from typing import Any

from stats220.errors import GradingError

# Everything else below 424 is refused, but for the calls whose arguments are looked at, below. By name, so that the list holds
# on every architecture; what one lacks is left out.
ALLOWED = {
    "files": (
        "access chdir chmod chown close copy_file_range creat dup dup2 dup3 faccessat fadvise64 fallocate fchdir fchmod "
        "fchmodat fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstatfs fsync "
        "ftruncate futimesat getcwd getdents getdents64 getxattr inotify_add_watch inotify_init inotify_init1 "
        "inotify_rm_watch lchown lgetxattr link linkat listxattr llistxattr lremovexattr lseek lsetxattr lstat mkdir "
        "mkdirat mknod mknodat newfstatat open openat pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead "
        "readlink readlinkat readv removexattr rename renameat renameat2 rmdir sendfile setxattr splice stat statfs statx "
        "symlink symlinkat sync_file_range tee truncate umask unlink unlinkat utime utimensat utimes write "
        "writev"
    ),
    "memory": (
        "brk get_mempolicy madvise membarrier mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock munlockall "
        "munmap pkey_alloc pkey_free pkey_mprotect"
    ),
    "processes and threads": (
        "alarm arch_prctl capget execve execveat exit exit_group fork futex get_robust_list get_thread_area "
        "getcpu getegid geteuid getgid getgroups getitimer getpgid getpgrp getpid getppid getpriority getresgid getresuid "
        "getrlimit getrusage getsid gettid getuid kill pause prctl prlimit64 restart_syscall rseq rt_sigaction "
        "rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo "
        "sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler "
        "sched_rr_get_interval sched_setaffinity sched_yield set_robust_list set_thread_area set_tid_address setitimer "
        "setpgid setpriority setrlimit setsid sigaltstack tgkill time times tkill uname vfork wait4 waitid"
    ),
    "waiting and clocks": (
        "clock_getres clock_gettime clock_nanosleep epoll_create epoll_create1 epoll_ctl epoll_pwait "
        "epoll_wait eventfd eventfd2 getrandom gettimeofday nanosleep pipe pipe2 poll ppoll pselect6 select "
        "signalfd signalfd4 sysinfo timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create "
        "timerfd_gettime timerfd_settime"
    ),
    "sockets within the sandbox": (
        "accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg sendmmsg sendmsg "
        "sendto shutdown"
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
AF_UNIX = 1
SOCKET_OPTIONS = (
    2,
    4,
    9,
    13,
    15,
    16,
    20,
    21,
)  # reuse, error, keep alive, linger, credentials, time limits
BUFFER_SIZES = (7, 8, 32, 33)  # ignored: kernel memory that no process's limit counts
# Blocking, close on exec, bytes to read, and what a terminal is asked (here: whether there is one).
IOCTLS = (0x5401, 0x540F, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
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

    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    for names in ALLOWED.values():
        for name in names.split():
            if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) >= 0:
                rules.add_rule(seccomp.ALLOW, name)
    for number in RECENT:
        action = seccomp.ALLOW if number in RECENT_ALLOWED else seccomp.ERRNO(errno.ENOSYS)
        rules.add_rule(action, number)

    # The kernel looks at 32 bits of these arguments, a filter at 64: compare 32, or set high bits slip by.
    def is_one(place: int, values: tuple[int, ...]) -> Iterator[Any]:
        for value in values:
            yield seccomp.Arg(place, seccomp.MASKED_EQ, LOW_32_BITS, value)

    flags = seccomp.Arg(0, seccomp.MASKED_EQ, sum(NAMESPACE_FLAGS), 0)
    rules.add_rule(seccomp.ALLOW, "clone", flags)
    for unix in is_one(0, (AF_UNIX,)):
        rules.add_rule(seccomp.ALLOW, "socket", unix)
        rules.add_rule(seccomp.ALLOW, "socketpair", unix)
    for request in is_one(1, IOCTLS):
        rules.add_rule(seccomp.ALLOW, "ioctl", request)
    for option in is_one(2, SOCKET_OPTIONS):
        rules.add_rule(seccomp.ALLOW, "setsockopt", option)
    for size in is_one(2, BUFFER_SIZES):
        rules.add_rule(seccomp.ERRNO(0), "setsockopt", size)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
