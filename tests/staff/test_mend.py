"""Every kind of damage that a notebook comes back with."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import Any

import pytest
import tiny_lab
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from tiny_lab import ANSWERS, STUBS, find

from stats220.staff.grade.mend import Mended, mend, mend_notebook
from stats220.staff.grade.reading import read_notebook
from stats220.staff.grade.submissions import SubmissionError


def mended(notebook: Any) -> Mended:
    return mend(tiny_lab.release(), tiny_lab.as_bytes(notebook))


def order(result: Mended) -> list[str]:
    return [cell.id for cell in result.notebook.cells]


def source(result: Mended, cell_id: str) -> str:
    return str(find(result.notebook, cell_id).source)


RELEASED = [cell.id for cell in tiny_lab.notebook().cells]


def assert_solved(result: Mended) -> None:
    """Every exercise holds its answer, and every other cell is the release's, each once and in order."""
    assert [i for i in order(result) if i in RELEASED] == RELEASED
    for name, answer in ANSWERS.items():
        assert source(result, f"exercise-{name}") == answer
    for cell in tiny_lab.notebook().cells:
        if cell.metadata.stats220.role in ("given", "install", "test", "text", "question"):
            assert source(result, cell.id) == cell.source


def test_an_undamaged_notebook_needs_no_mending() -> None:
    result = mended(tiny_lab.key())
    assert_solved(result)
    assert order(result) == RELEASED
    assert result.mended == ()
    assert result.answers == {}


def test_lost_metadata_and_ids() -> None:
    result = mended(tiny_lab.without_metadata(tiny_lab.key()))
    assert_solved(result)
    assert any("double was found by its name" in note for note in result.mended)


def test_colab_keeps_the_id_in_the_metadata_and_drops_the_rest() -> None:
    content = json.loads(tiny_lab.as_bytes(tiny_lab.key()))
    for cell in content["cells"]:
        cell["metadata"] = {"id": cell.pop("id"), "colab": {"base_uri": "https://localhost"}}
        cell["source"] = (
            cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        )
    content["nbformat_minor"] = 0
    content["metadata"] = {"colab": {"provenance": []}}
    assert_solved(mend(tiny_lab.release(), json.dumps(content).encode()))


@pytest.mark.parametrize("seed", range(5))
def test_reordered_cells(seed: int) -> None:
    notebook = tiny_lab.key()
    random.Random(seed).shuffle(notebook.cells)
    assert_solved(mended(notebook))


def test_moved_cell_is_reported() -> None:
    notebook = tiny_lab.key()
    notebook.cells.append(notebook.cells.pop(3))
    result = mended(notebook)
    assert_solved(result)
    assert result.mended == ("the cell of double was moved; it runs in its place",)


def test_cells_retyped_from_nothing() -> None:
    notebook = tiny_lab.key()
    notebook.cells = [new_code_cell("\n\n".join(ANSWERS.values()))]
    result = mended(notebook)
    for name in ANSWERS:
        assert ANSWERS[name] in source(result, f"exercise-{name}")
    assert [i for i in order(result) if i in RELEASED] == RELEASED


def test_deleted_exercise_is_blank() -> None:
    notebook = tiny_lab.key()
    notebook.cells = [c for c in notebook.cells if c.id != "exercise-double"]
    result = mended(notebook)
    assert source(result, "exercise-double") == STUBS["double"]
    assert source(result, "exercise-Counter") == ANSWERS["Counter"]
    assert result.mended == ("the cell of double is missing; the blank one stands in",)


def test_deleted_given_and_test_cells_are_put_back() -> None:
    notebook = tiny_lab.key()
    notebook.cells = [
        c for c in notebook.cells if c.id not in ("given-1", "test-double", "install")
    ]
    result = mended(notebook)
    assert_solved(result)
    assert "the given cell 'import numpy as np' is missing; it was put back" in result.mended


def test_the_last_definition_counts() -> None:
    notebook = tiny_lab.key()
    copy = deepcopy(find(notebook, "exercise-double"))
    copy.id, copy.source = "copy", "def double(x):\n    return x + x"
    notebook.cells.insert(4, copy)  # above its check
    result = mended(notebook)
    assert source(result, "exercise-double") == copy.source
    assert ANSWERS["double"] == result.notebook.cells[3].source  # the earlier one runs before it
    assert "double is defined in 2 cells; the last one counts" in result.mended


def test_a_copy_of_the_untouched_stub_does_not_undo_the_work() -> None:
    notebook = tiny_lab.key()
    copy = deepcopy(find(tiny_lab.notebook(), "exercise-double"))
    copy.id = "copy"
    copy.source = "# kept for later\n" + copy.source
    notebook.cells.append(copy)
    assert_solved(mended(notebook))


