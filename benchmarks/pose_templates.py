"""The template tracker on the recorded frames: its loss after the course's 200 epochs, its pixels, and what makes the difference.

Five splits of 44 and 11 frames. With `nearest` interpolation the logits of a tracker are constant over blocks of pixels, so that the loss
at full size is a sum over blocks; and a convolution with a 27 × 27 kernel is a product of Fourier transforms. This is the same training, a
hundred times faster: it is checked here that the loss of `TemplatePoseTracker` itself is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.table import Row
from stats220.data.frames import LabeledFrames
from stats220.data.pose import load_mouse_reaching
from stats220.reference.pose import (
    TemplatePoseTracker,
    bernoulli_loss,
    dilate,
    downsample,
    keypoint_masks,
    preprocess,
)
from stats220.reference.pose.locating import locate_keypoints
from stats220.reference.pose.training import train

DOWNSAMPLE, PATCH_SIZE, SIDE = 4, 101, 27
FOURIER_SIZE = (135, 135)  # no smaller than a small image and a border of half a template


class FourierTemplates(nn.Module):
    """The templates of a tracker, applied in the Fourier domain to the spectrum of a small image with its border."""

    def __init__(self, tracker: TemplatePoseTracker) -> None:
        super().__init__()
        self.template = tracker.template

    def forward(self, spectrum: Tensor) -> Tensor:
        """Logits, (num_keypoints, 135, 135), of which those beyond the small image mean nothing."""
        templates = torch.fft.rfft2(self.template.weight[:, 0], s=FOURIER_SIZE)
        products = torch.fft.irfft2(spectrum * templates.conj(), s=FOURIER_SIZE)
        bias: Tensor = self.template.get_parameter("bias")
        logits: Tensor = products + bias[:, None, None]
        return logits


def block_loss(logits: Tensor, blocks: Tensor) -> Tensor:
    """The Bernoulli loss at full size; blocks (num_keypoints + 1, rows, columns) hold sums of targets, and last the numbers of pixels."""
    sums, counts = blocks[:-1], blocks[-1]
    a = logits[:, : counts.shape[0], : counts.shape[1]]
    return (F.softplus(a) * counts - sums * a).sum() / (len(sums) * counts.sum())


def block_softmax_loss(logits: Tensor, blocks: Tensor) -> Tensor:
    """Cross entropy of a softmax over places with the targets, for those key points that are in the frame."""
    sums = blocks[:-1]
    a = logits[:, : sums.shape[1], : sums.shape[2]].flatten(1)
    present = sums.flatten(1)[sums.flatten(1).sum(1) > 0]
    log_probabilities = a.log_softmax(1)[sums.flatten(1).sum(1) > 0]
    return -(present / present.sum(1, keepdim=True) * log_probabilities).sum() / len(sums)


def sum_blocks(maps: Tensor, rows: int, columns: int) -> Tensor:
    """Sums of maps over the blocks of pixels that `nearest` interpolation fills with one logit."""
    for dim, size in ((1, rows), (2, columns)):
        index = (torch.arange(maps.shape[dim]) * size / maps.shape[dim]).long()
        shape = [size if d == dim else n for d, n in enumerate(maps.shape)]
        maps = torch.zeros(shape).index_add_(dim, index, maps)
    return maps


def prepare(mouse: LabeledFrames, target_size: int) -> list[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Image and targets at half size, and the same as spectrum and blocks, for each frame."""
    examples = []
    for frame, xy in zip(mouse.images, mouse.keypoints_xy, strict=True):
        masks = keypoint_masks(xy, *frame.shape[:2])
        image, masks = downsample(preprocess(frame), masks, 2)
        targets = dilate(masks, target_size)
        rows, columns = (n // DOWNSAMPLE for n in image.shape[1:])
        small = F.interpolate(image.mean(dim=0)[None, None], size=(rows, columns))[0, 0]
        border = SIDE // 2
        spectrum = torch.fft.rfft2(F.pad(small, (border, 0, border, 0)), s=FOURIER_SIZE)
        maps = torch.cat([targets, torch.ones(1, *targets.shape[1:])])
        examples.append((image, targets, spectrum, sum_blocks(maps, rows, columns)))
    return examples


def largest(logits: Tensor) -> Tensor:
    """`locate_keypoints`: the largest logit."""
    return locate_keypoints(logits, scale=2)


def middle(logits: Tensor, reach: int = 20) -> Tensor:
    """The mean position around the largest logit, weighted by the probabilities: the middle of a plateau."""
    xy = torch.empty(len(logits), 2)
    for k, probabilities in enumerate(torch.sigmoid(logits)):
        row, column = divmod(int(probabilities.argmax()), probabilities.shape[1])
        top, left = max(0, row - reach), max(0, column - reach)
        near = probabilities[top : row + reach + 1, left : column + reach + 1]
        y, x = torch.meshgrid(*(torch.arange(n).float() for n in near.shape), indexing="ij")
        xy[k, 0] = (near * (x + left)).sum() / near.sum()
        xy[k, 1] = (near * (y + top)).sum() / near.sum()
    return (xy + 0.5) * 2 - 0.5


@dataclass(frozen=True)
class Recipe:
    """A way to train; `start` is "log odds" (of a one, in all biases; no template) or "random" (torch's own)."""

    name: str
    target_size: int = 21
    loss: Callable[[Tensor, Tensor], Tensor] = block_loss
    learning_rate: float = 1.0
    start: str = "log odds"
    decay_factor: float = 0.1


RECIPES = (
    Recipe("biases start at the log odds of a one"),
    Recipe("torch's random start", learning_rate=0.5, start="random"),
    Recipe(
        "torch's random start, constant rate", learning_rate=0.5, start="random", decay_factor=1.0
    ),
    Recipe("targets of 7 pixels", target_size=7),
    Recipe("softmax over places", loss=block_softmax_loss, learning_rate=0.005),
    Recipe("softmax over places, targets of 5 pixels", 5, block_softmax_loss, 0.005),
)


def fit(mouse: LabeledFrames, recipe: Recipe, seed: int, num_epochs: int) -> tuple[float, dict[str, np.ndarray]]:  # fmt: skip
    """Validation loss, and distances in pixels for both ways to locate, after training on one split."""
    examples = prepare(mouse, recipe.target_size)
    split = mouse.split(seed)
    torch.manual_seed(seed)
    tracker = TemplatePoseTracker(len(mouse.keypoint_names), DOWNSAMPLE, PATCH_SIZE)
    if recipe.start == "log odds":
        ones = float(torch.stack([examples[i][1].mean() for i in split.train]).mean())
        nn.init.zeros_(tracker.template.weight)
        nn.init.constant_(tracker.template.get_parameter("bias"), np.log(ones / (1 - ones)))
    image, targets, spectrum, blocks = examples[0]
    with torch.no_grad():
        quick_loss = block_loss(FourierTemplates(tracker)(spectrum), blocks)
        if not torch.isclose(quick_loss, bernoulli_loss(tracker(image), targets), rtol=1e-4):
            raise RuntimeError("the loss by blocks is not that of TemplatePoseTracker")
    history = train(
        FourierTemplates(tracker),
        [examples[i][2:] for i in split.train],
        [examples[i][2:] for i in split.validation],
        recipe.loss,
        num_epochs=num_epochs,
        learning_rate=recipe.learning_rate,
        decay_every=num_epochs // 2,
        decay_factor=recipe.decay_factor,
        seed=seed,
        progress=False,
    )
    distances: dict[str, np.ndarray] = {}
    for how in (largest, middle):
        with torch.no_grad():
            found = np.stack([how(tracker(examples[i][0])).numpy() for i in split.validation])
        distances[how.__name__] = np.hypot(
            *np.moveaxis(found - mouse.keypoints_xy[split.validation], -1, 0)
        )
    return history.validation_losses[-1], distances


def run(quick: bool = True, recipes: Sequence[Recipe] = RECIPES) -> list[Row]:
    """One split and 20 epochs of the first recipe; or five splits and 200 epochs of all."""
    torch.set_num_threads(1)
    mouse = load_mouse_reaching()
    seeds, num_epochs = (range(1), 20) if quick else (range(5), 200)
    rows = []
    for recipe in recipes[:1] if quick else recipes:
        results = [fit(mouse, recipe, seed, num_epochs) for seed in seeds]
        losses = [loss for loss, _ in results]
        for how in ("largest", "middle"):
            d = np.concatenate([distances[how] for _, distances in results])
            scored = d[np.isfinite(d)]
            by_part = " ".join(f"{value:.0f}" for value in np.nanmedian(d, axis=0))
            text = f"median {np.median(scored):.1f}, RMSE {np.sqrt(np.mean(scored**2)):.1f} px, medians {by_part}"
            rows.append(
                Row(
                    "pose_templates",
                    f"{recipe.name}; {len(results)} × {num_epochs} epochs",
                    f"loss {np.mean(losses):.5f} ({min(losses):.4f} to {max(losses):.4f}); {how}: {text}",
                    "",
                    float("nan"),
                )
            )
            print(rows[-1].case, rows[-1].ours, flush=True)
    print(
        "  not measured here: one split by others, first recipe, largest logit: median 15.8 px, loss 0.0069"
    )
    return rows
