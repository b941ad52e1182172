"""Arrays and devices: the one place that knows about numpy and torch, CPU and GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch


def pick_device() -> torch.device:
    """The GPU where there is one, NVIDIA's or Apple's, else the CPU."""
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def to_numpy(array: Any) -> np.ndarray[Any, np.dtype[Any]]:
    """A NumPy array from a tensor on any device, with or without a graph, or from anything array-like.

    Parameters
    ----------
    array : torch.Tensor or array_like, any shape
        The values to convert.

    Returns
    -------
    ndarray of the same shape and, where NumPy has it, the same dtype
        bfloat16, which NumPy lacks, becomes float32.
    """
    if hasattr(array, "detach"):
        import torch

        tensor = array.detach().cpu()
        return np.asarray(tensor.float() if tensor.dtype == torch.bfloat16 else tensor)
    return np.asarray(array)
