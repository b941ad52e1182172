"""Files that something happened to: Colab, Kaggle, an editor, a mail program, a memory stick."""

from __future__ import annotations

import json
import random
from typing import Any

from nbformat.v4 import new_markdown_cell

from corpus.cases import ALL, UNGRADED, VICTIM, Lab, case, content


def as_bytes(lab: Lab) -> bytes:
    return json.dumps(content(lab.notebook())).encode()


@case()
def without_metadata(lab: Lab) -> Any:
    spoiled = content(lab.notebook())
    spoiled["metadata"] = {}
    for number, cell in enumerate(spoiled["cells"]):
        cell["metadata"], cell["id"] = {}, f"x{number}"
    return spoiled


@case()
def without_ids(lab: Lab) -> Any:
    spoiled = content(lab.notebook())
    for cell in spoiled["cells"]:
        del cell["id"]
    return spoiled


@case()
def ids_where_colab_keeps_them(lab: Lab) -> Any:
    spoiled = content(lab.notebook())
    for cell in spoiled["cells"]:
        cell["metadata"] = {"id": cell.pop("id"), "colab": {"base_uri": "https://localhost:8080/"}}
    return spoiled


@case()
def reordered(lab: Lab) -> Any:
    notebook = lab.notebook()
    random.Random(0).shuffle(notebook.cells)
    return notebook


@case()
def all_cells_twice(lab: Lab) -> Any:
    spoiled = content(lab.notebook())
    spoiled["cells"] = [cell for cell in spoiled["cells"] for _ in range(2)]
    return spoiled


@case(says="missing")
def given_and_test_cells_deleted(lab: Lab) -> Any:
    notebook = lab.notebook()
    notebook.cells = [
        c for c in notebook.cells if c.metadata.stats220.role not in ("given", "test", "install")
    ]
    return notebook


@case(VICTIM, "is missing")
def exercise_deleted(lab: Lab) -> Any:
    notebook = lab.notebook()
    del notebook.cells[lab.place("exercise", lab.victim)]
    return notebook


@case()
def old_format(lab: Lab) -> Any:
    cells = content(lab.notebook())["cells"]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    return {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}


@case(says="byte order mark")
def byte_order_mark(lab: Lab) -> Any:
    return b"\xef\xbb\xbf" + as_bytes(lab)


@case(says="byte order mark")
def sixteen_bits(lab: Lab) -> Any:
    return as_bytes(lab).decode().encode("utf-16")


@case()
def windows_line_ends(lab: Lab) -> Any:
    notebook = lab.notebook()
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    return notebook


@case()
def sources_as_lists(lab: Lab) -> Any:
    spoiled = content(lab.notebook())
    for cell in spoiled["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    return spoiled


@case()
def outputs_of_twenty_megabytes(lab: Lab) -> Any:
    spoiled = content(lab.notebook())
    data = {"image/png": "A" * 20_000_000}
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    spoiled["cells"][lab.place("exercise")]["outputs"] = [output]
    return spoiled


@case(says="damaged")
def odd_fields(lab: Lab) -> Any:
    spoiled = content(lab.notebook())
    spoiled["cells"] += [7, None, {"cell_type": "code"}, {"cell_type": [], "source": {}}]
    for cell, value in zip(spoiled["cells"], ([], "x", 3, None), strict=False):
        cell["metadata"]["nbgrader"] = value
    return spoiled


@case(UNGRADED, "cut short")
def cut_short(lab: Lab) -> Any:
    return as_bytes(lab)[:-500]


@case(UNGRADED, "empty")
def empty(lab: Lab) -> Any:
    return b"\n"


@case(UNGRADED, "a web page")
def a_web_page(lab: Lab) -> Any:
    return b"<!DOCTYPE html><html><body>Sign in to continue</body></html>"


@case(UNGRADED, "not a notebook")
def a_zip(lab: Lab) -> Any:
    return b"PK\x03\x04" + bytes(range(256)) * 20


@case(UNGRADED, "another lab")
def another_lab(lab: Lab) -> Any:
    notebook = lab.notebook()
    notebook.metadata["stats220"] = {"lab": "lab99_other", "version": 1}
    return notebook


@case(UNGRADED, "nested too deeply")
def nested_deeply(lab: Lab) -> Any:
    return b"[" * 400_000


@case(UNGRADED, "more than 2000")
def thousands_of_cells(lab: Lab) -> Any:
    spoiled = content(lab.notebook())
    spoiled["cells"] += [{"cell_type": "code", "source": "1", "metadata": {}}] * 2000
    return spoiled


@case(VICTIM, "SyntaxError")
def does_not_compile(lab: Lab) -> Any:
    return lab.with_victim("def VICTIM(x)\n    return x")


@case(VICTIM, "nothing is named")
def renamed(lab: Lab) -> Any:
    return lab.with_victim("def VICTIM_2(x):\n    return x")


@case(VICTIM, "is its name used twice")
def named_like_its_result(lab: Lab) -> Any:
    return lab.with_victim(
        "import numpy\n\n\ndef VICTIM(*args):\n    return 1\n\n\nVICTIM = numpy.ones(3)"
    )


@case()
def half_a_character(lab: Lab) -> Any:
    return lab.beside_victim(after="# half a pair: \ud83d")


@case(VICTIM)
def a_null_byte(lab: Lab) -> Any:
    return lab.beside_victim("x = '\0'")


@case(person=True)
def answers_pasted_at_the_end(lab: Lab) -> Any:
    notebook = lab.notebook()
    notebook.cells.append(new_markdown_cell("Because the one is larger than the other, I believe."))
    return notebook


@case(person=True)
def answer_typed_below_the_question_on_kaggle(lab: Lab) -> Any:
    spoiled = without_metadata(lab)
    place = next(
        i
        for i, cell in enumerate(lab.release.notebook.cells)
        if cell.metadata.stats220.role == "question"
    )
    spoiled["cells"][place]["source"] += "\n\nBecause the one is larger, I believe."
    return spoiled


@case(person=True)
def answer_as_a_comment(lab: Lab) -> Any:
    return lab.with_cell("# 3d) Because the one is larger than the other, I believe.", at=-1)


@case(ALL)
def everything_commented_out(lab: Lab) -> Any:
    commented = {
        name: "\n".join(f"# {line}" for line in text.splitlines())
        for name, text in lab.answers.items()
    }
    return lab.notebook(commented)
