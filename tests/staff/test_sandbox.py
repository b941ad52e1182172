"""The sandbox as a grader uses it: starting, limits, how things end, what it needs."""

from __future__ import annotations

import json
import multiprocessing
import pickle
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from sandboxes import (
    LIMITS,
    OWN_UID,
    PACKAGE,
    needs_bwrap,
    processes_of,
    run,
    unpack_student_wheel,
)

from stats220.errors import GradingError
from stats220.line.failures import SandboxLost, SandboxTimeout
from stats220.staff.grade.sandbox import Door, SandboxPool, bubblewrap, bwrap_problem
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


# What bwrap_problem says


def test_a_missing_bubblewrap_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert bwrap_problem() == "bubblewrap is not installed: apt-get install bubblewrap"


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
    assert done.stdout.startswith("bubblewrap does not work here (")
    assert "user.max_user_namespaces" in done.stdout


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
def test_what_the_warm_process_has_not_imported_can_be_imported(pool: SandboxPool) -> None:
    """The first optimizer brings a thousand modules along: they fit into the limits, and the sandbox shows all that they read."""
    out = run(
        pool,
        "import sys, torch\n"
        "print('torch._dynamo' in sys.modules)\n"
        "weight = torch.nn.Parameter(torch.ones(2))\n"
        "optimizer = torch.optim.SGD([weight], lr=0.5)\n"
        "weight.sum().backward()\n"
        "optimizer.step()\n"
        "print('torch._dynamo' in sys.modules, weight.tolist())",
    )
    assert out == "False\nTrue [0.5, 0.5]\n"


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
    source = """
import random, numpy, torch
print(random.random(), numpy.random.rand(), torch.rand(1, dtype=torch.float64).item())
"""
    generator = torch.Generator().manual_seed(0)
    expected = [
        random.Random(0).random(),
        np.random.RandomState(0).rand(),
        torch.rand(1, dtype=torch.float64, generator=generator).item(),
    ]
    for _ in range(2):
        assert [float(word) for word in run(pool, source).split()] == expected


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
        sandbox.session.run_cell(OWN_UID)
        uid = sandbox.session.get("uid")
        sandbox.session.timeout = 0.5
        with pytest.raises(SandboxTimeout):
            sandbox.session.run_cell(
                "while True:\n    try:\n        while True: pass\n    except: pass"
            )
    if bubblewrap.runs_as_root():
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
@pytest.mark.skipif(not bubblewrap.runs_as_root(), reason="submissions run as the same user")
def test_a_user_is_given_out_again_only_when_it_is_free(
    packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bubblewrap, "USERS", 5)  # of which one is root, and one init's
    source = "import os; print(os.getuid())"
    with SandboxPool(packages, limits=LIMITS) as pool, pool.start() as first:
        first.session.run_cell(source)
        others = [run(pool, source) for _ in range(4)]
        assert len(set(others)) == 2
        assert first.session.printed not in others
        with pool.start(), pool.start(), pytest.raises(GradingError, match="more than 3 sandboxes"):
            pool.start()


@needs_bwrap
def test_several_processes_share_one_warm_process(pool: SandboxPool, packages: Path) -> None:
    """A door is all that another process needs; it lets go of it, and the owner's goes on."""
    with pool.start() as own:
        context = multiprocessing.get_context("forkserver")
        opened = {"initializer": _open, "initargs": (packages, pool._zygote)}
        with context.Pool(2, maxtasksperchild=1, **opened) as others:
            pairs = others.map(_uids_elsewhere, range(2), chunksize=1)
        found = [uid for pair in pairs for uid in pair]
        own.session.run_cell("import os; uid = os.getuid()")
        if bubblewrap.runs_as_root():
            assert len({*found, own.session.get("uid")}) == 5
    with pool.start() as again:
        again.session.run_cell("x = 1")
    assert pickle.loads(pickle.dumps(pool._zygote)) is None  # on another machine


_elsewhere: list[SandboxPool] = []


def _open(packages: Path, door: Door) -> None:
    _elsewhere.append(SandboxPool(packages, limits=LIMITS, warm=door))


def _uids_elsewhere(number: int) -> list[int]:
    """Of two sandboxes, one after the other; then this process needs the door no more."""
    (pool,) = _elsewhere
    uids = []
    with pool:
        for _ in range(2):
            with pool.start() as sandbox:
                sandbox.session.run_cell("import os; uid = os.getuid()")
                assert type(pool._zygote) is Door  # no other was made
                uids.append(int(sandbox.session.get("uid")))
    return uids


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
