"""Frames for the tracker of the last part: padded to one size, and turned, scaled and shifted with their key points."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import v2

from stats220.errors import InputError

PAD_TO = 64  # all strides divide it, after averaging over 2 × 2 pixels too: no stage rounds, and all grids keep in step


def pad_frames(
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]],
) -> tuple[UInt8[Tensor, "num_frames 3 height width"], list[tuple[int, int]]]:
    """One batch of frames of several sizes, with zeros at the right and below: no pixel moves, and none is scaled.

    Returns
    -------
    images : Tensor of uint8 (num_frames, 3, height, width)
        Height and width are multiples of 64.
    sizes : list of (height, width)
        Of the frames as they were.

    Raises
    ------
    InputError
        If a frame is not uint8 (height, width, 3).
    """
    for i, image in enumerate(images):
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise InputError(
                f"frame {i} must be uint8 (height, width, 3): got {image.dtype} {image.shape}"
            )
    sizes = [(image.shape[0], image.shape[1]) for image in images]
    height, width = (-(-max(side) // PAD_TO) * PAD_TO for side in zip(*sizes, strict=True))
    padded = torch.zeros(len(images), 3, height, width, dtype=torch.uint8)
    for frame, image, (rows, columns) in zip(padded, images, sizes, strict=True):
        frame[:, :rows, :columns] = torch.tensor(image).permute(2, 0, 1)
    return padded, sizes


AUGMENT = v2.Compose(
    [
        v2.RandomAffine(
            degrees=10, translate=(0.08, 0.08), scale=(0.85, 1.18),
            interpolation=v2.InterpolationMode.BILINEAR,
        ),
        v2.ColorJitter(brightness=0.25, contrast=0.25),
    ]
)  # fmt: skip


def augment(
    image: UInt8[np.ndarray, "height width 3"],
    keypoints_xy: Float[np.ndarray, "num_keypoints 2"],
    transform: v2.Transform = AUGMENT,
) -> tuple[UInt8[np.ndarray, "height width 3"], Float[np.ndarray, "num_keypoints 2"]]:
    """Transform a frame and its key points alike; random numbers come from torch's generator.

    torchvision's affine transforms put the *corner* of the first pixel at (0, 0), we its center: half a pixel on the way in, and back
    on the way out. (Its flips do not: they would need none. This is why `transform` must be affine.)

    Returns
    -------
    image : ndarray of uint8 (height, width, 3)
    keypoints_xy : ndarray (num_keypoints, 2)
        NaN where it was not labeled, or has left the frame.
    """
    height, width = image.shape[:2]
    labeled = np.isfinite(keypoints_xy).all(axis=1)
    corners_xy = torch.tensor(np.nan_to_num(keypoints_xy) + 0.5, dtype=torch.float32)
    moved_image, moved = transform(
        tv_tensors.Image(torch.tensor(image).permute(2, 0, 1)),
        tv_tensors.KeyPoints(corners_xy, canvas_size=(height, width)),
    )
    moved_xy = moved.numpy().astype(np.float64)
    inside = ((moved_xy >= 0) & (moved_xy < (width, height))).all(axis=1)
    moved_xy = np.where((labeled & inside)[:, None], moved_xy - 0.5, np.nan)
    return moved_image.permute(1, 2, 0).numpy(), moved_xy
