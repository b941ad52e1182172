"""A right answer with one of the rules broken that hold for all problems of a lab, as its first page says.

Each takes the key's function or module, and a list in which it notes whenever it broke the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch


def renamed(answer: Any, broke: list[str]) -> Any:
    """Its arguments can be given by place alone, as to whoever has other names for them."""
    broke.append("names")
    if not isinstance(answer, type):
        return lambda *args: answer(*args)

    class Renamed(answer):  # type: ignore[misc]
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)

    return Renamed


def as_lists(answer: Any, broke: list[str]) -> Any:
    """Arrays and tensors come back as lists."""

    def listed(value: Any) -> Any:
        if isinstance(value, np.ndarray | torch.Tensor):
            broke.append("types")
            return value.tolist()
        return type(value)(map(listed, value)) if type(value) in (tuple, list) else value

    return _around(answer, lambda call, args, named: listed(call(*args, **named)))


def overwriting(answer: Any, broke: list[str]) -> Any:
    """Once it is done, it writes into the arrays and tensors that it was given."""

    def overwrite(value: Any) -> None:
        if isinstance(value, np.ndarray | torch.Tensor):
            broke.append("inputs")
            value[...] = value + 1
        elif type(value) in (tuple, list):
            for part in value:
                overwrite(part)

    def called(call: Callable[..., Any], args: Any, named: dict[str, Any]) -> Any:
        result = call(*args, **named)
        with torch.no_grad():
            overwrite((*args, *named.values()))
        return result

    return _around(answer, called)


def _around(answer: Any, called: Callable[..., Any]) -> Any:
    """The answer, whose calls go through `called`; a module's are those of its ``forward``."""
    if not isinstance(answer, type):
        return lambda *args, **named: called(answer, args, named)

    class Around(answer):  # type: ignore[misc]
        def forward(self, *args: Any, **named: Any) -> Any:
            return called(super().forward, args, named)

    return Around