def test_a_loop_variable_is_no_definition() -> None:
    notebook = tiny_lab.key()
    notebook.cells.append(new_code_cell("for double in range(3):\n    print(double)"))
    assert_solved(mended(notebook))


def test_a_cell_split_in_two_keeps_both_parts() -> None:
    notebook = tiny_lab.key()
    helper = deepcopy(find(notebook, "exercise-double"))
    helper.id, helper.source = "part", "def twice(x):\n    return 2 * x"
    find(notebook, "exercise-double").source = "def double(x):\n    return twice(x)"
    notebook.cells.insert(3, helper)
    result = mended(notebook)
    assert [c.source for c in result.notebook.cells[3:5]] == [
        helper.source,
        "def double(x):\n    return twice(x)",
    ]


def test_an_answer_typed_into_the_test_cell_is_found() -> None:
    notebook = tiny_lab.notebook()
    find(notebook, "test-double").source = ANSWERS["double"] + "\n\ncheck.double(double)"
    result = mended(notebook)
    assert ANSWERS["double"] in source(result, "exercise-double")
    assert source(result, "test-double") == "check.double(double)"


def test_edited_test_and_given_cells_are_restored() -> None:
    notebook = tiny_lab.key()
    find(notebook, "test-double").source = "print('4 of 4')"
    find(notebook, "given-1").source = "import numpy as np\nimport math"
    result = mended(notebook)
    assert_solved(result)
    # The added import stays: the edited cell runs before the original.
    assert result.notebook.cells[2].source == "import numpy as np\nimport math"
    assert "the test cell of double was changed; the original counts" in result.mended
    assert any("the original runs after it" in note for note in result.mended)


def test_comments_are_no_change() -> None:
    notebook = tiny_lab.key()
    find(notebook, "given-2").source += "\n# I like this one"
    assert mended(notebook).mended == ()


def test_added_cells_stay_where_they_were_put() -> None:
    notebook = tiny_lab.key()
    notebook.cells.insert(4, new_code_cell("y = double(2)"))
    notebook.cells.insert(0, new_code_cell("import math"))
    notebook.cells.insert(1, new_markdown_cell("my notes"))
    result = mended(notebook)
    assert_solved(result)
    added = [
        (c.source, i)
        for i, c in enumerate(result.notebook.cells)
        if c.metadata.stats220.role == "extra"
    ]
    assert [text for text, _ in added] == ["import math", "my notes", "y = double(2)"]
    before = result.notebook.cells[added[2][1] - 1]
    assert before.id == "exercise-double"


def test_foreign_and_malformed_metadata() -> None:
    notebook = tiny_lab.key()
    find(notebook, "exercise-double").metadata = {"nbgrader": ["?"], "stats220": "?", "tags": 3}
    find(notebook, "exercise-Counter").metadata["nbgrader"] = {
        "grade_id": {"a": 1},
        "solution": "yes",
    }
    find(notebook, "given-2").metadata = {"nbgrader": {"grade_id": "of_another_course"}}
    assert_solved(mended(notebook))


def test_converted_cell_types() -> None:
    notebook = tiny_lab.key()
    content = json.loads(tiny_lab.as_bytes(notebook))
    content["cells"][3]["cell_type"] = "markdown"  # the exercise: one key too many in Jupyter
    content["cells"][8]["cell_type"] = "raw"  # another
    content["cells"][1]["cell_type"] = "raw"  # a text
    result = mend(tiny_lab.release(), json.dumps(content).encode())
    assert_solved(result)
    assert "the cell of double had become a text cell; it is read as code" in result.mended


def test_a_copy_kept_as_text_does_not_undo_the_work() -> None:
    notebook = tiny_lab.key()
    kept = deepcopy(find(notebook, "exercise-double"))
    kept.cell_type, kept.id, kept.source = "markdown", "kept", STUBS["double"]
    notebook.cells.insert(4, kept)
    assert_solved(mended(notebook))


def test_a_definition_below_the_check_does_not_count_where_there_is_one_above() -> None:
    notebook = tiny_lab.key()
    notebook.cells.append(new_code_cell("def double(x):\n    return 'my own pictures'"))
    result = mended(notebook)
    assert_solved(result)
    assert "double is defined again below its check; the one above counts" in result.mended
    assert result.notebook.cells[-1].source.endswith("'my own pictures'")


