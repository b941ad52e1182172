"""How well the labels of the recorded frames agree with each other: below that no tracker's median can come.

Frames close in time show one scene, a little moved. A patch around a label is found again in the other frame by normalized
cross-correlation; how far the other label is from there, over √2, is how far one label is from what was meant, if both err alike. Patches that are not found again (correlation below 0.9) do not count.
On simulated frames, whose labels err by known amounts, the same procedure is held against those.

The joystick is rigid and hardly tilts toward the camera, so that its two points are as far apart in all frames, if they are labeled where they were
before. How far a held-out frame's distance is from that of the frames to train on is an error of labels that no tracker can foresee, not even one that is given the first point.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from benchmarks.table import Row
from stats220.data.frames import LabeledFrames, Split
from stats220.data.pose import load_mouse_reaching, simulate_mouse_reaching
from stats220.reference.pose.deeplabcut_lookalikes import correlations

HALF, REACH, LEAST = 30, 40, 0.9  # pixels to each side of a label, pixels of search, correlation


def found_again(image: Tensor, label_xy: np.ndarray, other: Tensor, near_xy: np.ndarray) -> Tensor:
    """Correlations (2 REACH + 1, 2 REACH + 1) of the patch around a label with those around each place near another; empty beyond the border."""
    template = _around(image, label_xy, HALF)
    area = _around(other, near_xy, HALF + REACH)
    if template.numel() != (2 * HALF + 1) ** 2 or area.numel() != (2 * (HALF + REACH) + 1) ** 2:
        return torch.empty(0)
    return correlations(template[None], area)[0]


def disagreements(frames: LabeledFrames, most_apart: int) -> Iterator[tuple[int, float]]:
    """Key point and pixels by which two labels of frames so close in the video disagree, over √2."""
    gray = [torch.tensor(image.mean(axis=2), dtype=torch.float32) for image in frames.images]
    for i, j in itertools.combinations(np.argsort(frames.frame_numbers, kind="stable"), 2):
        if frames.frame_numbers[j] - frames.frame_numbers[i] > most_apart:
            continue
        for k, (one, two) in enumerate(
            zip(frames.keypoints_xy[i], frames.keypoints_xy[j], strict=True)
        ):
            if not np.isfinite([one, two]).all():
                continue
            correlations = found_again(gray[i], one, gray[j], two)
            if not correlations.numel() or correlations.max() < LEAST:
                continue
            row, column = divmod(int(correlations.argmax()), 2 * REACH + 1)
            moved = np.array([column - REACH, row - REACH])
            # Labels are cut out at their nearest pixels: what they lack of these moves along.
            expected = np.floor(two + 0.5) + moved + one - np.floor(one + 0.5)
            yield k, float(np.hypot(*(two - expected)) / np.sqrt(2))


def joystick_lengths(
    frames: LabeledFrames, splits: Sequence[Split]
) -> tuple[list[float], np.ndarray]:
    """Median distance of the joystick's points in each split's held-out frames, and how far each of these is from the training frames' median, in pixels."""
    first, second = (frames.keypoint_names.index(f"Joystick{i}") for i in (1, 2))
    lengths = np.hypot(*(frames.keypoints_xy[:, second] - frames.keypoints_xy[:, first]).T)
    medians = [float(np.median(lengths[split.validation])) for split in splits]
    off = [np.abs(lengths[split.validation] - np.median(lengths[split.train])) for split in splits]
    return medians, np.concatenate(off)


def _around(image: Tensor, center_xy: np.ndarray, reach: int) -> Tensor:
    """A square around the pixel of a place, cut off at the border."""
    x, y = (int(np.floor(value + 0.5)) for value in center_xy)
    return image[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1]


def run(quick: bool = True) -> list[Row]:
    """Recorded frames at most 2 apart, and simulated ones; full: 2, 3 and 5 apart, and two sizes of errors."""
    torch.set_num_threads(1)
    rows = []
    mouse = load_mouse_reaching()
    for most_apart in (2,) if quick else (2, 3, 5):
        pairs = list(disagreements(mouse, most_apart))
        each = ", ".join(
            f"{name} {np.median(own):.1f} ({len(own)})"
            for k, name in enumerate(mouse.keypoint_names)
            if (own := [pixels for at, pixels in pairs if at == k])
        )
        pixels = [pixels for _, pixels in pairs]
        rows.append(
            Row(
                "pose_labels",
                f"recorded frames at most {most_apart} apart",
                f"median {np.median(pixels):.1f}, RMS {np.sqrt(np.mean(np.square(pixels))):.1f} px; median (n): {each}",
                "",
                float("nan"),
                "a label's own error, from pairs of labels",
            )
        )
    for name, splits in (
        ("blocks of frame numbers", mouse.split_by_blocks(5)),
        ("random splits", [mouse.split(seed) for seed in range(3)]),
    ):
        medians, off = joystick_lengths(mouse, splits)
        each = ", ".join(f"{median:.0f}" for median in medians)
        rows.append(
            Row(
                "pose_labels",
                f"distance of the rigid joystick's points, {name}",
                f"off by {np.median(off):.1f} px in the median; medians held out: {each} px",
                "",
                float("nan"),
                "against the median of the frames to train on",
            )
        )
    for variability_px in (9.0,) if quick else (2.7, 9.0):
        simulated = simulate_mouse_reaching(label_variability_px=variability_px)
        off = simulated.keypoints_xy - np.asarray(simulated.true_keypoints_xy)
        known = float(np.nanmedian(np.hypot(*np.moveaxis(off, -1, 0))))
        measured = [pixels for _, pixels in disagreements(simulated, 3)]
        rows.append(
            Row(
                "pose_labels",
                f"simulated frames at most 3 apart, {len(measured)} pairs",
                f"median {np.median(measured):.1f} px",
                f"median {known:.1f} px",
                known / float(np.median(measured)),
                "the peer is the labels' known error",
            )
        )
    return rows
