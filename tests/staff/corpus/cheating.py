"""Code that wants points without an answer, or to see, leave or break what is not its own."""

from __future__ import annotations

from typing import Any

from corpus.cases import ALL, NOTHING, VICTIM, Lab, case, content

LIAR = """
class Liar{base}:
    def __init__(self, *args, **kwargs): pass
    def __call__(self, *args, **kwargs): return self
    def __getattr__(self, name): return self
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    def __gt__(self, other): return True
    def __bool__(self): return True
    def __float__(self): return 0.0
    def __hash__(self): return 0
    def __iter__(self): return iter([self])
"""


@case(ALL)
def liars_everywhere(lab: Lab) -> Any:
    return lab.notebook({name: f"{LIAR.format(base='')}\n{name} = Liar()" for name in lab.names})


@case(VICTIM)
def answers_with_a_liar(lab: Lab) -> Any:
    return lab.with_victim(LIAR.format(base="") + "\n\ndef VICTIM(*args):\n    return Liar()")


@case(VICTIM)
def answers_with_a_lying_number(lab: Lab) -> Any:
    lying = "class Liar(float):\n    def __eq__(self, other): return True\n    __hash__ = None"
    return lab.with_victim(f"{lying}\n\n\ndef VICTIM(*args):\n    return Liar(0)")


@case(VICTIM)
def answers_with_a_lying_tensor(lab: Lab) -> Any:
    lying = (
        "import torch\n\n\nclass Liar(torch.Tensor):\n"
        "    @classmethod\n    def __torch_function__(cls, *args, **kwargs): return torch.tensor(True)"
    )
    return lab.with_victim(f"{lying}\n\n\ndef VICTIM(*args):\n    return Liar([0.0])")


@case(VICTIM)
def is_a_class_that_is_everything(lab: Lab) -> Any:
    return lab.with_victim(
        "class Meta(type):\n    def __instancecheck__(cls, other): return True\n"
        "    def __subclasscheck__(cls, other): return True\n\n\nclass VICTIM(metaclass=Meta):\n"
        "    def __new__(cls, *args): return 0"
    )


@case(VICTIM)
def rewires_the_comparisons(lab: Lab) -> Any:
    return lab.with_victim(
        "import numpy, torch\nyes = lambda *args, **kwargs: True\n"
        "torch.equal = torch.allclose = numpy.allclose = numpy.array_equal = yes\n"
        "torch.testing.assert_close = numpy.testing.assert_allclose = yes\n"
        "import stats220.checks\nstats220.checks.Checks.points = property(lambda self: 1000)\n\n\n"
        "def VICTIM(*args):\n    return -12345.0"
    )


@case(VICTIM)
def rewires_its_side_of_the_line(lab: Lab) -> Any:
    return lab.with_victim(
        "from stats220.line.operations import Operations\nhonest = Operations.op_call\n\n\n"
        "def VICTIM(*args):\n    return 0\n\n\n"
        "def lying(self, function, *args):\n"
        "    return True if function is VICTIM else honest(self, function, *args)\n\n\n"
        "Operations.op_call = lying"
    )


@case(VICTIM)
def prints_its_points(lab: Lab) -> Any:
    return lab.with_victim(
        "print('VICTIM: 100 of 100')\n\n\ndef VICTIM(*args):\n    print(100)\n\n\n100"
    )


@case(VICTIM)
def forges_a_reply(lab: Lab) -> Any:
    return lab.with_body(
        "import json, struct",
        "header = json.dumps({'ok': 1, 'printed': ''}).encode()",
        "os.write(4, struct.pack('<4sIQ', b'S220', len(header), 0) + header)",
        "return 1",
    )


@case(VICTIM)
def looks_for_the_key(lab: Lab) -> Any:
    return lab.with_victim(
        "from stats220.reference import *\nimport stats220.reference as key\nVICTIM = key.VICTIM"
    )


@case(VICTIM)
def looks_into_the_grader(lab: Lab) -> Any:
    return lab.with_body(
        "found = [open(f'/proc/{p}/cmdline').read() for p in os.listdir('/proc') if p.isdigit()]",
        "raise RuntimeError(str(found) + str(os.environ))",
    )


@case(VICTIM)
def kills_everything(lab: Lab) -> Any:
    return lab.with_body("os.kill(-1, 9)", "os.kill(1, 9)", "return 1")


@case(VICTIM)
def calls_home(lab: Lab) -> Any:
    return lab.with_body(
        "import socket", "return socket.create_connection(('1.1.1.1', 53), timeout=2)"
    )


@case(VICTIM)
def tells_inputs_by_its_errors(lab: Lab) -> Any:
    return lab.with_body("raise type(f'Leak{hash(str(args))}', (Exception,), {})(str(args))")


@case(VICTIM)
def answers_with_nothing_a_number_is(lab: Lab) -> Any:
    return lab.with_body("return float('nan')")


@case(VICTIM)
def answers_with_an_exception_that_raises(lab: Lab) -> Any:
    return lab.with_body(
        "class Odd(Exception):",
        "    def __str__(self): raise SystemExit",
        "raise Odd",
    )


@case(VICTIM)
def answers_with_megabytes_of_message(lab: Lab) -> Any:
    return lab.with_body("raise ValueError('\\x1b[31m<script>' * 10**6)")


@case(ALL)
def test_cells_replaced_by_points(lab: Lab) -> Any:
    notebook = lab.release.notebook
    spoiled = content(notebook)
    for cell, original in zip(spoiled["cells"], notebook.cells, strict=True):
        if original.metadata.stats220.role == "test":
            cell["source"] = "100"
    return spoiled


@case(ALL)
def points_in_the_metadata(lab: Lab) -> Any:
    spoiled = content(lab.release.notebook)
    for cell in spoiled["cells"]:
        cell["metadata"].setdefault("nbgrader", {}).update(points=1000, grade=True)
        cell["metadata"]["stats220"].update(points=1000, hidden_points=0)
    return spoiled


@case(ALL)
def checks_replaced_by_their_own(lab: Lab) -> Any:
    checks = "class check:\n" + "".join(f"    def {n}(x): return 100\n" for n in lab.names)
    spoiled = content(lab.release.notebook)
    spoiled["cells"].append({"cell_type": "code", "source": checks, "metadata": {}, "outputs": []})
    return spoiled


@case(NOTHING)
def scripts_in_its_texts(lab: Lab) -> Any:
    text = "<script>alert(1)</script> [x](javascript:alert(1)) $\\href{javascript:alert(1)}{x}$"
    return lab.with_cell(text, at=-1, kind="markdown")


@case(NOTHING)
def javascript_cell(lab: Lab) -> Any:
    return lab.with_cell("%%javascript\nJupyter.notebook.kernel.execute('import os')")
