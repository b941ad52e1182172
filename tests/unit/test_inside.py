"""The student's side: an IPython shell that runs what a notebook runs, less what needs a screen or the system."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from boundary import remote

from stats220.line.operations import Operations
from stats220.line.session import Remote, SandboxLost, StudentError


@pytest.fixture(scope="module")
def session() -> Iterator[Remote]:
    with remote() as line:
        yield line


def printed(session: Remote, source: str) -> str:
    session.run_cell(source)
    return session.printed


def test_cells_share_their_names(session: Remote) -> None:
    session.run_cell("a = 3\ndef add(x):\n    return x + a")
    session.run_cell("a += 1")
    assert session.get("a") == 4
    assert session.get("add")(torch.ones(2)).tolist() == [5, 5]
    with pytest.raises(NameError, match="name 'nope' is not defined"):
        session.get("nope")


def test_what_is_printed_and_shown_is_kept_up_to_a_limit(session: Remote) -> None:
    assert printed(session, "print('one'); 1 + 1") == "one\n2\n"
    assert (
        printed(session, "import sys; print('err', file=sys.stderr); sys.stdout.flush()") == "err\n"
    )
    assert len(printed(session, "print('x' * 10**7)")) == 20_000
    assert len(printed(session, "for i in range(30000): print(i)")) == 20_000
    assert printed(session, "from IPython.display import display, HTML; display(HTML('<b>'))") == (
        "<IPython.core.display.HTML object>\n"
    )
    assert printed(session, "print('\\ud800')") == "?\n"
    assert printed(session, "import warnings; warnings.warn('careful')").endswith(
        "warnings.warn('careful')\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        "!rm -rf /",
        "files = !ls",
        "%pip install numpy",
        "%conda install numpy",
        "!pip install -q numpy",
        "%matplotlib inline",
        "%config InlineBackend.figure_format = 'retina'",
        "%load_ext autoreload",
        "%autoreload 2",
        "%no_such_magic at all",
        "exit()",
        "quit()",
    ],
)
def test_shell_lines_and_most_magics_are_skipped_with_a_note(session: Remote, line: str) -> None:
    out = printed(session, f"before = 1\n{line}\nprint('after')")
    assert out.startswith("[skipped when graded: ")
    assert out.endswith("]\nafter\n")
    assert out.count("\n") == 2


def test_a_skipped_cell_magic_skips_its_cell(session: Remote) -> None:
    for magic in ("%%bash", "%%html", "%%javascript", "%%no_such_magic"):
        assert printed(session, f"{magic}\n<b>hello</b>") == f"[skipped when graded: {magic}]\n"
    assert printed(session, "pip install numpy") == "[skipped when graded: %pip install numpy]\n"
    session.run_cell("files = !ls")
    assert session.get("files") == []


def test_magics_that_compute_run(session: Remote) -> None:
    assert "Wall time" in printed(session, "%time b = 3")
    assert session.get("b") == 3
    assert "Wall time" in printed(session, "%%time\nc = 4")
    assert session.get("c") == 4
    assert printed(session, "%%capture\nprint('hidden')\nd = 5") == ""
    assert session.get("d") == 5
    session.run_cell("import os, tempfile; os.chdir(tempfile.mkdtemp())")
    session.run_cell("%%writefile my_module.py\ne = 6")
    session.run_cell("import sys; sys.path.insert(0, ''); from my_module import e")
    assert session.get("e") == 6


@pytest.mark.parametrize(
    "imports",
    [
        "import nowhere_at_all as far",
        "import nowhere_at_all.far as far",
        "from nowhere_at_all import far, farther as further",
        "import math, nowhere_at_all.far as far, os",
        "from nowhere_at_all.far import (\n    far,\n)",
    ],
)
def test_an_import_of_what_is_not_there_costs_only_its_use(session: Remote, imports: str) -> None:
    said = printed(session, f"{imports}\n\ndef mine(x):\n    return x + 1\n\nfar_away = far")
    assert "[not there when graded: nowhere_at_all" in said
    assert session.get("mine")(1) == 2
    error = raised(session, "far.histplot([1])")
    assert isinstance(error, ModuleNotFoundError)
    assert "where this is graded" in str(error)
    assert isinstance(raised(session, "far()"), ModuleNotFoundError)


def test_what_is_there_is_imported_as_ever(session: Remote) -> None:
    source = "from __future__ import annotations\nimport os.path, json as j\nfrom math import *\nfrom math import pi as p"
    assert printed(session, source) == ""
    assert (
        printed(session, "print(os.path.sep, j.dumps(1), sqrt(4.0), p == pi)") == "/ 1 2.0 True\n"
    )


def test_code_that_looks_for_a_module_itself_finds_none(session: Remote) -> None:
    source = "try:\n    import nowhere_at_all\nexcept ImportError:\n    nowhere_at_all = None"
    session.run_cell(source)
    assert printed(session, "print(nowhere_at_all)") == "None\n"
    colab = "try:\n    import google.colab\n    where = 'colab'\nexcept ImportError:\n    where = 'here'"
    session.run_cell(colab)
    assert session.get("where") == "here"


def test_a_name_that_a_module_lacks_is_an_error_as_ever(session: Remote) -> None:
    error = raised(session, "from math import nonsense")
    assert isinstance(error, ImportError)
    assert error.raised.line == "from math import nonsense"


def test_colab_does_nothing_when_graded(session: Remote) -> None:
    source = "from google.colab import drive, files\ndrive.mount('/content/drive')\nfiles.view('a')"
    assert "[skipped when graded: google.colab.drive.mount]" in printed(session, source)
    assert "google.colab.output.clear]" in printed(
        session, "import google.colab\ngoogle.colab.output.clear()"
    )


@pytest.mark.parametrize("magic", ["%%prun", "%%prun -s cumulative", "%%memit", "%%lprun -f mine"])
def test_a_magic_that_only_measures_a_cell_runs_it(session: Remote, magic: str) -> None:
    session.run_cell(f"{magic}\ndef mine(x):\n    return x + 40")
    assert session.get("mine")(2) == 42
    assert raised(session, f"{magic}\n\n1 / 0").raised.line_number == 3


def raised(session: Remote, source: str) -> StudentError:
    with pytest.raises(StudentError) as error:
        session.run_cell(source)
    return error.value


def test_an_error_in_a_cell_keeps_what_came_before(session: Remote) -> None:
    error = raised(session, "f = 7\n\nraise ValueError('no')\ng = 8")
    assert isinstance(error, ValueError)
    assert (error.raised.line_number, error.raised.line) == (3, "raise ValueError('no')")
    assert session.get("f") == 7
    with pytest.raises(NameError):
        session.get("g")
    broken = raised(session, "x = 1\n  def broken(:")
    assert isinstance(broken, SyntaxError)
    assert str(broken) == "IndentationError: unexpected indent"  # and no file that nobody has
    assert (broken.raised.line_number, broken.raised.line) == (2, "def broken(:")
    assert isinstance(raised(session, "  x = 1\n y = 2"), SyntaxError)
    assert isinstance(raised(session, "input('name? ')"), EOFError)
    assert type(raised(session, "import sys; sys.exit(3)")) is StudentError
    assert type(raised(session, "raise KeyboardInterrupt")) is StudentError
    assert session.get("f") == 7


def test_the_last_line_of_the_students_own_is_told(session: Remote) -> None:
    session.run_cell(
        "import torch\ndef inner(x):\n    return torch.relu(x)\n\ndef outer(x):\n    return inner(x)"
    )
    with pytest.raises(TypeError) as error:
        session.get("outer")("text")
    assert (error.value.raised.line_number, error.value.raised.line) == (3, "return torch.relu(x)")
    with pytest.raises(TypeError) as error:
        session.get("outer")()
    assert error.value.raised.line_number is None


def test_figures_are_drawn_on_no_screen_and_closed_after_the_cell(session: Remote) -> None:
    assert (
        printed(
            session,
            "import matplotlib.pyplot as plt\nfor i in range(30):\n    fig = plt.figure(); plt.plot([1, 2]); plt.close()\nplt.figure(); plt.show(block=False)",
        ).count("Figure")
        <= 2
    )
    session.run_cell("backend, left = plt.get_backend().lower(), len(plt.get_fignums())")
    assert session.get("backend") == "agg"
    assert session.get("left") == 0


def test_top_level_await_and_threads(session: Remote) -> None:
    session.run_cell("import asyncio\nawait asyncio.sleep(0)\nh = 8")
    assert session.get("h") == 8
    session.run_cell(
        "import threading, time\n"
        "def chatter():\n"
        "    while True:\n"
        "        print('still here'); time.sleep(0.0005)\n"
        "threading.Thread(target=chatter, daemon=True).start()"
    )
    for _ in range(50):
        assert session.get("h") == 8


def test_names_live_in_main(session: Remote) -> None:
    session.run_cell(
        "import pickle\nclass Thing: pass\nback = type(pickle.loads(pickle.dumps(Thing()))) is Thing"
    )
    assert session.get("back") is True
    assert session.get("__name__") == "__main__"


def test_a_cell_may_break_its_own_output(session: Remote) -> None:
    session.run_cell(
        "import sys\nclass Silent:\n    def write(self, text): raise KeyboardInterrupt\nsys.stdout = Silent()"
    )
    assert printed(session, "print('again')") == "again\n"
    session.run_cell("import warnings; warnings.simplefilter('error')")
    session.run_cell("def warn(): warnings.warn('careful'); return 1")
    assert session.get("warn")() == 1


def test_closing_the_line_from_within_costs_the_sandbox() -> None:
    with remote() as line, pytest.raises(SandboxLost):
        line.run_cell("import os; os.closerange(3, 100)")


def test_writing_onto_the_line_from_within_costs_the_sandbox() -> None:
    with remote() as line, pytest.raises(SandboxLost):
        line.run_cell(
            "import os\n"
            "for fd in range(3, 100):\n"
            "    try: os.write(fd, b'S220' + bytes(12) + b'{\"ok\": 1000}')\n"
            "    except OSError: pass"
        )


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_inside_starts_nothing() -> None:
    out = python(
        "import os, sys, threading\n"
        "import stats220.line.inside\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "tasks = len(os.listdir('/proc/self/task')) if os.path.isdir('/proc/self/task') else 1\n"
        "print(InteractiveShell.initialized(), threading.active_count(), tasks)\n"
        "print('torch._dynamo' in sys.modules, 'stats220.reference' in sys.modules)"
    )
    assert out == "False 1 1\nFalse False\n"


def test_importing_the_checks_needs_no_shell() -> None:
    out = python(
        "import sys\nimport stats220.checks\n"
        "print([name for name in ('IPython', 'scipy', 'matplotlib', 'stats220.reference') if name in sys.modules])"
    )
    assert out == "[]\n"


def test_modules_that_are_made_are_moved_to_the_device() -> None:
    """With a device that every machine has in place of a GPU."""
    operations = Operations("meta")
    model = operations.op_call(torch.nn.Linear, [2, 3], {})
    assert model.weight.device.type == "meta"

    def pair() -> Any:
        return torch.nn.Linear(1, 1), 3

    model, number = operations.op_call(pair, [], {})
    assert model.weight.device.type == "meta"
    assert number == 3
    assert operations.op_make(torch.nn.Linear, [1, 1], {}).value.weight.device.type == "meta"
    assert Operations("cpu").op_call(torch.nn.Linear, [2, 3], {}).weight.device.type == "cpu"


@pytest.mark.gpu
def test_a_remote_session_on_the_gpu() -> None:
    """The session asks for the device; what comes back is on the CPU."""
    code = "def where(x): return str(x.device), x + 1"
    with remote() as line:
        line.ask("device", "cuda")
        line.run_cell(code)
        device, result = line.get("where")(torch.zeros(2))
        assert device.startswith("cuda")
        assert result.tolist() == [1, 1]
        assert result.device.type == "cpu"
