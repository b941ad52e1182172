"""Global settings of a process, as they are, and put back as they were.

A check and a student's code share them in a notebook, and in a sandbox one exercise's code shares them with the next one's.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch.overrides import _get_current_function_mode_stack
from torch.utils._device import DeviceContext


def _set_device(device: str | None) -> None:
    torch.set_default_device(device)


def _set_inference(mode: bool) -> None:
    # There is no setter: a guard that is entered and never left. The graph's switch, which it turns too, comes after it.
    guard = torch.inference_mode(mode)
    guard.__enter__()
    _guards.append(guard)


_guards: list[torch.inference_mode] = []


def _set_deterministic(flags: tuple[bool, bool]) -> None:
    torch.use_deterministic_algorithms(flags[0], warn_only=flags[1])


def _set_generator(generator: torch.Generator) -> None:
    modules: tuple[Any, ...] = (torch, torch.random)
    for module in modules:
        module.default_generator = generator


def _autocast(device: str) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    def read() -> tuple[bool, torch.dtype]:
        return torch.is_autocast_enabled(device), torch.get_autocast_dtype(device)

    def write(value: tuple[bool, torch.dtype]) -> None:
        torch.set_autocast_enabled(device, value[0])
        torch.set_autocast_dtype(device, value[1])

    return read, write


def _flags(owner: Any, *names: str) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    """Attributes that are settings."""

    def read() -> tuple[Any, ...]:
        return tuple(getattr(owner, name) for name in names)

    def write(values: tuple[Any, ...]) -> None:
        for name, value in zip(names, values, strict=True):
            setattr(owner, name, value)

    return read, write


def _device() -> str | None:
    # torch.get_default_device makes a tensor there to find out, which raises where there is no such device.
    modes = reversed(_get_current_function_mode_stack())
    device = next((str(mode.device) for mode in modes if isinstance(mode, DeviceContext)), "cpu")
    return None if device == "cpu" else device


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return ""


def _set_folder(folder: str) -> None:
    if os.path.isdir(folder):
        os.chdir(folder)


# How each is read and set. What others depend on comes first.
SETTINGS: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "inference mode": (torch.is_inference_mode_enabled, _set_inference),
    "gradients": (torch.is_grad_enabled, torch.set_grad_enabled),
    "default dtype": (torch.get_default_dtype, torch.set_default_dtype),
    "default device": (_device, _set_device),
    "autocast": _autocast("cpu"),
    "autocast on cuda": _autocast("cuda"),
    "anomaly detection": (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    "deterministic algorithms": (
        lambda: (
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
        ),
        _set_deterministic,
    ),
    "cuDNN": _flags(torch.backends.cudnn, "enabled", "benchmark", "deterministic"),
    "precision of products": (
        torch.get_float32_matmul_precision,
        torch.set_float32_matmul_precision,
    ),
    "threads": (torch.get_num_threads, torch.set_num_threads),
    "default generator": (lambda: torch.default_generator, _set_generator),
    "printing of tensors": _flags(
        torch._tensor_str.PRINT_OPTS,  # what torch.set_printoptions sets; there is no other way to read it
        *("precision", "threshold", "edgeitems", "linewidth", "sci_mode"),
    ),
    "printing of arrays": (np.get_printoptions, lambda options: np.set_printoptions(**options)),
    "NumPy's errors": (np.geterr, lambda options: np.seterr(**options)),
    "NumPy's error callback": (np.geterrcall, np.seterrcall),
    "folder": (_folder, _set_folder),
}


class Settings:
    """The settings of this process at one moment.

    Parameters
    ----------
    values
        By the names in `SETTINGS`; those that are not there are left alone.
    """

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    @classmethod
    def now(cls) -> Settings:
        """The settings as they are."""
        return cls({name: read() for name, (read, _) in SETTINGS.items()})

    @classmethod
    def fresh(cls) -> Settings:
        """What a check's own code runs with: the defaults of a fresh process in whatever changes results."""
        return cls(DEFAULTS)

    def apply(self) -> list[str]:
        """Make the settings these; returns the names of those that were others."""
        changed = []
        for name, value in self.values.items():
            read, write = SETTINGS[name]
            if read() != value:
                write(value)
                changed.append(name)
        return changed

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """These settings in the block, and those from before after it."""
        before = Settings({name: SETTINGS[name][0]() for name in self.values})
        self.apply()
        try:
            yield
        finally:
            before.apply()

    def unusual(self) -> list[str]:
        """The names of those that change results and are not as in a fresh process."""
        return [name for name, value in DEFAULTS.items() if self.values[name] != value]


DEFAULTS: dict[str, Any] = {  # in the order of SETTINGS
    "inference mode": False,
    "gradients": True,
    "default dtype": torch.float32,
    "default device": None,
    "autocast": (False, torch.bfloat16),
    "NumPy's errors": {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"},
}
