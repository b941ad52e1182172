"""Any file is read or refused, and what is read has every cell of the release once and in its order."""

from __future__ import annotations

import json
from typing import Any

import tiny_lab
from fuzzing import FUZZ
from hypothesis import example, given
from hypothesis import strategies as st

from stats220.staff.grade.matching import role_of
from stats220.staff.grade.mend import EXTRA, mend_notebook
from stats220.staff.grade.reading import read_notebook
from stats220.staff.grade.submissions import SubmissionError

RELEASE = tiny_lab.release()
KEY = json.loads(tiny_lab.as_bytes(tiny_lab.key()))
WHOLE = json.dumps(KEY).encode()

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
words = st.sampled_from(
    ["code", "markdown", "raw", "exercise", "test", "answer", "given", "double", "Counter", "why"]
    + [text for cell in KEY["cells"] for text in (cell["id"], cell["source"])]
)
trees = st.recursive(
    scalars | words,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cells", "source", "metadata", "id", "name"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
code = st.sampled_from(
    [
        "%%",
        "!",
        "?",
        "x = ",
        "def double(x):",
        "class",
        "(",
        "\\",
        "\n",
        "\t",
        "'''",
        "f'{",
        "#",
        "\0",
        "\ud800",
        "é",
    ]
)


def read_or_refused(data: bytes) -> None:
    """What every file must come to."""
    try:
        mended = mend_notebook(RELEASE, read_notebook(data))
    except SubmissionError:
        return
    kept = [cell.id for cell in mended.notebook.cells if role_of(cell) != EXTRA]
    assert kept == [cell.id for cell in RELEASE.notebook.cells]
    written = [cell.source for cell in mended.notebook.cells]
    for text in (*written, *mended.mended, *mended.answers.values(), *mended.strays):
        text.encode()  # to a file, a page, a sandbox


@given(
    st.lists(
        st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 60), st.binary(max_size=12)),
        max_size=6,
    )
)
@FUZZ
def test_fuzz_bytes_of_a_notebook(changes: list[tuple[int, int, bytes]]) -> None:
    data = WHOLE
    for place, length, new in changes:
        data = data[:place] + new + data[place + length :]
    read_or_refused(data)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 20),
            st.sampled_from(["cell_type", "source", "metadata", "id", ""]),
            trees,
        ),
        max_size=5,
    )
)
@FUZZ
def test_fuzz_cells_of_a_notebook(changes: list[tuple[int, str, Any]]) -> None:
    content = json.loads(WHOLE)
    cells = content["cells"]
    for place, field, value in changes:
        place %= len(cells)
        if not field:
            cells.insert(place, value)
        elif isinstance(cells[place], dict):
            cells[place][field] = value
    read_or_refused(json.dumps(content).encode())


@given(
    st.lists(code, max_size=30),
    st.sampled_from(["exercise-double", "given-1", "answer-why", "new"]),
)
@example(["%%", "prun", "\n", "def double(x):"], "exercise-double")
@FUZZ
def test_fuzz_the_text_of_a_cell(parts: list[str], cell_id: str) -> None:
    content = json.loads(WHOLE)
    found = [cell for cell in content["cells"] if cell["id"] == cell_id]
    cell = found[0] if found else {"cell_type": "code", "metadata": {}, "id": "new"}
    cell["source"] = "".join(parts)
    if not found:
        content["cells"].insert(3, cell)
    read_or_refused(json.dumps(content).encode())


@given(st.binary(max_size=300) | trees.map(lambda tree: json.dumps(tree).encode()))
@FUZZ
def test_fuzz_anything_at_all(data: bytes) -> None:
    read_or_refused(data)
