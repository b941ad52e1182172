"""What a sandbox is given to see, the plain process that isolates nothing, and callers who are not root."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandboxes import (
    LIMITS,
    PACKAGE,
    needs_bwrap,
    unpack_student_wheel,
    wait_until,
)

from stats220.errors import GradingError
from stats220.line.failures import SandboxLost, SandboxTimeout, StudentError
from stats220.staff.grade.sandbox import SandboxPool, bubblewrap
from stats220.staff.grade.sandbox.bubblewrap import Python


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_student_wheel(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="module")
def plain_pool(packages: Path) -> Iterator[SandboxPool]:
    with SandboxPool(packages, limits=LIMITS, isolation="none") as pool:
        yield pool


# What is let in


@pytest.mark.parametrize("isolation", [pytest.param("bwrap", marks=needs_bwrap), "none"])
def test_packages_with_the_staffs_tools_are_refused(isolation: str, tmp_path: Path) -> None:
    (tmp_path / "stats220" / "staff").mkdir(parents=True)
    pool = SandboxPool(tmp_path, isolation=isolation)  # type: ignore[arg-type]
    with pool, pytest.raises(GradingError, match="is not an unpacked student wheel"):
        pool.start()


@pytest.mark.parametrize("isolation", [pytest.param("bwrap", marks=needs_bwrap), "none"])
def test_a_data_folder_that_does_not_exist_is_refused(
    isolation: str, packages: Path, tmp_path: Path
) -> None:
    missing = tmp_path / "missing"
    pool = SandboxPool(packages, data=missing, isolation=isolation)  # type: ignore[arg-type]
    with pool, pytest.raises(GradingError, match="set STATS220_DATA"):
        pool.start()


@needs_bwrap
@pytest.mark.skipif(not bubblewrap.runs_as_root(), reason="submissions run as the same user")
@pytest.mark.parametrize("which", ["packages", "data"])
def test_folders_that_submissions_could_not_read_are_refused(which: str, tmp_path: Path) -> None:
    packages = unpack_student_wheel(tmp_path / "packages")
    data = tmp_path / "data"
    (data / "mouse_reaching").mkdir(parents=True)
    closed = {
        "packages": packages / "stats220" / "line" / "wire.py",
        "data": data / "mouse_reaching",
    }
    data.chmod(0o755)
    closed[which].chmod(0o600 if which == "packages" else 0o700)
    problem = re.escape(f"cannot read {closed[which]}: `chmod -R a+rX`")
    with SandboxPool(packages, data=data) as pool, pytest.raises(GradingError, match=problem):
        pool.start()


@needs_bwrap
def test_a_student_wheel_that_cannot_be_imported_is_reported(tmp_path: Path) -> None:
    (tmp_path / "stats220").mkdir()
    (tmp_path / "stats220" / "__init__.py").write_text("raise ValueError('half a wheel')\n")
    tmp_path.chmod(0o755)
    with SandboxPool(tmp_path) as pool, pytest.raises(GradingError, match="half a wheel"):
        pool.start()


def listing(python: Python, packages: Path, *folders: Path) -> str:
    """List every file below ``folders`` as a sandbox sees them."""
    command = bubblewrap.command(python, packages, None)
    done = subprocess.run(
        [*command, "/usr/bin/find", *map(str, folders)], capture_output=True, text=True, check=False
    )
    return done.stdout


@needs_bwrap
def test_what_an_installation_left_of_stats220_is_masked(tmp_path: Path, packages: Path) -> None:
    site = tmp_path / "site-packages"
    for name in ("stats220/reference/pose", "stats220-0.1.0.dist-info", "numpy"):
        (site / name).mkdir(parents=True)
        (site / name / "__init__.py").touch()
    for name in ("__editable__.stats220-0.1.0.pth", "__editable___stats220_0_1_0_finder.py"):
        (site / name).write_text("import secrets\n")
    below = (
        tmp_path / "python"
    )  # the Python below a virtual environment, where it was installed as well
    (below / "lib/python3.11/site-packages/stats220/reference").mkdir(parents=True)
    other = below / "envs/course/lib/python3.12/site-packages"
    (other / "stats220/reference").mkdir(parents=True)
    python = Python(Path(sys.executable), below, (site,))
    assert str(other) in listing(python, packages, below)
    assert "reference" not in listing(python, packages, below)
    seen = listing(python, packages, site)
    assert "numpy/__init__.py" in seen
    assert "stats220/reference" not in seen
    assert "dist-info/" not in seen
    command = bubblewrap.command(python, packages, None)
    for name in ("__editable__.stats220-0.1.0.pth", "__editable___stats220_0_1_0_finder.py"):
        done = subprocess.run(
            [*command, "/usr/bin/cat", str(site / name)], capture_output=True, check=False
        )
        assert done.returncode != 0
        assert done.stdout == b""


@needs_bwrap
def test_a_checkout_below_a_folder_that_is_shown_is_masked(packages: Path) -> None:
    root = PACKAGE.parent
    seen = listing(Python(Path(sys.executable), root.parent, ()), packages, root)
    assert seen.splitlines() == [str(root)]


# Without isolation


def test_a_plain_process_does_the_same_work(plain_pool: SandboxPool) -> None:
    with plain_pool.start() as sandbox:
        sandbox.session.run_cell(
            "import os, torch\nx = torch.ones(3).sum().item()\nhere = os.getcwd()"
        )
        assert sandbox.session.get("x") == 3.0
        here = Path(sandbox.session.get("here"))
        assert here.is_dir()
        with pytest.raises(SandboxLost):
            sandbox.session.run_cell("os._exit(3)")
        assert sandbox.why_lost() == "exited with status 3"
    assert not here.exists()


def test_a_plain_process_does_not_find_the_key_by_accident(plain_pool: SandboxPool) -> None:
    with plain_pool.start() as sandbox:
        for name in ("stats220.reference", "stats220.staff"):
            with pytest.raises(StudentError) as error:
                sandbox.session.run_cell(f"import {name}")
            assert isinstance(error.value, ModuleNotFoundError)
        for name in ("pool", "keepers"):  # a stand-in comes for what is nowhere
            sandbox.session.run_cell(f"import {name}")
            assert f"not there when graded: {name}" in sandbox.session.printed


def test_a_plain_process_ends_with_its_group(plain_pool: SandboxPool) -> None:
    with plain_pool.start() as sandbox:
        sandbox.session.run_cell(
            "import os, time\nchild = os.fork()\nif not child: time.sleep(600)"
        )
        child = sandbox.session.get("child")
        sandbox.session.timeout = 0.5
        with pytest.raises(SandboxTimeout):
            sandbox.session.run_cell("while True: pass")
        assert sandbox.why_lost() == ""
    assert wait_until(lambda: not Path(f"/proc/{child}/root/bin").exists())


def test_a_plain_process_that_cannot_start_is_reported(tmp_path: Path) -> None:
    (tmp_path / "stats220").mkdir()
    (tmp_path / "stats220" / "__init__.py").touch()
    pool = SandboxPool(tmp_path, isolation="none")
    with pool, pytest.raises(GradingError, match=r"did not start: .*stats220\.line"):
        pool.start()


# A caller who is not root

AS_NOBODY = """
mount --bind "$1" "$2" && exec env -i PATH=/usr/bin:/bin PYTHONPATH="$3" PYTHONDONTWRITEBYTECODE=1 HOME=/ \
    setpriv --reuid=65534 --regid=65534 --clear-groups "$2/bin/$4" "$5" "$6"
