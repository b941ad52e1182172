"""The sandbox as a grader uses it: starting, limits, how things end, what it needs."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sandboxes import (
    LIMITS,
    PACKAGE,
    fields,
    needs_bwrap,
    processes_of,
    run,
    unpack_student_wheel,
    wait_until,
)

from stats220.checks.failures import SandboxLost, SandboxTimeout, StudentError
from stats220.errors import GradingError
from stats220.staff.grade.sandbox import SandboxPool, bubblewrap, bwrap_problem
from stats220.staff.grade.sandbox.bubblewrap import Python
from stats220.staff.grade.sandbox.warm.student import describe


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_student_wheel(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "frames.csv").write_text("1,2\n")
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def pool(packages: Path, data: Path) -> Iterator[SandboxPool]:
    with SandboxPool(packages, data=data, limits=LIMITS) as pool:
        yield pool


@pytest.fixture(scope="module")
def plain_pool(packages: Path) -> Iterator[SandboxPool]:
    with SandboxPool(packages, limits=LIMITS, isolation="none") as pool:
        yield pool


# What bwrap_problem says


def test_a_missing_bubblewrap_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert bwrap_problem() == "bubblewrap is not installed: apt-get install bubblewrap"


def test_forbidden_namespaces_are_named_with_their_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text(
        "#!/bin/sh\necho 'bwrap: Creating new namespace failed: Operation not permitted' >&2\nexit 1\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    problem = bwrap_problem()
    assert problem is not None
    assert "Creating new namespace failed: Operation not permitted" in problem
    assert "sysctl user.max_user_namespaces" in problem
    assert "\n" not in problem


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_namespaces_forbidden_by_the_kernel_are_a_problem(tmp_path: Path) -> None:
    # bubblewrap itself may make namespaces here, and what it holds may not: seen only by trying.
    inner = [
        sys.executable,
        "-c",
        "from stats220.staff.grade.sandbox import *; print(bwrap_problem())",
    ]
    command = ["bwrap", "--bind", "/", "/", "--dev", "/dev", "--unshare-user", "--disable-userns"]
    done = subprocess.run(
        [*command, "--", *inner], cwd=PACKAGE.parent, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"this bubblewrap cannot forbid namespaces: {done.stderr.strip()}")
    assert done.stdout.startswith("bubblewrap cannot make namespaces here (")


def test_a_pool_says_why_it_cannot_start(monkeypatch: pytest.MonkeyPatch, packages: Path) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with (
        SandboxPool(packages) as pool,
        pytest.raises(GradingError, match="apt-get install") as error,
    ):
        pool.start()
    assert "--isolation none" in str(error.value)


# What a sandbox is


@needs_bwrap
def test_cells_run_and_values_come_back(pool: SandboxPool) -> None:
    with pool.start() as sandbox:
        sandbox.session.run_cell(
            "import torch\nx = torch.arange(6.0).reshape(2, 3)\nprint('hello')"
        )
        assert sandbox.session.printed == "hello\n"
        assert np.array_equal(sandbox.session.get("x").numpy(), np.arange(6.0).reshape(2, 3))


@needs_bwrap
def test_it_starts_in_an_empty_work_folder_without_the_callers_environment(
    monkeypatch: pytest.MonkeyPatch, packages: Path
) -> None:
    monkeypatch.setenv("STATS220_TEST_SECRET", "hunter2")
    source = (
        "import json, os\nprint(json.dumps([os.getcwd(), dict(os.environ), sorted(globals())]))"
    )
    with SandboxPool(packages, limits=LIMITS) as pool:
        folder, environment, names = json.loads(run(pool, source))
    assert folder == "/sandbox/work"
    for name in ("HOME", "TMPDIR"):
        assert environment[name] == folder
    for name in ("MPLCONFIGDIR", "IPYTHONDIR"):
        assert environment[name].startswith(folder)
    assert environment["OMP_NUM_THREADS"] == "1"
    assert "STATS220_DATA" not in environment
    assert not any("hunter2" in value for value in environment.values())
    assert not {"sys", "warm", "main"} & set(names)


@needs_bwrap
def test_every_sandbox_draws_the_same_random_numbers(pool: SandboxPool) -> None:
    source = (
        "import random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1))"
    )
    assert run(pool, source) == run(pool, source)


@needs_bwrap
def test_nothing_lasts_from_one_sandbox_to_the_next(pool: SandboxPool) -> None:
    source = """
import os, builtins, numpy
print(os.listdir('.'), os.listdir('/dev/shm'), hasattr(builtins, 'mark'), hasattr(numpy, 'mark'))
builtins.mark = numpy.mark = 1
for folder in ('.', '/dev/shm'):
    open(folder + '/mark', 'w').close()
