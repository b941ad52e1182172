"""The long works of each lab, as its notebook defines them, are of a kind that can be kept: nothing that they use is unknown."""

from __future__ import annotations

import ast
import builtins
import contextlib
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import torch

from stats220.checkpoints import digest

# What a long cell hands to the work, and what the functions among it look up that other explore cells have made.
WORKS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "lab3_calcium": (
        ("denoise", "update_trace", "update_footprint", "update_background", "ascend"),
        {"decay_frames": 9.0},
    ),
    "lab4_pose": (
        ("train", "bernoulli_loss", "TemplatePoseTracker", "ResNetPoseTracker", "train_head"),
        {
            "data": [(torch.zeros(1, 4, 6), torch.zeros(5, 2, 3))],
            "backbone": torch.nn.Linear(1, 1),
            "train_frames": np.arange(3),
            "validation_frames": np.arange(2),
            "rates": torch.ones(5),
        },
    ),
    "lab5_triangulation": (
        ("outlier_responsibilities", "update_direction", "mean_errors", "METHODS"),
        {},
    ),
    "lab6_encoding": (("poisson_loss", "l2_penalty", "LNP", "CoupledGLM", "RetinaCNN"), {}),
}


def names_of(notebook: Path) -> dict[str, Any]:
    """What a solved notebook binds: all of its given cells and exercises, of others the functions and constants."""
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    for cell in nbformat.read(notebook, as_version=4).cells:
        role = cell.metadata.get("stats220", {}).get("role", "")
        if cell.cell_type != "code" or role not in ("given", "exercise", "explore"):
            continue
        nodes = ast.parse(cell.source).body
        if role == "explore":
            nodes = [n for n in nodes if isinstance(n, ast.FunctionDef) or _constant(n)]
        for node in nodes:
            code = compile(ast.Module([node], []), notebook.name, "exec", dont_inherit=True)
            # Some defaults are what other explore cells made.
            with contextlib.suppress(NameError if role == "explore" else ()):
                exec(code, names)
    return names


def _constant(node: ast.stmt) -> bool:
    """Whether it binds a name in capitals to what is written there, or to a table of functions."""
    literal = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant | ast.Dict)
    return literal and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper()  # type: ignore[attr-defined]


@pytest.mark.parametrize("lab", WORKS)
def test_each_long_work_has_a_key(root: Path, lab: str) -> None:
    works, given = WORKS[lab]
    names = names_of(root / "solutions" / f"{lab}.ipynb")
    assert set(works) <= set(names)
    names |= given
    for name in works:
        assert digest(names[name]) == digest(names[name])