"""
UNPRIVILEGED = '''
import sys
from pathlib import Path
from stats220.line.failures import SandboxLost
from stats220.staff.grade.sandbox import Limits, SandboxPool, bwrap_problem
problem = bwrap_problem()
if problem:
    print("problem:", problem)
    sys.exit()
limits = Limits(processes=20, total_memory_bytes=2**30)
with SandboxPool(Path(sys.argv[1]), limits=limits) as pool:
    sandboxes = [pool.start() for _ in range(2)]
    for sandbox in sandboxes:
        sandbox.session.run_cell("""
import os, socket
status = open("/proc/self/status").read()
assert os.getuid() == 1000, os.getuid()
assert "CapEff:\\t0000000000000000" in status and "CapBnd:\\t0000000000000000" in status
assert [p for p in os.listdir("/proc") if p.isdigit()] == ["1", "2"]
assert os.listdir("/dev/shm") == []
open("/dev/shm/mine", "w").close()
for attack in (lambda: open("/proc/1/environ").read(), lambda: os.kill(1, 9) or os.kill(3, 9),
               lambda: socket.socket(socket.AF_NETLINK), lambda: open("/usr/mine", "w")):
    try:
        attack()
    except OSError:
        continue
    raise AssertionError
children = 0
try:
    while children < 100:
        if os.fork() == 0:
            import time
            time.sleep(600)
        children += 1
except BlockingIOError:
    pass
assert 10 < children < 20, children
""")
    try:
        sandboxes[0].session.run_cell("""
import mmap, time
x = mmap.mmap(-1, 2**31)
for i in range(0, len(x), 4096): x[i] = 1
time.sleep(60)""")
    except SandboxLost:
        assert sandboxes[0].why_lost() == "out of memory"
    for sandbox in sandboxes:
        sandbox.close()
print("held")
'''


@needs_bwrap
@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests already run as a plain user")
def test_a_caller_who_is_not_root(tmp_path_factory: pytest.TempPathFactory) -> None:
    site = [p for p in sys.path if p.endswith("-packages")]
    python = Python.running()
    with tempfile.TemporaryDirectory() as name:  # pytest's own are closed to others
        folder = Path(name)
        folder.chmod(0o755)
        script = folder / "script.py"
        script.write_text(UNPRIVILEGED)
        (folder / "python").mkdir()
        unpack_student_wheel(folder / "packages")
        path = os.pathsep.join([str(PACKAGE.parent), *site])
        words = [python.prefix, folder / "python", path, python.executable.name]
        words += [script, folder / "packages"]
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", AS_NOBODY, "sh", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
        )
    if "No module named" in done.stderr or "Permission denied" in done.stderr:
        pytest.skip("another user can read neither this checkout nor its Python")
    if done.stdout.startswith("problem:"):
        pytest.skip(done.stdout.strip())
    assert done.stdout == "held\n", done.stderr
