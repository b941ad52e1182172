"""Right answers in odd clothes: none of them may cost a point."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from corpus.cases import ALL, Lab, case, content


@case()
def the_key(lab: Lab) -> Any:
    return lab.notebook()


@case(ALL)
def the_blank_release(lab: Lab) -> Any:
    return lab.release.notebook


@case()
def redefined_below_its_check(lab: Lab) -> Any:
    return lab.with_cell(f"def {lab.victim}(*pictures):\n    return 'my own'", at=-1)


@case()
def copy_of_the_cell_below_its_check(lab: Lab) -> Any:
    notebook = lab.notebook()
    copy = deepcopy(notebook.cells[lab.place("exercise", lab.victim)])
    copy.id, copy.source = "tried", f"def {lab.victim}(*tried):\n    return None"
    notebook.cells.insert(lab.place("test", lab.victim) + 1, copy)
    return notebook


@case()
def answered_below_the_stub(lab: Lab) -> Any:
    rest = {name: text for name, text in lab.answers.items() if name != lab.victim}
    notebook = lab.notebook(rest)
    notebook.cells.append(lab.with_cell(lab.answers[lab.victim], at=-1).cells[-1])
    return notebook


@case()
def stub_kept_as_a_copy(lab: Lab) -> Any:
    notebook = lab.notebook()
    place = lab.place("exercise", lab.victim)
    copy = deepcopy(lab.release.notebook.cells[place])
    copy.id = "kept"
    notebook.cells.append(copy)
    return notebook


@case(says="had become a text cell")
def cell_became_markdown(lab: Lab) -> Any:
    spoiled = content(lab.notebook())
    spoiled["cells"][lab.place("exercise", lab.victim)]["cell_type"] = "markdown"
    return spoiled


@case(says="had become a text cell")
def cell_became_raw(lab: Lab) -> Any:
    spoiled = content(lab.notebook())
    spoiled["cells"][lab.place("exercise", lab.victim)]["cell_type"] = "raw"
    return spoiled


@case(says="too long")
def pasted_picture_of_two_megabytes(lab: Lab) -> Any:
    return lab.with_cell("picture = '" + "A" * 2_100_000 + "'")


@case()
def cell_that_is_profiled(lab: Lab) -> Any:
    return lab.beside_victim("%%prun -s cumulative")


@case()
def cell_that_is_timed(lab: Lab) -> Any:
    return lab.beside_victim("%%time")


@case()
def cell_that_is_captured(lab: Lab) -> Any:
    return lab.beside_victim("%%capture out")


@case()
def shell_lines(lab: Lab) -> Any:
    return lab.beside_victim(
        "!pip install seaborn\n%matplotlib inline", "!ls\n%timeit -n 10 -r 2 1"
    )


@case()
def colab_imports(lab: Lab) -> Any:
    return lab.beside_victim("from google.colab import drive\ndrive.mount('/content/drive')")


@case()
def imports_what_grading_lacks(lab: Lab) -> Any:
    return lab.beside_victim("import seaborn_of_the_future as sns\nfrom pandas_too import read_all")


@case()
def optional_import(lab: Lab) -> Any:
    return lab.beside_victim(
        "try:\n    import numba_of_the_future as nb\nexcept ImportError:\n    nb = None\nassert nb is None"
    )


@case()
def helper_written_to_a_file(lab: Lab) -> Any:
    notebook = lab.with_cell(
        "%%writefile my_helper.py\nimport numpy\n\nmine = 1\n", at=lab.place("exercise", lab.victim)
    )
    place = lab.place("exercise", lab.victim, notebook)
    notebook.cells[place].source = (
        "import my_helper\nassert my_helper.mine == 1\n" + notebook.cells[place].source
    )
    return notebook


@case()
def raises_after_the_definition(lab: Lab) -> Any:
    return lab.beside_victim(after="print(not_defined_anywhere)")


@case()
def added_cells_that_raise(lab: Lab) -> Any:
    notebook = lab.with_cell("1 / 0")
    notebook.cells.insert(4, lab.with_cell("raise SystemExit('enough')").cells[1])
    return notebook


@case()
def asks_for_input(lab: Lab) -> Any:
    return lab.with_cell("try:\n    name = input('Who? ')\nexcept EOFError:\n    name = ''")


@case()
def settings_left_behind(lab: Lab) -> Any:
    return lab.with_cell(
        "import random, numpy, torch\nnumpy.random.seed(3)\nrandom.seed(4)\ntorch.manual_seed(5)\n"
        "numpy.set_printoptions(precision=1)\ntorch.set_num_threads(1)"
    )


@case()
def chatty(lab: Lab) -> Any:
    return lab.beside_victim(
        after="import sys, logging, warnings\nprint('x' * 10**6)\nwarnings.warn('careful')\n"
        "logging.error('logged')\nsys.stderr.write('no harm')"
    )


@case()
def split_over_two_cells(lab: Lab) -> Any:
    return lab.with_cell(
        "def my_own_helper(x):\n    return x", at=lab.place("exercise", lab.victim)
    )


@case()
def right_beside_a_stub_elsewhere(lab: Lab) -> Any:
    notebook = lab.notebook()
    notebook.cells.append(deepcopy(notebook.cells[lab.place("test", lab.victim)]))
    notebook.cells[-1].id = "once-more"
    return notebook
