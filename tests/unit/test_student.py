"""What students call beside the checks: progress, hand-in, doctor, on a small released lab."""

from __future__ import annotations

import errno
import json
import os
import sys
import time
import types
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import stats220
from stats220.checks import Checks, checked, history
from stats220.errors import InputError
from stats220.student import beginning, doctor, finding, handin, progress, saving, validating
from stats220.student.index import Index, fingerprint, read_index
from stats220.student.unsaved import unsaved

STUB = "def half(x):\n    raise NotImplementedError"
SOLVED = "def half(x):\n    return x / 2"
GIVEN = "import math"


def cell(kind: str, source: str, cell_id: str, **own: Any) -> dict[str, Any]:
    made = {
        "cell_type": kind,
        "id": cell_id,
        "source": source,
        "metadata": {"stats220": own} if own else {},
    }
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(
    solution: str = SOLVED, answer: str = "Because.", *more: dict[str, Any]
) -> dict[str, Any]:
    cells = [
        cell("code", "import nowhere_to_be_found", "install", role="install"),
        cell("code", GIVEN, "given-1", role="given"),
        cell("code", solution, "exercise-half", role="exercise", name="half"),
        cell("code", "half(3)", "test-half", role="test", name="half"),
        cell("markdown", answer, "answer-why", role="answer", name="why"),
        *more,
    ]
    return {
        "cells": cells,
        "metadata": {"stats220": {"lab": "lab1_tiny"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    """The release that is installed."""
    problem = {"label": "Problem 1a", "title": "halves", "minutes": 5, "bonus": False}
    content = {
        "build": "abc",
        "course": {"repository": "uni/labs", "hand_in": "Gradescope, Lab 1"},
        "labs": {
            "lab1_tiny": {
                "title": "Lab 1",
                "module": "tiny",
                "points": 5,
                "problems": [
                    {
                        **problem,
                        "name": "half",
                        "kind": "exercise",
                        "points": 3,
                        "visible_points": 2,
                    },
                    {
                        **problem,
                        "label": "",
                        "name": "more",
                        "kind": "exercise",
                        "points": 1,
                        "visible_points": 1,
                        "bonus": True,
                    },
                    {
                        **problem,
                        "label": "Problem 1b",
                        "name": "why",
                        "kind": "question",
                        "points": 2,
                        "visible_points": 0,
                    },
                ],
                "locked": {"given-1": fingerprint(GIVEN), "test-half": fingerprint("half(3)")},
                "stubs": {"half": fingerprint(STUB), "why": fingerprint("*Your answer here.*")},
            }
        },
    }
    path = tmp_path / "release.json"
    path.write_text(json.dumps(content))
    found = read_index(path)
    assert found is not None
    for module in (beginning, progress, handin, doctor):
        monkeypatch.setattr(module, "read_index", lambda: found)
    monkeypatch.setattr(beginning, "current_lab", "lab1_tiny")
    monkeypatch.setattr(beginning, "begun", ["lab1_tiny"])
    monkeypatch.setattr(history, "latest", {})
    monkeypatch.setattr(progress, "latest", history.latest)
    return found


@checked
def half(half: Any) -> Checks:
    checks = Checks("half", hidden_points=1)
    for x in (2, 3):
        with checks(1, f"halves {x}"):
            checks.that(half(x) == x / 2, "not the half")
    return checks


def test_a_checkout_has_no_index() -> None:
    assert read_index() is None


def test_begin_says_build_and_device(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    stats220.begin("lab1_tiny", "abc")
    said = capsys.readouterr().out
    assert "build abc; it runs on" in said
    assert "WARNING" not in said


def test_begin_sees_a_library_of_another_build(
    index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    stats220.begin("lab1_tiny", "xyz")
    said = capsys.readouterr().out
    assert "this notebook is of build xyz, the installed library of build abc" in said
    assert "%pip uninstall -y stats220" in said
    assert "https://github.com/uni/labs" in said


def test_on_colab_without_a_gpu_the_menu_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert "Runtime, Change runtime type, GPU" in beginning.describe_device()
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert beginning.describe_device() == "it runs on Apple's GPU (mps)"


@pytest.mark.parametrize(
    ("answer", "line", "done"),
    [
        (lambda x: x / 2, "done", "1 of 1 done, 2 of 2 points"),
        (lambda x: x // 2, "partly done", "0 of 1 done, 1 of 2 points"),
        (lambda x: ..., "not attempted", "0 of 1 done, 0 of 2 points"),
        (None, "not attempted", "0 of 1 done, 0 of 2 points"),
    ],
)
def test_progress_adds_up_what_ran_last(
    index: Index, answer: Callable[[float], Any] | None, line: str, done: str
) -> None:
    half(lambda x: x / 2 + 1)
    if answer is None:
        history.latest.clear()
    else:
        half(answer)
    first, bonus, written, summary = str(stats220.progress()).splitlines()
    assert first.startswith("Problem 1a, half")
    assert line in first
    assert "bonus" in bonus
    assert bonus.startswith("more")
    assert written.startswith("Problem 1b, why")
    assert "2 points" in written
    assert summary.startswith(done)
    assert "Problem 1a, half" in stats220.progress()._repr_html_()


def test_progress_in_a_checkout_shows_the_checks_that_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "latest", {})
    monkeypatch.setattr(progress, "latest", history.latest)
    half(lambda x: x / 2)
    assert str(stats220.progress()).splitlines()[0].split()[:2] == ["half", "done"]


def write(folder: Path, content: Any, name: str = "Copy of lab1.ipynb") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_hand_in_holds_the_notebook_and_says_what_it_is(
    index: Index,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, notebook())
    (tmp_path / ".stats220_checkpoints").mkdir()
    (tmp_path / ".stats220_checkpoints" / "train-0.checkpoint").write_text("stays here")
    result = stats220.submit(team=["Ada", " Ben "], run=False)
    assert result.path == tmp_path / "lab1_tiny.zip"
    with zipfile.ZipFile(result.path) as packed:
        assert sorted(packed.namelist()) == ["lab1_tiny.ipynb", "submission.json"]
        assert json.loads(packed.read("lab1_tiny.ipynb")) == notebook()
        about = json.loads(packed.read("submission.json"))
    assert (about["lab"], about["team"], about["build"]) == ("lab1_tiny", ["Ada", "Ben"], "abc")
    said = capsys.readouterr().out
    assert "Hand this file in: Gradescope, Lab 1." in said
    assert "for Ada, Ben" in said


def test_answers_are_run_once_more_in_a_process_of_their_own(
    index: Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "from stats220.checks import Checks\nc = Checks('half')\nwith c(2, 'halves'): c.that(half(3) == 1.5, 'no')"
    body = notebook(
        SOLVED,
        "Because.",
        cell("code", code + "\nd = later", "x"),
        cell("code", "c", "test-c", role="test", name="half"),
        cell("code", "m = Checks('more')\nwith m(1, 'is one'): pass", "y"),
        cell("code", "m", "test-more", role="test", name="more"),  # a bonus: not in the sum
    )
    body["cells"].append(cell("code", "raise SystemError", "explore-1", role="explore"))
    result = stats220.submit(write(tmp_path, body), team=[])
    assert (result.points, result.max_points) == (2, 2)
    later = "cell 6: NameError: name 'later' is not defined (line 4: d = later)"
    assert later in result.findings.errors
    assert not any("SystemError" in line for line in result.findings.errors)
    assert "2 of 2 points" in capsys.readouterr().out


def test_a_crash_and_an_endless_loop_are_told(index: Index, tmp_path: Path) -> None:
    from stats220.student.rerunning import rerun

    assert "ended with 7" in rerun(notebook("import os\nos._exit(7)"))["stopped"]
    assert "not done after" in rerun(notebook("while True: pass"), seconds=12)["stopped"]


def test_large_outputs_are_left_out_and_the_code_is_not() -> None:
    body = notebook()
    body["cells"][2]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "x" * (handin.MAX_OUTPUT + 1)},
        {"output_type": "stream", "name": "stdout", "text": "short"},
    ]
    trimmed, number = handin.trim_outputs(body)
    first, second = trimmed["cells"][2]["outputs"]
    assert number == 1
    assert "was left out" in first["text"]
    assert second["text"] == "short"
    assert [c["source"] for c in trimmed["cells"]] == [c["source"] for c in body["cells"]]
    assert (
        len(body["cells"][2]["outputs"][0]["text"]) > handin.MAX_OUTPUT
    )  # the student's own is as it was


def findings(index: Index, content: dict[str, Any], age: float = 0) -> str:
    result = validating.validate(finding.Found(Path("a.ipynb"), content, age), index)
    return "\n".join(
        [
            *(f"error: {line}" for line in result.errors),
            *(f"warning: {line}" for line in result.warnings),
        ]
    )


def test_a_good_notebook_lacks_its_bonus_only(index: Index) -> None:
    assert findings(index, notebook()) == "warning: more: no cell defines `more` (bonus)"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (notebook(STUB), "warning: Problem 1a, half: not attempted yet"),
        (notebook("x = 1"), "error: Problem 1a, half: no cell defines `half`"),
        (notebook("def half(x) return x"), "error: cell 3, half is not Python, line 1: expected ':'"),
        (notebook(SOLVED, "*Your answer here.*"), "warning: Problem 1b, why: no written answer yet (2 points)"),
        (notebook(SOLVED + "\n# " + "x" * 300_000), "error: cell 3, half has 300,"),
        (notebook(SOLVED.replace("x / 2", "x.cuda() / 2")), "warning: Problem 1a, half: the code asks for a GPU by name"),
        (notebook(SOLVED, "a", cell("code", "import sklearn_of_my_own", "n")), "error: `import sklearn_of_my_own`: there is no such module"),
        (notebook(SOLVED, "a", cell("code", "from pytest import raises", "n")), "warning: `import pytest`: grading does not have it"),
        (notebook(SOLVED, "a", cell("code", "%matplotlib inline\n!ls\nx = 1", "n")), "warning: more"),
        ({**notebook(), "metadata": {}}, "error: this is no notebook of the course"),
        ({**notebook(), "metadata": {"stats220": {"lab": "lab9_other"}}}, "error: the installed library knows no lab 'lab9_other', only lab1_tiny"),
    ],
)  # fmt: skip
def test_what_grading_would_stumble_over_is_named(
    index: Index, content: dict[str, Any], says: str
) -> None:
    assert says in findings(index, content)


def test_changed_and_deleted_cells_of_the_course_are_named(index: Index) -> None:
    body = notebook()
    body["cells"][1]["source"] = ["import math  # mine\n"]
    body["cells"] = [c for c in body["cells"] if c["id"] not in ("test-half", "answer-why")]
    found = findings(index, body)
    assert "cell given-1 was changed: grading uses its own" in found
    assert "cell test-half was deleted" in found
    assert "error: Problem 1b, why: the cell for the written answer is gone" in found


def test_an_old_file_may_lack_the_last_edits(index: Index) -> None:
    assert "the file was saved 10 minutes ago: save the notebook" in findings(
        index, notebook(), age=600
    )
    assert "3 days ago" in findings(index, notebook(), age=3 * 86_400)


def test_the_first_cell_tells_which_of_several_labs_is_handed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    for lab in ("lab1_one", "lab2_two"):
        write(tmp_path, {"cells": [], "metadata": {"stats220": {"lab": lab}}}, f"{lab}.ipynb")
    assert finding.find_notebook(labs=["lab2_two"]).path == tmp_path / "lab2_two.ipynb"
    with pytest.raises(InputError, match=r"another lab: lab1_one.ipynb, lab2_two.ipynb"):
        finding.find_notebook(labs=["lab9_none"])


def test_the_notebook_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    with pytest.raises(InputError, match="no notebook of a lab lies in"):
        finding.find_notebook()
    write(tmp_path, {"cells": [], "metadata": {}}, "other.ipynb")
    write(tmp_path, "no json", "broken.ipynb")
    mine = write(tmp_path, notebook())
    assert finding.find_notebook().path == mine
    second = write(tmp_path, notebook(), "lab1_tiny.ipynb")
    with pytest.raises(
        InputError, match=r"several notebooks .*Copy of lab1.ipynb, lab1_tiny.ipynb"
    ):
        finding.find_notebook()
    monkeypatch.setenv("JPY_SESSION_NAME", str(second))
    assert finding.find_notebook().path == second


@pytest.mark.parametrize(
    ("text", "says"), [("[]", "is no notebook"), ("{", "is no notebook"), (None, "cannot be read")]
)
def test_a_file_that_is_no_notebook(tmp_path: Path, text: str | None, says: str) -> None:
    path = tmp_path / "a.ipynb"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=says):
        finding.find_notebook(path)


def test_colab_hands_its_notebook_over(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def blocking_request(name: str, request: str, timeout_sec: float) -> dict[str, Any]:
        asked.append(name)
        return {"ipynb": notebook()}

    colab = types.ModuleType("google.colab")
    colab._message = types.SimpleNamespace(blocking_request=blocking_request)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    found = finding.find_notebook()
    assert (found.path, found.lab, asked) == (None, "lab1_tiny", ["get_ipynb"])


def test_a_folder_that_cannot_be_written_is_named(index: Index, tmp_path: Path) -> None:
    path = write(tmp_path, notebook())
    (tmp_path / "lab1_tiny.zip").mkdir()
    with pytest.raises(InputError, match=r"lab1_tiny.zip cannot be written .*make room"):
        stats220.submit(path, team=[], run=False)


def test_a_file_that_cannot_be_finished_leaves_the_earlier_one(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, notebook())
    earlier = stats220.submit(path, team=[], run=False).path.read_bytes()

    def full(*args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(InputError, match=r"No space left on device.*make room"):
        stats220.submit(path, team=["Ada"], run=False)
    assert (tmp_path / "lab1_tiny.zip").read_bytes() == earlier
    assert not list(tmp_path.glob(".*"))


def test_doctor_says_a_line_each_and_remedies(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> doctor.Diagnosis:
        raise OSError("libcudart is damaged")

    monkeypatch.setattr(doctor, "_device", broken)
    monkeypatch.setattr(doctor, "DISK_GB", 10**9)
    lines = {d.what: d for d in doctor.examine()}
    assert lines["Python"].remedy == lines["libraries"].remedy == ""
    assert "build abc, with lab1_tiny" in lines["release"].found
    assert lines["disk"].remedy.endswith("make room")
    assert "libcudart is damaged" in lines["device" if "device" in lines else "broken"].found


def test_a_saved_file_knows_its_age(tmp_path: Path) -> None:
    path = write(tmp_path, notebook())
    os.utime(path, (time.time() - 500, time.time() - 500))
    assert 490 < finding.read_notebook(path).age_seconds < 600


def test_two_labs_in_one_kernel_do_not_mix(
    index: Index,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing of the one is handed in as the other: whichever file Jupyter says that the kernel belongs to."""
    monkeypatch.chdir(tmp_path)
    other = {**notebook(), "metadata": {"stats220": {"lab": "lab2_other"}}}
    mine, theirs = write(tmp_path, notebook(), "a.ipynb"), write(tmp_path, other, "b.ipynb")
    assert finding.find_notebook(labs=["lab1_tiny"]).path == mine
    monkeypatch.setenv("JPY_SESSION_NAME", str(theirs))
    with pytest.raises(
        InputError, match=r"runs lab1_tiny, and what was found is of another lab: b.ipynb"
    ):
        finding.find_notebook(labs=["lab1_tiny"])
    stats220.begin("lab1_tiny", "abc")
    assert "WARNING" not in capsys.readouterr().out
    stats220.begin("lab2_other", "abc")
    assert "WARNING: this kernel has run lab1_tiny too" in capsys.readouterr().out
    with pytest.raises(
        InputError, match=r'runs lab1_tiny and lab2_other. Say which one: .*"lab2_other.ipynb"'
    ):
        stats220.submit(team=[], run=False)
    assert finding.find_notebook(mine, ["lab1_tiny", "lab2_other"]).path == mine


def test_no_exercise_of_two_labs_has_one_name(root: Path) -> None:
    """What a kernel remembers of checks goes by the exercise's name."""
    manifest = json.loads((root / "release" / "manifest.json").read_text())
    names = [e["name"] for lab in manifest["labs"].values() for e in lab["exercises"]]
    assert len(names) > 20
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("ran", "says"),
    [
        ([], []),
        ([STUB, SOLVED], []),
        ([SOLVED, "half(3)"], []),
        (["def halfway(x): ..."], []),
        ([SOLVED.replace("\n", "\r\n") + "  "], []),
        ([SOLVED, SOLVED + " + 0"], ["half"]),
    ],
)
def test_what_ran_and_was_not_saved_is_named(ran: list[str], says: list[str]) -> None:
    assert [line.partition(":")[0] for line in unsaved(notebook(), ran)] == says


def test_submit_tells_of_edits_that_were_not_saved(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, notebook())
    assert stats220.submit(path, team=[], run=False).findings.errors == []
    monkeypatch.setattr(handin, "cells_that_ran", lambda: ["def half(x):\n    return 0.5 * x"])
    [line] = stats220.submit(path, team=[], run=False).findings.errors
    assert "save the notebook (Ctrl-S)" in line


def test_submit_reads_what_is_saved_while_it_asks(
    index: Index,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No kernel sees a written answer that was typed and not saved."""
    path = write(tmp_path, notebook(answer="*Your answer here.*"))

    def saves(_: str) -> str:
        assert "Save the notebook now (File, Save)" in capsys.readouterr().out
        write(tmp_path, notebook(answer="Typed a moment ago."))
        return "Ada"

    monkeypatch.setattr("builtins.input", saves)
    result = stats220.submit(path, run=False)
    assert not any("no written answer" in line for line in result.findings.warnings)
    with zipfile.ZipFile(result.path) as packed:
        assert "Typed a moment ago." in packed.read("lab1_tiny.ipynb").decode()
    assert f"It holds {path.name} as it was saved 0 seconds before" in capsys.readouterr().out


def test_a_notebook_of_another_build_is_told_which_to_update(index: Index, tmp_path: Path) -> None:
    """And nobody is blamed for the cells that the course has changed since."""
    body = notebook()
    body["cells"][0]["source"] = 'import x\nLAB, BUILD = "lab1_tiny", "012"\n'
    body["cells"][1]["source"] = "import math\n# of another build"
    warnings = stats220.submit(write(tmp_path, body), team=[], run=False).findings.warnings
    [told] = [line for line in warnings if "build" in line]
    assert "of build 012, the installed library of build abc" in told
    assert "%pip uninstall -y stats220" in told
    assert "download the notebook again from https://github.com/uni/labs" in told
    assert not any("the course's cell" in line for line in warnings)
    body["cells"][0]["source"] = 'LAB, BUILD = "lab1_tiny", "abc"'
    warnings = stats220.submit(write(tmp_path, body), team=[], run=False).findings.warnings
    assert [line for line in warnings if "build" in line or "course's cell" in line] == [
        "the course's cell given-1 was changed: grading uses its own, so what you changed there does not count"
    ]


@pytest.mark.parametrize(
    ("writes", "saved"), [('{"cells": []}', True), ('{"cells": [', False), (None, False)]
)
def test_the_page_is_asked_to_save(
    writes: str | None, saved: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """tests/browser does it in a real JupyterLab; other pages write nothing, and a file may be half written."""
    path, shown = write(tmp_path, notebook()), []
    os.utime(path, (1, 1))

    class Shown:
        def update(self, what: Any) -> None:
            shown.append(what.data)

    def page(script: Any, **_: Any) -> Shown:
        shown.append(script.data)
        if writes is not None:
            path.write_text(writes)
        return Shown()

    assert not saving.save(path)  # there is no kernel, and so no page
    monkeypatch.setattr(saving, "kernel_shell", lambda: True)
    monkeypatch.setattr("IPython.display.display", page)
    assert saving.save(path, seconds=0.3) is saved
    assert shown == [saving.CLICK, ""]  # and nothing stays that would save whenever it is opened
