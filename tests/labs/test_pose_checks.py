"""Lab 4's checks, visible and hidden together: what they give full points, what they do not, and how far they are from both."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from bank import BankTests, LabChecks
from torch import Tensor, nn
from tqdm.auto import tqdm

from stats220.data.backbones import Backbone
from stats220.data.training import TrainingHistory, check_examples, check_finite

# The last finds the key, which no sandbox holds; the others change torch or the package, for all tests that follow.
SANDBOX_ONLY = {
    "train_patches_sgd",
    "train_patches_conv2d",
    "resnet_pose_tracker_patches_backbone",
    "resnet_pose_tracker_patches_interpolate",
    "train_inherits_from_key",
}
LAB = LabChecks(
    "lab4_pose",
    given={
        "math": math,
        "np": np,
        "torch": torch,
        "F": F,
        "nn": nn,
        "Tensor": Tensor,
        "Callable": Callable,
        "Sequence": Sequence,
        "tqdm": tqdm,
        "Backbone": Backbone,
        "TrainingHistory": TrainingHistory,
        "check_examples": check_examples,
        "check_finite": check_finite,
    },
    sandbox_only=SANDBOX_ONLY,
)
visible, key = LAB.visible, LAB.key
run_checks, points, full_points = LAB.run_checks, LAB.points, LAB.full_points


class TestBank(BankTests):
    lab = LAB


# Right answers that differ as devices and precisions do: tolerances must leave room for them.


def rounded_to_tf32(x: Tensor) -> Tensor:
    """10 bits of mantissa, as NVIDIA's tensor cores round the inputs of a convolution."""
    mantissa, exponent = torch.frexp(x)
    return torch.ldexp(torch.round(mantissa * 2**11) / 2**11, exponent)


class TrackerInTf32(key.TemplatePoseTracker):
    def forward(self, image: Tensor) -> Tensor:
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(rounded_to_tf32(parameter))
        return super().forward(rounded_to_tf32(image))


class TrackerInBfloat16(key.TemplatePoseTracker):
    def forward(self, image: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return super().forward(image)


class TrackerInDouble(key.TemplatePoseTracker):
    def forward(self, image: Tensor) -> Tensor:
        return self.double() and super().forward(image.double())


def with_arguments_in_double(function: Callable[..., Any]) -> Callable[..., Any]:
    def as_double(value: Any) -> Any:
        return value.double() if isinstance(value, Tensor) else value

    def in_double(*args: Any, **kwargs: Any) -> Any:
        return function(*map(as_double, args), **{k: as_double(v) for k, v in kwargs.items()})

    return in_double


@pytest.mark.parametrize("tracker", [TrackerInTf32, TrackerInBfloat16, TrackerInDouble])
def test_tracker_may_compute_in_another_precision(tracker: type[nn.Module]) -> None:
    assert points("TemplatePoseTracker", tracker) == full_points("TemplatePoseTracker")


def test_loss_may_be_in_double_precision() -> None:
    attempt = with_arguments_in_double(key.bernoulli_loss)
    assert points("bernoulli_loss", attempt) == full_points("bernoulli_loss")


@pytest.mark.parametrize("exercise", ["downsample", "dilate", "upsample_template"])
def test_what_later_cells_cannot_take_costs_the_form_alone(exercise: str) -> None:
    results = run_checks(exercise, with_arguments_in_double(getattr(key, exercise)))
    (failed,) = [result for result in results if result.status != "passed"]
    assert failed.what.startswith("takes the stub's arguments by name and returns")
    assert "float64" in failed.message


@pytest.mark.parametrize("noise", [1e-6, 1e-5])
def test_preprocess_may_differ_by_rounding(noise: float) -> None:
    def noisy(image: np.ndarray) -> Tensor:
        frame = key.preprocess(image)
        return frame + noise * torch.sin(torch.arange(frame.numel()).reshape(frame.shape) / 7)

    assert points("preprocess", noisy) == full_points("preprocess")


def test_loss_may_be_off_by_float32_rounding() -> None:
    def noisy(logits: Tensor, targets: Tensor) -> Tensor:
        return key.bernoulli_loss(logits, targets) * (1 + 3e-6)

    assert points("bernoulli_loss", noisy) == full_points("bernoulli_loss")


def test_checks_leave_the_callers_random_state_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    visible.TemplatePoseTracker(key.TemplatePoseTracker)
    assert torch.equal(torch.rand(3), expected)


# The same for parts 4 to 6.


class ResNetInTf32(key.ResNetPoseTracker):
    def forward(self, image: Tensor) -> Tensor:
        return super().forward(rounded_to_tf32(1.001 * image) / 1.001)


def test_frozen_tracker_may_compute_in_tf32() -> None:
    assert points("ResNetPoseTracker", ResNetInTf32) == full_points("ResNetPoseTracker")


def test_features_may_be_in_tf32() -> None:
    def extract(backbone: Any, images: Any, num_stages: int = 1) -> list[Tensor]:
        rounded = [rounded_to_tf32(image) for image in images]
        return [rounded_to_tf32(x) for x in key.extract_features(backbone, rounded, num_stages)]

    assert points("extract_features", extract) == full_points("extract_features")


def test_places_may_come_from_double_precision() -> None:
    def locate(logits: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return key.locate_keypoints(logits.double(), *args, **kwargs).double()

    assert points("locate_keypoints", locate) == full_points("locate_keypoints")


def test_training_may_be_in_double_precision() -> None:
    def train(model: nn.Module, train_data: Any, validation_data: Any, loss: Any, **kw: Any) -> Any:
        in_double = [
            [tuple(x.double() for x in pair) for pair in data]
            for data in (train_data, validation_data)
        ]
        model.double()
        history = key.train(model, *in_double, loss, **kw)
        model.float()
        return history

    without_leaf_check = [
        result
        for result in run_checks("train", train)
        if result.what != "validates without gradients"  # its image is no leaf after double()
    ]
    assert [result.message for result in without_leaf_check if result.status != "passed"] == []


def test_history_may_hold_lists_or_arrays() -> None:
    def train(*args: Any, **kwargs: Any) -> TrainingHistory:
        history = key.train(*args, **kwargs)
        return TrainingHistory(
            list(history.train_losses),  # type: ignore[arg-type]
            np.array(history.validation_losses),  # type: ignore[arg-type]
            torch.tensor(history.learning_rates),  # type: ignore[arg-type]
        )

    assert points("train", train) == full_points("train")


def test_training_cut_short_by_an_exception_costs_its_own_points_only() -> None:
    def train(*args: Any, momentum: float = 0.9, **kwargs: Any) -> TrainingHistory:
        if momentum == 0.5:
            raise ValueError("no such momentum")
        return key.train(*args, momentum=momentum, **kwargs)

    failed = [result for result in run_checks("train", train) if result.status != "passed"]
    assert [result.what for result in failed] == [
        "hands on the momentum, 0.9 if nothing else is said"
    ]
    assert "no such momentum" in failed[0].message
