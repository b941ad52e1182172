"""What one exercise's code sets costs no other exercise anything, in a notebook and at grading."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
import torch
from boundary import Notebook, remote
from torch import nn

from stats220.checks import Checks, checked
from stats220.line.settings import DEFAULTS, SETTINGS, Settings

# One line each that leaves a setting changed.
LEAVES = {
    "inference mode": "kept = torch.inference_mode(); kept.__enter__(); globals()['kept'] = kept",
    "gradients": "torch.set_grad_enabled(False)",
    "default dtype": "torch.set_default_dtype(torch.float64)",
    "default device": "torch.set_default_device('meta')",
    "autocast": "torch.set_autocast_enabled('cpu', True); torch.set_autocast_dtype('cpu', torch.float16)",
    "autocast on cuda": "torch.set_autocast_dtype('cuda', torch.bfloat16)",
    "anomaly detection": "torch.autograd.set_detect_anomaly(True, check_nan=False)",
    "deterministic algorithms": "torch.use_deterministic_algorithms(True, warn_only=True)",
    "cuDNN": "torch.backends.cudnn.benchmark = True",
    "precision of products": "torch.set_float32_matmul_precision('medium')",
    "threads": "torch.set_num_threads(3)",
    "default generator": "torch.default_generator = torch.random.default_generator = torch.Generator()",
    "printing of tensors": "torch.set_printoptions(precision=1, sci_mode=True)",
    "printing of arrays": "np.set_printoptions(precision=1)",
    "NumPy's errors": "np.seterr(all='raise')",
    "NumPy's error callback": "np.seterrcall(print)",
    "folder": "os.chdir('/')",
}
DOUBLE = "def double(x):\n    {line}\n    return 2 * x.clone()"
LEARN = """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2))

    def forward(self, x):
        return self.weight * x @ torch.ones(2)
"""


@checked
def double(double: Any) -> Checks:
    checks = Checks("double")
    with checks(1, "doubles"):
        double(torch.ones(2))
    return checks


@checked
def learn(model: Any) -> Checks:
    checks = Checks("Model")
    with checks(1, "float32"):
        checks.tensor(model()(torch.ones(2)), ())
    with checks(1, "gradients"):
        checks.learns(model(), torch.tensor([3.0, 4.0]), parameters=["weight"])
    with checks(1, "parts of the check's own"):
        part = checks.make(nn.Linear, 2, 1)
        checks.tensor(part.weight, (1, 2))
        checks.that(part.weight.requires_grad, "no gradients")
    return checks


def test_each_setting_has_its_line() -> None:
    assert LEAVES.keys() == SETTINGS.keys()
    assert DEFAULTS.keys() <= SETTINGS.keys()


@pytest.mark.parametrize("name", LEAVES)
def test_what_an_exercise_leaves_costs_no_other_in_a_notebook(name: str) -> None:
    names: dict[str, Any] = {"__name__": "__main__", "torch": torch, "np": np, "nn": nn, "os": os}
    exec(DOUBLE.format(line=LEAVES[name]) + LEARN, names)
    before = Settings.now()
    try:
        assert learn(names["Model"]).points == 3
        first = double(names["double"])
        left = [key for key, value in Settings.now().values.items() if value != before.values[key]]
        assert left == []
        assert learn(names["Model"]).points == 3
    finally:
        before.apply()
        names.pop("kept", None)
    told = name in ("gradients", "inference mode", "default dtype", "default device", "autocast")
    assert [note.startswith("Your code leaves ") for note in first.notes] == [True] * told


@pytest.mark.parametrize("line", [Notebook, remote])
def test_what_an_exercise_leaves_costs_no_other_at_grading(line: Any) -> None:
    with line() if line is remote else Notebook().activate() as session:
        session.run_cell(f"import os, torch, numpy as np\nfrom torch import nn\n{LEARN}")
        before = Settings.now()
        try:
            for name, leaves in LEAVES.items():
                session.run_cell(DOUBLE.format(line=leaves))
                with session.activate():
                    first, second = double(session.get("double")), learn(session.get("Model"))
                rows = [*first.results, *second.results]
                assert [(name, row.what, row.message) for row in rows] == [
                    (name, row.what, "") for row in rows
                ]
        finally:
            before.apply()


ABSENT = (
    "torch.set_default_device('xpu')"  # which hardly any machine has, as graders have no "cuda"
)


def test_a_default_device_that_is_not_there_costs_no_more_than_one_that_is() -> None:
    names: dict[str, Any] = {"__name__": "__main__", "torch": torch, "nn": nn}
    exec(DOUBLE.format(line=ABSENT) + LEARN, names)
    before = Settings.now()
    try:
        checks = double(names["double"])
        assert (checks.points, learn(names["Model"]).points) == (1, 3)
        assert checks.notes[0].startswith("Your code leaves a default device")
        exec(ABSENT, names)
        checks = double(names["double"])
        assert checks.points == 1
        assert checks.notes[0].startswith("Your notebook has a default device")
        assert learn(names["Model"]).points == 1  # its own parameter is made there
    finally:
        before.apply()


def test_nor_does_it_at_grading() -> None:
    with remote() as session:
        session.run_cell(f"import torch\nfrom torch import nn\n{LEARN}")
        session.run_cell(DOUBLE.format(line=ABSENT))
        with session.activate():
            assert double(session.get("double")).points == 1
            assert learn(session.get("Model")).points == 3
            session.run_cell(ABSENT)
            checks = double(session.get("double"))
        assert checks.points == 1
        assert checks.notes[0].startswith("Your notebook has a default device")


def test_what_the_notebook_itself_has_set_is_said_at_the_head() -> None:
    names: dict[str, Any] = {"__name__": "__main__", "torch": torch, "nn": nn}
    exec(LEARN, names)
    assert learn(names["Model"]).notes == []
    before = Settings.now()
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    try:
        checks = learn(names["Model"])
        assert checks.results[2].message == ""  # the checks' own parts are made under the defaults
        (note,) = checks.notes
        assert note.startswith(
            "Your notebook has gradients off (torch.set_grad_enabled(True) turns"
        )
        assert "another default dtype (torch.set_default_dtype(torch.float32) puts it back)" in note
        assert str(checks).splitlines()[1].strip() == note
        assert "another default dtype" in checks._repr_html_()
        assert torch.get_default_dtype() == torch.float64
    finally:
        before.apply()


def test_names_of_settings_that_are_claimed_are_looked_up() -> None:
    """The other process may say anything: only known names are passed on, in the order of the table."""
    session = Notebook()
    session._inside.op_keep_settings = lambda: ["threads", "<script>", 3, ["x"], "gradients"]  # type: ignore
    assert session.keep_settings() == ["gradients", "threads"]


def test_an_inference_mode_that_was_left_on_can_be_left_again() -> None:
    before = Settings.now()
    kept = torch.inference_mode()
    kept.__enter__()
    assert before.apply() == ["inference mode"]
    del kept
    x = torch.ones(2, requires_grad=True)
    (3 * x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [3, 3]
