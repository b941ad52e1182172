"""What lab 4's checks of frames and masks compare with, and results in whichever order they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from stats220.checks import Checks
from stats220.data.backbones import IMAGENET_MEAN, IMAGENET_STD


def normalized(image: NDArray[Any]) -> torch.Tensor:
    """A frame (height, width, 3) as a network trained on ImageNet wants it, in double precision."""
    return torch.tensor(np.moveaxis((image / 255 - IMAGENET_MEAN) / IMAGENET_STD, -1, 0))


def colors_first(result: Any) -> Any:
    """A result (height, width, 3) with its colors moved to the front: so that its values can be judged by themselves."""
    is_last = isinstance(result, torch.Tensor) and result.ndim == 3 and result.shape[-1] == 3
    return result.permute(2, 0, 1) if is_last else result


def image_and_masks(result: Any, num_keypoints: int) -> tuple[Any, Any]:
    """Image and masks, told apart by their channels: whoever mixes up their order can be right in all else."""
    first, second = result
    is_swapped = isinstance(first, torch.Tensor) and first.shape[:1] == (num_keypoints,)
    return (second, first) if is_swapped else (first, second)


def has_shape(
    checks: Checks,
    value: Any,
    shape: Sequence[int],
    known: Mapping[str, Sequence[int]],
    *,
    name: str = "result",
) -> None:
    """Fail where a tensor has the shape of a known mistake; of all others, the next line of a check has to tell."""
    if not isinstance(value, torch.Tensor):
        return
    found = tuple(int(n) for n in value.shape)
    slip = next((slip for slip, other in known.items() if found == tuple(other)), "")
    message = f"{name} has shape {found}, expected {tuple(shape)}"
    checks.that(found == tuple(shape) or not slip, message, slip=slip)