"""
    assert " True" not in run(pool, source)
    again = run(pool, source)
    assert "mark" not in again
    assert " True" not in again


@needs_bwrap
def test_tmp_is_the_work_folder(pool: SandboxPool) -> None:
    if any(
        folder.is_relative_to("/tmp")
        for folder in (Python.running().prefix, *Python.running().site)
    ):
        pytest.skip("this Python is in /tmp")
    assert (
        run(pool, "open('/tmp/x', 'w').close(); import os; print('x' in os.listdir('.'))")
        == "True\n"
    )


@needs_bwrap
def test_the_data_cache_is_there(pool: SandboxPool) -> None:
    source = "import os\nprint(open(os.environ['STATS220_DATA'] + '/frames.csv').read())"
    assert run(pool, source).startswith("1,2\n")


@needs_bwrap
def test_ordinary_work_runs(pool: SandboxPool) -> None:
    source = """
import subprocess, sys, threading
import torch, numpy, scipy.linalg, matplotlib.pyplot as plt
assert torch.get_num_threads() == 1 and not torch.cuda.is_available()
model = torch.nn.Conv2d(3, 4, 5)
model(torch.randn(2, 3, 64, 64)).square().mean().backward()
scipy.linalg.svd(numpy.random.rand(50, 50))
plt.plot([1, 2]); plt.title("mm"); plt.savefig("figure.png")
torch.save(model.state_dict(), "model.pt"); torch.load("model.pt")
worker = threading.Thread(target=print, args=("threaded",)); worker.start(); worker.join()
print(subprocess.run([sys.executable, "-c", "import numpy, stats220; print('child', numpy.ones(2))"],
                     capture_output=True, text=True, check=True).stdout)
data = torch.utils.data.TensorDataset(torch.arange(8.0))
print(sum(batch[0].sum().item() for batch in torch.utils.data.DataLoader(data, 4, num_workers=2)))
"""
    printed = run(pool, source)
    assert "threaded" in printed
    assert "child [1. 1.]" in printed
    assert printed.rstrip().endswith("28.0")


# How things end


@needs_bwrap
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import os; os._exit(3)", "exited with status 3"),
        ("import os; os._exit(0)", "exited with status 0"),
        ("import ctypes; ctypes.string_at(0)", "killed by signal 11 (segmentation fault)"),
        ("import os; os.kill(os.getpid(), 9)", "killed by signal 9 (killed)"),
        ("import os; os.abort()", "killed by signal 6 (aborted)"),
        (
            "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 9))\nwhile True: pass",
            "used up its processor time",
        ),
    ],
)
def test_why_lost(pool: SandboxPool, source: str, reason: str) -> None:
    with pool.start() as sandbox:
        with pytest.raises(SandboxLost):
            sandbox.session.run_cell(source)
        assert sandbox.why_lost() == reason


@needs_bwrap
def test_why_lost_is_empty_while_it_lives_and_closing_twice_does_nothing(pool: SandboxPool) -> None:
    sandbox = pool.start()
    assert sandbox.why_lost() == ""
    sandbox.close()
    sandbox.close()


@needs_bwrap
def test_an_endless_cell_times_out_and_ends(pool: SandboxPool) -> None:
    with pool.start() as sandbox:
        sandbox.session.run_cell("import os; uid = os.getuid()")
        uid = sandbox.session.get("uid")
        sandbox.session.timeout = 0.5
        with pytest.raises(SandboxTimeout):
            sandbox.session.run_cell(
                "while True:\n    try:\n        while True: pass\n    except: pass"
            )
    if uid != bubblewrap.UNSHARED_UID:
        assert processes_of(uid) == []


def test_exit_codes_in_words() -> None:
    assert describe(-9) == "killed by signal 9 (killed)"
    assert describe(-9, out_of_memory=True) == "out of memory"
    assert describe(-11, out_of_memory=True) == "killed by signal 11 (segmentation fault)"
    assert describe(2) == "exited with status 2"


@needs_bwrap
def test_a_hundred_in_a_row(pool: SandboxPool) -> None:
    for number in range(100):
        with pool.start() as sandbox:
            sandbox.session.run_cell(f"import torch\nx = torch.full((3,), {number}).sum().item()")
            assert sandbox.session.get("x") == 3 * number


@needs_bwrap
def test_many_at_once_have_users_of_their_own(pool: SandboxPool) -> None:
    sandboxes = [pool.start() for _ in range(8)]
    try:
        for sandbox in sandboxes:
            sandbox.session.run_cell("import os; uid = os.getuid()")
        uids = [sandbox.session.get("uid") for sandbox in sandboxes]
        assert 0 not in uids
        if bubblewrap.runs_as_root():
            assert len(set(uids)) == 8
    finally:
        for sandbox in sandboxes:
            sandbox.close()


@needs_bwrap
def test_a_pool_whose_warm_process_died_starts_another(packages: Path) -> None:
    with SandboxPool(packages, limits=LIMITS) as pool:
        with pool.start() as first:
            assert pool._zygote is not None
            family = descendants(pool._zygote._process.pid)
            pool._zygote._process.kill()
            pool._zygote._process.wait()
            assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
            with pytest.raises(SandboxLost):
                first.session.run_cell("pass")
            assert first.why_lost() == "ended together with the warm process"
        assert run(pool, "print(1)") == "1\n"


@needs_bwrap
@pytest.mark.skipif(not bubblewrap.runs_as_root(), reason="finds the processes by their user")
@pytest.mark.parametrize(
    ("generation", "reason"),
    [
        (1, "killed from outside the sandbox"),  # init
        (2, "ended together with the warm process"),  # the warden, whose death takes init along
    ],
)
def test_killing_a_process_that_holds_a_sandbox_ends_it(
    pool: SandboxPool, generation: int, reason: str
) -> None:
    with pool.start() as sandbox:
        sandbox.session.run_cell("import os; uid = os.getuid()")
        uid = sandbox.session.get("uid")
        (status,) = processes_of(uid)
        for _ in range(generation):
            pid = int(fields(status)["PPid"])
            status = Path(f"/proc/{pid}/status").read_text()
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: not processes_of(uid))
        with pytest.raises(SandboxLost):
            sandbox.session.run_cell("pass")
        assert sandbox.why_lost() == reason
    assert run(pool, "print(1)") == "1\n"


@needs_bwrap
def test_closing_ends_it_though_another_process_holds_copies_of_its_lines(
    pool: SandboxPool,
) -> None:
    sandbox = pool.start()
    copy = os.fork()
    if copy == 0:
        signal.pause()
    try:
        sandbox.close()
    finally:
        os.kill(copy, signal.SIGKILL)
        os.waitpid(copy, 0)
    with pytest.raises(SandboxLost):
        sandbox.session.run_cell("pass")


@needs_bwrap
def test_a_pool_outlives_the_thread_that_first_used_it(packages: Path) -> None:
    # bubblewrap's --die-with-parent means the thread.
    with SandboxPool(packages, limits=LIMITS) as pool:
        thread = threading.Thread(target=lambda: pool.start().close())
        thread.start()
        thread.join()
        assert pool._zygote is not None
        first = pool._zygote
        assert run(pool, "print(1)") == "1\n"
        assert pool._zygote is first


GRADER = """
import os, sys, time
from pathlib import Path
from stats220.staff.grade.sandbox import SandboxPool
with SandboxPool(Path(sys.argv[1])) as pool:
    sandbox = pool.start()
    sandbox.session.run_cell('''
import os, time
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
''')
    print(pool._zygote._process.pid, flush=True)
    time.sleep(600)
