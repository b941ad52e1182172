"""Machines on which the sandbox does not work, each by what its bubblewrap says there: one line with the remedy that helps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sandboxes import PACKAGE, needs_bwrap

from stats220.staff.grade.sandbox import bwrap_problem, preflight
from stats220.staff.grade.sandbox.warm import namespaces

# Debian 11, Ubuntu 20.04, RHEL 9: the usage follows.
OLD = "bwrap: Unknown option --perms\nusage: bwrap [OPTIONS...] [--] COMMAND [ARGS...]\n\n    --help   Print this help"
UBUNTU_2404 = "bwrap: setting up uid map: Permission denied"
UBUNTU_NETWORK = "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted"
MASKED = "bwrap: Can't mount proc on /newroot/proc: Operation not permitted"
MASKED_LATER = "cannot mount /proc: Operation not permitted"
NO_USERS = (
    "bwrap: No permissions to create a new namespace, likely because the kernel does not allow non-privileged user namespaces. "
    "On e.g. debian this can be enabled with 'sysctl kernel.unprivileged_userns_clone=1'."
)
DEBIAN_10 = NO_USERS.replace("create a", "creating")
TOO_MANY = "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)"
DOCKER = "bwrap: Creating new namespace failed: Operation not permitted"
DOCKER_MOUNT = "bwrap: Failed to make / slave: Permission denied"
PODS = "procMount: Unmasked together with hostUsers: false"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder first in PATH, and the machine of a plain user without AppArmor."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(preflight, "APPARMOR", tmp_path / "apparmor")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return tmp_path


def bubblewrap_says(machine: Path, words: str, exit_code: int = 1) -> None:
    fake = machine / "bwrap"
    fake.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{words}\nEND\nexit {exit_code}\n")
    fake.chmod(0o755)


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (OLD, "too old: 0.5 or newer"),
        (MASKED, PODS),
        (MASKED, "--security-opt systempaths=unconfined"),
        (MASKED_LATER, PODS),
        (NO_USERS, "sysctl kernel.unprivileged_userns_clone=1"),
        (DEBIAN_10, "--security-opt seccomp=unconfined"),
        (TOO_MANY, "sysctl user.max_user_namespaces=15000"),
        (DOCKER, "--cap-add SYS_ADMIN"),
        (DOCKER, "capabilities.add: [SYS_ADMIN]"),
        (DOCKER_MOUNT, "--security-opt apparmor=unconfined"),
        ("bwrap: something new", "mend what it names"),
    ],
)
def test_the_remedy_fits_what_bubblewrap_says(machine: Path, words: str, remedy: str) -> None:
    bubblewrap_says(machine, words)
    problem = bwrap_problem()
    assert problem is not None
    said, _, advice = problem.removeprefix("bubblewrap does not work here (").rpartition("): ")
    assert said == words.splitlines()[0]
    assert remedy in advice
    assert "\n" not in problem


@pytest.mark.parametrize("words", [UBUNTU_2404, UBUNTU_NETWORK, "cannot make namespaces: EPERM"])
def test_ubuntus_apparmor_is_asked_first(machine: Path, words: str) -> None:
    words = words.replace("EPERM", "Operation not permitted")
    bubblewrap_says(machine, words)
    (machine / "apparmor").write_text("1\n")
    problem = bwrap_problem() or ""
    assert "profile in docs/grading.md" in problem
    assert "kernel.apparmor_restrict_unprivileged_userns=0" in problem
    (machine / "apparmor").write_text("0\n")  # it does not restrict: not its fault
    assert "AppArmor" not in (bwrap_problem() or "").replace("apparmor=unconfined", "")


def test_the_profile_for_ubuntu_is_documented() -> None:
    documented = (PACKAGE.parent / "docs" / "grading.md").read_text()
    assert "profile bwrap /usr/bin/bwrap flags=(unconfined)" in documented


@needs_bwrap
def test_an_option_that_it_does_not_know_is_found_before_a_class_is_graded(machine: Path) -> None:
    """As bubblewrap 0.4, which makes namespaces well and knows no ``--perms``."""
    fake = machine / "bwrap"
    fake.write_text(
        '#!/bin/sh\ncase " $* " in *" --perms "*) echo "bwrap: Unknown option --perms" >&2; exit 1;; esac\n'
        'exec /usr/bin/bwrap "$@"\n'
    )
    fake.chmod(0o755)
    assert "(bwrap: Unknown option --perms): it is too old" in (bwrap_problem() or "")


@needs_bwrap
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can cover parts of /proc")
def test_a_proc_of_which_a_container_hides_parts() -> None:
    """For an unprivileged user, whom the kernel then refuses a /proc; root has one made before it becomes nobody."""
    cover = "mount --bind /dev/null /proc/cmdline && exec "
    code = "from stats220.staff.grade.sandbox import *; print(bwrap_problem())"
    said = {}
    for user, become in (
        ("root", ""),
        ("nobody", "setpriv --reuid=65534 --regid=65534 --clear-groups "),
    ):
        done = subprocess.run(
            [
                "unshare",
                "--mount",
                "sh",
                "-c",
                f'{cover}{become}"$@"',
                "sh",
                sys.executable,
                "-c",
                code,
            ],
            cwd=PACKAGE.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        said[user] = done.stdout.strip()
        if "Permission denied" in done.stderr or "No module named" in done.stderr:
            pytest.skip("another user can read neither this checkout nor its Python")
    assert said["root"] == "None"
    assert PODS in said["nobody"]


def test_the_name_of_a_refused_mount_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the trial's last word is made of."""
    with pytest.raises(OSError, match="/nowhere") as error:
        namespaces.linux.mount("tmpfs", "/nowhere", 0)
    assert error.value.filename == "/nowhere"