def test_a_copy_of_the_cell_below_the_check_stays_below_it() -> None:
    notebook = tiny_lab.key()
    copy = deepcopy(find(notebook, "exercise-double"))
    copy.id, copy.source = "copy", "def double(x):\n    return 'tried something'"
    notebook.cells.insert(5, copy)  # below its check
    result = mended(notebook)
    assert_solved(result)
    assert result.notebook.cells[5].source == copy.source


def test_a_definition_below_the_check_counts_where_above_there_is_only_the_stub() -> None:
    notebook = tiny_lab.with_answers({**ANSWERS, "double": STUBS["double"]})
    notebook.cells.append(new_code_cell(ANSWERS["double"]))
    assert_solved(mended(notebook))


def test_a_copy_of_the_check_moves_what_is_above_it() -> None:
    notebook = tiny_lab.key()
    again = "def double(x):\n    return x + x"
    check = deepcopy(find(notebook, "test-double"))
    check.id = "check-again"
    notebook.cells += [new_code_cell(again), check]
    assert source(mended(notebook), "exercise-double") == again


def test_one_cell_that_is_too_long_costs_no_other() -> None:
    notebook = tiny_lab.key()
    notebook.cells.insert(1, new_code_cell("picture = '" + "A" * 2_000_001 + "'"))
    result = mended(notebook)
    assert_solved(result)
    assert any("cell 2 is too long" in note for note in result.mended)


def test_outputs_are_dropped_unread() -> None:
    content = json.loads(tiny_lab.as_bytes(tiny_lab.key()))
    picture = {
        "output_type": "display_data",
        "data": {"image/png": "A" * 20_000_000},
        "metadata": {},
    }
    content["cells"][3]["outputs"] = [picture, "not an output"]
    result = mend(tiny_lab.release(), json.dumps(content).encode())
    assert_solved(result)
    assert len(tiny_lab.as_bytes(result.notebook)) < 20_000


# ---- answers


@pytest.mark.parametrize(
    "damage", [lambda n: n, tiny_lab.without_metadata], ids=["whole", "no metadata"]
)
def test_an_answer_is_found_where_it_was_written(damage: Any) -> None:
    in_place, below, instead = tiny_lab.notebook(), tiny_lab.notebook(), tiny_lab.notebook()
    find(in_place, "answer-why").source = "Because."
    place = [c.id for c in below.cells].index("answer-why")
    below.cells.insert(place + 1, new_markdown_cell("Because."))
    find(instead, "question-why").source += "\n\nBecause."
    for notebook in (
        (in_place, below) if damage is tiny_lab.without_metadata else (in_place, below, instead)
    ):
        result = mended(damage(notebook))
        assert result.answers == {"why": "Because."}
        assert source(result, "answer-why") == "Because."


def test_an_answer_in_several_cells_is_joined() -> None:
    notebook = tiny_lab.notebook()
    find(notebook, "answer-why").source = "First."
    place = [c.id for c in notebook.cells].index("answer-why")
    notebook.cells.insert(place + 1, new_markdown_cell("Second."))
    assert mended(notebook).answers == {"why": "First.\n\nSecond."}


def test_no_answer_is_none() -> None:
    notebook = tiny_lab.notebook()
    find(notebook, "answer-why").source = "  *Your answer here.*\n"
    assert mended(notebook).answers == {}


# ---- files that are not notebooks of this lab


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"{", "cut short or not JSON"),
        (tiny_lab.as_bytes(tiny_lab.key())[:-900], "cut short"),
        (b"<!DOCTYPE html><html>sign in</html>", "a web page"),
        (b"[1, 2]", "not an object"),
        (b"{}", "has no cells"),
        (b'{"cells": 3}', "has no cells"),
        (b"\x80\x81\x82", "not utf-8 text"),
        (b"\x89PNG\r\n\x1a\n", "not utf-8 text"),
        (b"[" * 100_000, "not a notebook"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "not a notebook"),
        (b'{"cells": [' + b"{}," * 3000 + b"{}]}", "more than 2000"),
    ],
)
def test_a_file_that_is_no_notebook_is_refused_with_a_reason(data: bytes, says: str) -> None:
    with pytest.raises(SubmissionError, match=says):
        mend(tiny_lab.release(), data)


def test_a_notebook_of_another_lab_is_refused() -> None:
    other = tiny_lab.key()
    other.metadata.stats220.lab = "lab9_other"
    with pytest.raises(SubmissionError, match="notebook of another lab: lab9_other"):
        mended(other)
    stranger = tiny_lab.without_metadata(tiny_lab.notebook())
    stranger.cells = [new_code_cell("import numpy as np"), new_code_cell("def deconvolve(): pass")]
    with pytest.raises(SubmissionError, match="not a notebook of lab0_tiny"):
        mended(stranger)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_does_no_harm(encoding: str) -> None:
    data = tiny_lab.as_bytes(tiny_lab.key()).decode().encode(encoding)
    result = mend(tiny_lab.release(), data)
    assert_solved(result)
    assert "byte order mark" in result.mended[0]


