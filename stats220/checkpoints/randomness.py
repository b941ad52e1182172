"""The states of the random generators that everybody shares."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch


def shared_states() -> dict[str, Any]:
    """The state of each shared generator: Python's, NumPy's, torch's, and the GPUs' where they are in use."""
    states: dict[str, Any] = {
        "random": random.getstate(),
        "numpy": np.random.get_state(),
        "torch": torch.get_rng_state(),
    }
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        states["cuda"] = torch.cuda.get_rng_state_all()
    if torch.backends.mps.is_available():
        states["mps"] = torch.mps.get_rng_state()
    return states


def set_shared_states(states: dict[str, Any]) -> None:
    """Put shared generators into states of before; those that are not named stay as they are."""
    setters: dict[str, Any] = {
        "random": random.setstate,
        "numpy": np.random.set_state,
        "torch": torch.set_rng_state,
        "cuda": torch.cuda.set_rng_state_all,
        "mps": torch.mps.set_rng_state,
    }
    for name, state in states.items():
        setters[name](state)