"""


def descendants(pid: int) -> set[int]:
    """List the processes that ``pid`` started, and those that they did."""
    found = {pid}
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text()
        except OSError:
            continue
        parents[int(status.parent.name)] = int(text.rpartition(")")[2].split()[1])
    for _ in range(len(parents)):
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more
    return found


@needs_bwrap
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_grader_that_ends_leaves_nothing_behind(packages: Path, number: signal.Signals) -> None:
    mounts = Path("/proc/self/mounts").read_text()
    with subprocess.Popen(
        [sys.executable, "-c", GRADER, str(packages)],
        cwd=PACKAGE.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as grader:
        assert grader.stdout is not None
        warm = int(grader.stdout.readline())
        family = descendants(warm)
        assert len(family) >= 6  # bubblewrap twice, zygote, warden, init, student, its daemon
        grader.send_signal(number)
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
    assert Path("/proc/self/mounts").read_text() == mounts


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
        "packages": packages / "stats220" / "checks" / "wire.py",
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
        for name in ("stats220.reference", "stats220.staff", "pool", "keepers"):
            with pytest.raises(StudentError) as error:
                sandbox.session.run_cell(f"import {name}")
            assert isinstance(error.value, ModuleNotFoundError)


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
    with pool, pytest.raises(GradingError, match=r"did not start: .*stats220\.checks"):
        pool.start()


# A caller who is not root

AS_NOBODY = """
mount --bind "$1" "$2" && exec env -i PATH=/usr/bin:/bin PYTHONPATH="$3" PYTHONDONTWRITEBYTECODE=1 HOME=/ \
    setpriv --reuid=65534 --regid=65534 --clear-groups "$2/bin/$4" "$5" "$6"
"""
UNPRIVILEGED = '''
import sys
from pathlib import Path
from stats220.checks.failures import SandboxLost
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
import mmap
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