LIMITED = """
import resource
from stats220.staff.grade.sandbox.limits import Limits
from stats220.staff.grade.sandbox.warm import student
import dataclasses
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
resource.setrlimit(resource.RLIMIT_CPU, (100, 700))
student.set_limits(dataclasses.asdict(Limits()))
print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_FSIZE))
"""


def test_a_hard_limit_of_the_machine_below_ours_holds() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"(100, 100) (700, 700) {(128 * 2**20,) * 2}"


NO_SHARED_MEMORY = """
from stats220.staff.grade.sandbox import bwrap_problem
from stats220.staff.grade.workforce import Workforce

def work(item, blamed):
    return 2 * item

def start(setup):
    pass

if __name__ == "__main__":
    workers = Workforce(work, None, jobs=2, start=start, setup=None)
    print(bwrap_problem(), sorted(workers.results([1, 2, 3])))
"""
ABSENT = """
mkdir "$1/dev" && mount -t tmpfs none "$1/dev"
for name in null zero full random urandom; do touch "$1/dev/$name"; mount --bind /dev/$name "$1/dev/$name"; done
mount --rbind "$1/dev" /dev && test ! -e /dev/shm && exec "$2" "$1/script.py"
"""
READ_ONLY = """
mount --bind /dev/shm /dev/shm && mount -o remount,bind,ro /dev/shm && ! touch /dev/shm/x 2> /dev/null && exec "$2" "$1/script.py"
"""


@needs_bwrap
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take /dev/shm away")
@pytest.mark.parametrize("machine_without", [ABSENT, READ_ONLY], ids=["absent", "read-only"])
def test_shared_memory_of_the_machine_is_not_needed(tmp_path: Path, machine_without: str) -> None:
    (tmp_path / "script.py").write_text(NO_SHARED_MEMORY)
    words = ["sh", "-c", machine_without, "sh", str(tmp_path), sys.executable]
    done = subprocess.run(
        ["unshare", "--mount", *words],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "None [2, 4, 6]\n", done.stderr
