"""Lab 4's checks, visible and hidden together: what they give full points, what they do not, and how far they are from both."""

import ast
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from bank import LabChecks, headers
from torch import Tensor, nn
from tqdm.auto import tqdm

from stats220.checks import pose as visible
from stats220.data.backbones import Backbone
from stats220.data.training import TrainingHistory, check_examples, check_finite
from stats220.reference import pose as key
from stats220.reference.pose import hidden
from stats220.staff.build.reference import read_reference

ROOT = Path(__file__).resolve().parents[2]
# The first two change torch itself, for the checks and for all tests that follow; the third finds the key, which no sandbox holds.
SANDBOX_ONLY = {
    "train_patches_sgd",
    "resnet_pose_tracker_patches_interpolate",
    "train_inherits_from_key",
}
ATTEMPTS = ROOT / "tests" / "attempts" / "lab4_pose"
BANK = [path for path in sorted(ATTEMPTS.glob("*.py")) if path.stem not in SANDBOX_ONLY]
EXERCISES = key.__all__


GIVEN = {
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
}
LAB = LabChecks(visible, hidden, key, GIVEN)
run_checks, points, full_points, define = LAB.run_checks, LAB.points, LAB.full_points, LAB.define


@pytest.mark.parametrize("exercise", EXERCISES)
def test_key_gets_all_points_and_as_many_are_hidden_as_announced(exercise: str) -> None:
    checks = getattr(visible, exercise)(getattr(key, exercise))
    concealed = getattr(hidden, exercise)(getattr(key, exercise))
    assert [r.message for r in [*checks.results, *concealed.results] if r.status != "passed"] == []
    assert checks.hidden_points == concealed.max_points
    assert all(result.hidden for result in concealed.results)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_stub_is_not_attempted_in_every_block(exercise: str) -> None:
    reference = read_reference(ROOT, "pose").exercise(exercise)
    assert reference is not None
    results = run_checks(exercise, define(reference.stub, exercise))
    assert [result.status for result in results] == ["not attempted"] * len(results)


@pytest.mark.parametrize("path", BANK, ids=lambda path: path.stem)
def test_attempt_gets_the_points_that_it_says(path: Path) -> None:
    """The same as `stats220 attempts lab4_pose`, looped back in one process: quick, and without a sandbox."""
    header = headers(path)
    exercise = header["exercise"]
    attempt = define(path.read_text(encoding="utf-8"), exercise)
    expected = full_points(exercise) if header["points"] == "all" else float(header["points"])
    assert points(exercise, attempt) == expected


def test_bank_fails_every_check_and_holds_enough_for_every_exercise() -> None:
    failed: set[tuple[str, str]] = set()
    every: set[tuple[str, str]] = set()
    for path in BANK:
        exercise = headers(path)["exercise"]
        results = run_checks(exercise, define(path.read_text(encoding="utf-8"), exercise))
        every |= {(exercise, result.what) for result in results}
        failed |= {(exercise, result.what) for result in results if result.status != "passed"}
    assert every - failed == set()
    for exercise in EXERCISES:
        mine = [headers(path)["points"] for path in BANK if headers(path)["exercise"] == exercise]
        assert mine.count("all") >= 2
        assert len(mine) - mine.count("all") >= 3


@pytest.mark.parametrize("module", [visible, hidden])
def test_every_block_has_a_hint_of_its_own(module: Any) -> None:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.With)]
    hints = [
        ast.unparse(keyword.value)
        for block in blocks
        if isinstance(block.items[0].context_expr, ast.Call)
        for keyword in block.items[0].context_expr.keywords
        if keyword.arg == "hint"
    ]
    assert len(hints) == len(blocks) == len(set(hints))


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
    def in_double(*args: Any) -> Any:
        return function(*(arg.double() if isinstance(arg, Tensor) else arg for arg in args))

    return in_double


@pytest.mark.parametrize("tracker", [TrackerInTf32, TrackerInBfloat16, TrackerInDouble])
def test_tracker_may_compute_in_another_precision(tracker: type[nn.Module]) -> None:
    assert points("TemplatePoseTracker", tracker) == full_points("TemplatePoseTracker")


@pytest.mark.parametrize(
    "exercise", ["downsample", "dilate", "bernoulli_loss", "upsample_template"]
)
def test_result_may_be_in_double_precision(exercise: str) -> None:
    attempt = with_arguments_in_double(getattr(key, exercise))
    assert points(exercise, attempt) == full_points(exercise)


def test_masks_may_be_boolean_after_dilation() -> None:
    assert points("dilate", lambda masks, size: key.dilate(masks, size) > 0) == full_points(
        "dilate"
    )


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


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64])
def test_places_may_come_from_another_precision(dtype: torch.dtype) -> None:
    def locate(logits: Tensor, *args: Any) -> Tensor:
        return key.locate_keypoints(logits.to(dtype), *args).double()

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
