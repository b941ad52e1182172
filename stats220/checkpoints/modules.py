"""A module's numbers and modes as plain data, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def tensors_of(model: torch.nn.Module | None) -> dict[str, Tensor]:
    """A module's parameters and buffers by name, those too that its `state_dict` leaves out; none where there is no module."""
    if model is None:
        return {}
    parameters = model.named_parameters(remove_duplicate=False)
    return {**dict(parameters), **dict(model.named_buffers(remove_duplicate=False))}


def modes_of(model: torch.nn.Module | None) -> list[bool]:
    """Of each part of a module, whether it is in training mode."""
    return [] if model is None else [module.training for module in model.modules()]


def module_state(
    model: torch.nn.Module | None, worth: Callable[[str, Tensor], bool] = lambda name, tensor: True
) -> dict[str, Any]:
    """A module's tensors, without gradients and those that are not worth keeping, and its modes."""
    tensors = {name: tensor.detach() for name, tensor in tensors_of(model).items()}
    kept = {name: tensor for name, tensor in tensors.items() if worth(name, tensor)}
    return {"tensors": kept, "modes": modes_of(model)}


def put_module_state(model: torch.nn.Module | None, state: dict[str, Any]) -> None:
    """Give a module these numbers and modes; in place."""
    own = tensors_of(model)
    with torch.no_grad():
        for name, tensor in state["tensors"].items():
            own[name].copy_(tensor)
    if model is not None:
        for module, mode in zip(model.modules(), state["modes"], strict=True):
            module.training = mode
