"""Inputs that checks make for themselves: the same numbers in every process and on every machine."""

from __future__ import annotations

import numpy as np
import torch


def normal(*shape: int, seed: int = 0, rng: np.random.Generator | None = None) -> torch.Tensor:
    """Standard normal float32 numbers from a generator of their own, so that the student's random state is left alone."""
    if rng is not None:
        return torch.tensor(rng.standard_normal(shape), dtype=torch.float32)
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def masks(shape: tuple[int, int, int], *ones: tuple[int, int, int]) -> torch.Tensor:
    """Masks (num_keypoints, height, width) that are 0 but for ones at (key point, row, column)."""
    result = torch.zeros(shape)
    for one in ones:
        result[one] = 1
    return result