def test_format_3_is_converted() -> None:
    cells = [{"cell_type": "code", "input": [text], "outputs": []} for text in ANSWERS.values()]
    data = json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}).encode()
    result = mend(tiny_lab.release(), data)
    assert_solved(result)
    assert "format 3" in result.mended[0]


def test_damaged_cells_are_left_out() -> None:
    content = json.loads(tiny_lab.as_bytes(tiny_lab.key()))
    content["cells"] += [
        None,
        7,
        {"cell_type": "code"},
        {"source": "x"},
        {"cell_type": 1, "source": []},
    ]
    content["cells"].append({"cell_type": "code", "source": "x" * 600_000})
    result = mend(tiny_lab.release(), json.dumps(content).encode())
    assert_solved(result)
    assert sum("left out" in note for note in result.mended) == 6


def test_code_without_end_is_cut_off_and_a_picture_in_an_answer_is_not() -> None:
    content = json.loads(tiny_lab.as_bytes(tiny_lab.key()))
    many = {"cell_type": "code", "source": "x = 1\n" * 30_000, "metadata": {}, "outputs": []}
    content["cells"] += [many] * 15
    next(c for c in content["cells"] if c["id"] == "answer-why")["source"] = (
        "![](" + "A" * 1_000_000
    )
    result = mend(tiny_lab.release(), json.dumps(content).encode())
    assert_solved(result)
    assert sum("too long" in note for note in result.mended) == 4
    assert len(result.answers["why"]) == 1_000_004


def test_half_a_surrogate_pair_can_be_written_again() -> None:
    notebook = tiny_lab.key()
    data = tiny_lab.as_bytes(notebook).replace(b"# Tiny lab", b"\\ud800")
    added = json.loads(data)
    added["cells"].append({"cell_type": "code", "source": "s = '\ud800'", "metadata": {}})
    result = mend(tiny_lab.release(), json.dumps(added).encode())
    result.notebook.cells[-1].source.encode("utf-8")
    assert_solved(result)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "metadata", "source", "cell_type", "id", "nbgrader", "stats220"]
            ),
            children,
        )
    ),
    max_leaves=20,
)


@given(JSON, st.integers(0, 12), st.sampled_from(["metadata", "source", "cell_type", "id"]))
def test_whatever_stands_in_a_field_the_rest_is_mended(value: Any, place: int, field: str) -> None:
    content = json.loads(tiny_lab.as_bytes(tiny_lab.key()))
    content["cells"][place][field] = value
    # In this process, which is quicker: a reader of its own changes nothing else.
    result = mend_notebook(tiny_lab.release(), read_notebook(json.dumps(content).encode()))
    assert [i for i in order(result) if i in RELEASED] == RELEASED


@given(JSON)
def test_whatever_json_there_is_it_is_read_or_refused(value: Any) -> None:
    data = json.dumps(value).encode()
    try:
        notebook = read_notebook(data)
    except SubmissionError:
        return
    assert isinstance(notebook.cells, tuple)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"[" * 1_000_000, "nested too deeply"),
        (b'{"cells": 1' + b"0" * 100_000 + b"}", "a number in it is too long"),
    ],
)
def test_absurd_json_is_told_in_plain_words(data: bytes, says: str) -> None:
    with pytest.raises(SubmissionError, match=says):
        read_notebook(data)


def test_added_test_cells_and_points_change_nothing() -> None:
    notebook = tiny_lab.notebook()
    for cell in notebook.cells:
        if cell.metadata.stats220.role in ("test", "exercise"):
            cell.metadata.stats220.update(points=1000, bonus=True)
            cell.metadata.nbgrader["points"] = 1000
    forged = new_code_cell("1000")
    forged.metadata["stats220"] = {"role": "test", "name": "double", "points": 99}
    forged.metadata["nbgrader"] = {"grade": True, "grade_id": "test_double", "points": 99}
    outside = new_code_cell("1000")
    outside.metadata["stats220"] = {"role": "grader", "name": "../../../etc/passwd\x00"}
    notebook.cells += [forged, NotebookNode({**deepcopy(forged), "id": "again"}), outside]
    result = mended(notebook)
    released = tiny_lab.notebook()
    assert [c for c in result.notebook.cells if c.id in RELEASED] == released.cells
    extra = [c.metadata.stats220.role for c in result.notebook.cells if c.id not in RELEASED]
    assert set(extra) <= {"extra"}
