"""What a training run leaves behind, and clear words for what stops one."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from stats220.data.examples import check_targets
from stats220.errors import InputError, Stats220Error


class TrainingError(Stats220Error, RuntimeError):
    """Training cannot go on: the loss is not a number any more, or memory has run out."""


@dataclass(frozen=True)
class TrainingHistory:
    """The course of a training run: one number per epoch.

    Attributes
    ----------
    train_losses : tuple of num_epochs floats
        Mean over the training examples of the loss of each, measured just before the step that it led to.
    validation_losses : tuple of num_epochs floats
        Mean over the validation examples, at the end of the epoch.
    learning_rates : tuple of num_epochs floats
        With which the epoch's steps were made.
    """

    train_losses: tuple[float, ...]
    validation_losses: tuple[float, ...]
    learning_rates: tuple[float, ...]


def check_examples(train_data: Sequence[Any], validation_data: Sequence[Any]) -> None:
    """Hold the data of a training run to what it needs: examples on both sides, each an image and its targets.

    Parameters
    ----------
    train_data, validation_data : sequences of (image, targets)
        Targets are (num_keypoints, height, width).

    Raises
    ------
    InputError
        If one is empty, an example is no pair, or an image and its targets are of different sizes. Images with more than three
        channels are features of a network, which may be smaller than their targets.
    """
    for name, examples in (("train_data", train_data), ("validation_data", validation_data)):
        if len(examples) == 0:
            raise InputError(f"{name} is empty: give at least one (image, targets)")
        for i in range(len(examples)):
            if len(examples[i]) != 2:
                raise InputError(
                    f"{name}[{i}] is no pair (image, targets): got {len(examples[i])} items"
                )
            image, targets = examples[i]
            if image.ndim == targets.ndim == 3 and len(image) <= 3:  # more channels are features
                try:
                    check_targets(image, targets)
                except InputError as error:
                    raise InputError(f"{name}[{i}]: {error}") from None


def check_finite(loss: Any, epoch: int) -> float:
    """A loss as a Python float.

    Parameters
    ----------
    loss : Tensor ()
    epoch : int
        In which it was computed, counted from 0: for the message.

    Returns
    -------
    float

    Raises
    ------
    TrainingError
        If it is infinite or not a number: from then on all weights would be, too.
    """
    value = float(loss.detach() if hasattr(loss, "detach") else loss)
    if not math.isfinite(value):
        raise TrainingError(
            f"the loss is {value} in epoch {epoch}. Make a new model and train with a smaller learning rate; "
            "if that does not help, look for NaN in the images and for a logarithm of 0 in the loss."
        )
    return value


@contextmanager
def advice_on_memory() -> Iterator[None]:
    """Where a GPU runs out of memory inside this block, say what to do about it.

    Raises
    ------
    TrainingError
        In the place of ``torch.cuda.OutOfMemoryError``.
    """
    import torch

    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        raise TrainingError(
            "the GPU has run out of memory. Restart the runtime to free it; then use smaller frames (a larger factor) or "
            "fewer stages, or compute on the CPU."
        ) from error
