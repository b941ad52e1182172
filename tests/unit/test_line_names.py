"""What is public crosses by its name; whatever else claims a name is refused."""

from __future__ import annotations

import collections
import math
import os
from typing import Any

import numpy as np
import pytest
import scipy.signal
import scipy.sparse
import torch

from stats220.line.names import find, qualified_name
from stats220.line.wire import WireError


@pytest.mark.parametrize(
    "obj",
    [
        torch.nn.functional.mse_loss,
        torch.nn.functional.binary_cross_entropy_with_logits,
        torch.nn.Linear,
        torch.relu,
        torch.nn.functional.relu,
        torch.sin,
        torch.optim.SGD,
        torch.linalg.norm,
        torch.special.expit,
        torch.fft.rfft2,
        torch.Generator,
        np.add,
        np.mean,
        np.linalg.svd,
        np.float32,
        scipy.signal.convolve2d,
        scipy.sparse.csr_matrix,
        math.sqrt,
        abs,
        dict,
        ValueError,
        collections.Counter,
    ],
)
def test_public_objects_go_by_name(obj: Any) -> None:
    name = qualified_name(obj)
    assert name is not None
    assert find(name) is obj


def test_only_identical_public_objects_have_a_name() -> None:
    def relu(x: Any) -> Any:
        return x

    relu.__module__, relu.__qualname__ = "torch.nn.functional", "relu"
    assert qualified_name(relu) is None
    assert qualified_name(lambda x: x) is None
    assert qualified_name(np.zeros(2)) is None
    assert qualified_name(object()) is None
    assert qualified_name(os.system) is None


@pytest.mark.parametrize(
    "name",
    [
        None,
        3,
        "torch",
        "os:system",
        "torch:nope",
        "torch:a:b",
        "torch._C:Node",
        "torch:_C",
        "torch:nn.Module.__init__",
        "numpy.nope:x",
        "stats220.reference.pose:bernoulli_loss",
        "stats220.staff.cli:main",
        "subprocess:run",
    ],
)
def test_other_names_are_refused(name: object) -> None:
    with pytest.raises(WireError):
        find(name)
