"""A student's code without the accelerators of its machine, as at grading: what lands on one is refused, at the line that put it there."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator, Sequence
from typing import Any
from unittest import mock

import torch
from torch.utils._python_dispatch import TorchDispatchMode


def accelerators() -> tuple[str, ...]:
    """What this machine has beside its CPU."""
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    return ("cuda",) * cuda + ("mps",) * mps


class _Refusing(TorchDispatchMode):
    """Raises where an operation gives a tensor on one of these devices."""

    def __init__(self, devices: Sequence[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.devices = devices

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        self._refuse(kwargs.get("device"))
        result = func(*args, **kwargs)
        for value in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(value, torch.Tensor):
                self._refuse(value.device)
        return result

    def _refuse(self, device: torch.device | str | None) -> None:
        if device is not None and (kind := torch.device(device).type) in self.devices:
            raise RuntimeError(
                f"a tensor was put on {kind}, though the input is on the CPU and grading has no GPU: take the input's own "
                "device, as in `image.device`"
            )


@contextlib.contextmanager
def hidden(devices: Sequence[str]) -> Iterator[None]:
    """Hide these devices in the block: ``torch.cuda.is_available()`` says no, and no tensor may land there."""
    if not devices:
        yield
        return
    # The first operation in such a mode imports this, which looks for a GPU once and for all.
    importlib.import_module("torch._dynamo")
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch("torch.cuda.is_available", return_value=False))
        stack.enter_context(mock.patch("torch.cuda.device_count", return_value=0))
        stack.enter_context(mock.patch("torch.backends.mps.is_available", return_value=False))
        stack.enter_context(_Refusing(devices))
        yield
