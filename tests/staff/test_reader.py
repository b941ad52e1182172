"""Files that are made to be read: what they cost the grader, and what they cost their students."""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path

import pytest
import tiny_lab
from nbformat.v4 import new_code_cell
from tiny_lab import ANSWERS, find

from stats220.staff.grade import reader
from stats220.staff.grade.mend import Mended, mend
from stats220.staff.grade.reader import read_bounded
from stats220.staff.grade.reading import read_notebook
from stats220.staff.grade.submissions import SubmissionError

# Each takes Python's parser gigabytes, or tens of seconds, by itself.
BOMBS = {
    "a dotted import": "import " + ".".join(["a"] * 90_000),
    "a dotted import over many lines": "import " + ".\\\n".join(["a"] * 49_000),
    "a formatted string": "x = f'" + "{a}" * 60_000 + "'",
}


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "CELL_SECONDS", 1)
    monkeypatch.setattr(reader, "FILE_SECONDS", 5)


def mended(notebook: object) -> Mended:
    return mend(tiny_lab.release(), tiny_lab.as_bytes(notebook))


def answers(result: Mended) -> dict[str, str]:
    cells = [c for c in result.notebook.cells if c.metadata.stats220.role == "exercise"]
    return {c.metadata.stats220.name: c.source for c in cells}


def peak_bytes() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.usefixtures("_short")
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=list(BOMBS))
def test_a_cell_that_explodes_in_the_parser_costs_itself_alone(bomb: str) -> None:
    notebook = tiny_lab.key()
    notebook.cells.insert(3, new_code_cell(bomb))
    before, started = peak_bytes(), time.process_time()
    result = mended(notebook)
    assert time.process_time() - started < 2
    assert peak_bytes() - before < 64 << 20
    assert answers(result) == ANSWERS
    assert "the code of cell 4 takes too much time or memory to read" in result.mended


@pytest.mark.usefixtures("_short")
def test_an_answer_that_explodes_in_the_parser_is_still_the_answer() -> None:
    notebook = tiny_lab.key()
    bomb = find(notebook, "exercise-double").source = BOMBS["a dotted import"]
    assert answers(mended(notebook)) == {**ANSWERS, "double": bomb}


@pytest.mark.usefixtures("_short")
def test_a_notebook_of_nothing_but_explosions_is_not_read() -> None:
    notebook = tiny_lab.key()
    notebook.cells += [new_code_cell(BOMBS["a dotted import"]) for _ in range(5)]
    with pytest.raises(SubmissionError, match="takes too much time or memory"):
        mended(notebook)


def test_json_that_grows_beyond_the_readers_memory_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "MEMORY_BYTES", 128 << 20)
    content = tiny_lab.as_bytes(tiny_lab.key()).rstrip().removesuffix(b"}")
    before = peak_bytes()
    with pytest.raises(SubmissionError, match="takes too much time or memory"):
        # Half a gigabyte as lists: more than any memory that this process has left free.
        read_bounded(content + b', "beside": [' + b"[[]]," * 3_300_000 + b"[]]}")
    assert peak_bytes() - before < 64 << 20


@pytest.mark.parametrize(
    "number", ["0x" + "f" * 4000, "0b" + "1" * 20_000, "1" * 5000, "0o" + "7" * 6000]
)
def test_a_number_of_thousands_of_digits_is_only_a_number(number: str) -> None:
    notebook = tiny_lab.key()
    find(notebook, "exercise-double").source = ANSWERS["double"] + f"\n\nbig = {number}"
    find(notebook, "given-1").source += f"\nbig = {number}"
    assert answers(mended(notebook))["double"].endswith(number)


def test_the_reader_finds_what_reading_in_this_process_finds() -> None:
    data = tiny_lab.as_bytes(tiny_lab.key())
    assert read_bounded(data) == read_notebook(data)


def test_a_fault_of_the_readers_own_is_no_students() -> None:
    with pytest.raises(RuntimeError, match="AttributeError"):
        read_bounded(json)  # type: ignore[arg-type]


def test_no_reader_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "WALL_SECONDS", 0.2)
    monkeypatch.setattr(reader, "read_notebook", lambda *_: time.sleep(60))
    with pytest.raises(SubmissionError, match="takes too much time"):
        read_bounded(b"{}")
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    mine = children.read_text().split() if children.exists() else []
    assert not [pid for pid in mine if "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]]
