"""Lab 4's answer key beside torch, scipy and closed forms, with the shapes in its signatures executed."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from beartype import beartype
from beartype.roar import BeartypeCallHintViolation
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import TypeCheckError, jaxtyped
from PIL import Image
from scipy import ndimage
from torchvision.transforms import functional as transforms

from stats220.reference import pose

typed = jaxtyped(typechecker=beartype)
preprocess, keypoint_masks = typed(pose.preprocess), typed(pose.keypoint_masks)
downsample, dilate = typed(pose.downsample), typed(pose.dilate)
bernoulli_loss, upsample_template = typed(pose.bernoulli_loss), typed(pose.upsample_template)
forward = typed(pose.TemplatePoseTracker.forward)

SIZES = st.integers(1, 12)


def random_masks(*shape: int, seed: int = 0, density: float = 0.1) -> torch.Tensor:
    return (torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < density).float()


def test_shapes_in_signatures_are_executed() -> None:
    for call in [
        lambda: preprocess(np.zeros((4, 5, 4), np.uint8)),
        lambda: preprocess(np.zeros((4, 5, 3))),
        lambda: keypoint_masks(np.zeros((4, 3)), 5, 5),
        lambda: downsample(torch.zeros(3, 4, 6), torch.zeros(2, 4, 5), 2),
        lambda: bernoulli_loss(torch.zeros(2, 3, 4), torch.zeros(2, 3, 5)),
        lambda: forward(pose.TemplatePoseTracker(2), torch.zeros(1, 20, 20)),
    ]:
        with pytest.raises((TypeCheckError, BeartypeCallHintViolation)):
            call()


@given(height=SIZES, width=SIZES, seed=st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_preprocess_is_torchvisions(height: int, width: int, seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    expected = transforms.normalize(
        transforms.to_tensor(Image.fromarray(image)), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    )
    torch.testing.assert_close(preprocess(image), expected)


def test_preprocess_takes_read_only_images_and_leaves_them_alone() -> None:
    image = np.full((3, 4, 3), 7, np.uint8)
    image.setflags(write=False)
    preprocess(image)[:] = 0
    assert (image == 7).all()


@given(
    x=st.one_of(
        st.floats(-3, 14), st.just(math.nan), st.just(math.inf), st.just(-0.5), st.just(9.5)
    ),
    y=st.one_of(st.floats(-3, 9), st.just(math.nan), st.just(-math.inf), st.just(2.5)),
)
@settings(max_examples=200, deadline=None)
def test_keypoint_masks_hold_the_pixel_that_covers_the_point(x: float, y: float) -> None:
    mask = keypoint_masks(np.array([[x, y]]), 6, 10)[0]
    for row in range(6):
        for column in range(10):
            covers = column - 0.5 <= x < column + 0.5 and row - 0.5 <= y < row + 0.5
            assert mask[row, column] == covers


def test_keypoint_masks_take_no_points_and_single_precision() -> None:
    assert keypoint_masks(np.zeros((0, 2)), 3, 4).shape == (0, 3, 4)
    assert keypoint_masks(np.array([[1.6, 0.2]], np.float32), 3, 4)[0, 0, 2] == 1


@given(rows=SIZES, columns=SIZES, factor=st.integers(1, 5), rest=st.integers(0, 4))
@settings(max_examples=40, deadline=None)
def test_downsample_is_mean_and_maximum_of_squares(
    rows: int, columns: int, factor: int, rest: int
) -> None:
    height, width = rows * factor + rest % factor, columns * factor + (rest + 1) % factor
    image = torch.randn(3, height, width)
    masks = random_masks(2, height, width)
    small, small_masks = downsample(image, masks, factor)
    assert small.shape == (3, rows, columns)
    i, j = rows - 1, columns // 2
    square = (slice(None), slice(i * factor, (i + 1) * factor), slice(j * factor, (j + 1) * factor))
    torch.testing.assert_close(small[:, i, j], image[square].flatten(1).mean(1))
    torch.testing.assert_close(small_masks[:, i, j], masks[square].flatten(1).amax(1))


@given(height=SIZES, width=SIZES, reach=st.integers(0, 6), seed=st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_dilate_is_scipys(height: int, width: int, reach: int, seed: int) -> None:
    masks, size = random_masks(2, height, width, seed=seed), 2 * reach + 1
    structure = np.ones((1, size, size))
    expected = ndimage.binary_dilation(masks.numpy(), structure)
    np.testing.assert_array_equal(dilate(masks, size).numpy(), expected)


@given(patch_size=st.integers(1, 400), factor=st.integers(1, 30))
@settings(max_examples=40, deadline=None)
def test_kernel_is_the_smallest_odd_size_that_covers_the_patch(
    patch_size: int, factor: int
) -> None:
    with torch.device("meta"):
        tracker = pose.TemplatePoseTracker(1, factor, patch_size)
    side = next(odd for odd in range(1, 1000, 2) if odd * factor >= patch_size)
    assert tracker.template.kernel_size == (side, side)


def test_tracker_has_the_parameters_of_its_templates() -> None:
    assert sum(p.numel() for p in pose.TemplatePoseTracker(5, 4, 101).parameters()) == 3650
    assert list(pose.TemplatePoseTracker(1).state_dict()) == ["template.weight", "template.bias"]


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_tracker_halves_and_doubles_as_torch_does(mode: str) -> None:
    torch.manual_seed(0)
    tracker = pose.TemplatePoseTracker(3, downsample=2, patch_size=9, mode=mode)
    image = torch.randn(3, 14, 20)
    grey = image.mean(0, keepdim=True)
    # Halving: bilinear is the mean of the four pixels, nearest the first of them.
    small = F.avg_pool2d(grey, 2) if mode == "bilinear" else grey[:, ::2, ::2]
    expected = torch.nn.Upsample(scale_factor=2, mode=mode)(tracker.template(small[None]))[0]
    torch.testing.assert_close(forward(tracker, image), expected)


@pytest.mark.parametrize(("height", "width"), [(373, 416), (30, 31), (4, 4)])
def test_tracker_returns_the_size_of_its_frame(height: int, width: int) -> None:
    tracker = pose.TemplatePoseTracker(2, downsample=4, patch_size=20)
    assert forward(tracker, torch.zeros(3, height, width)).shape == (2, height, width)


@given(
    logits=st.lists(st.floats(-1e4, 1e4, width=32), min_size=6, max_size=6),
    targets=st.lists(st.sampled_from([0.0, 1.0]), min_size=6, max_size=6),
)
@settings(max_examples=200, deadline=None)
def test_bernoulli_loss_and_gradients_are_torchs(logits: list[float], targets: list[float]) -> None:
    a = torch.tensor(logits).reshape(1, 2, 3).requires_grad_()
    y = torch.tensor(targets).reshape(1, 2, 3)
    loss, expected = bernoulli_loss(a, y), F.binary_cross_entropy_with_logits(a, y)
    torch.testing.assert_close(loss, expected, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(
        *(torch.autograd.grad(value, a)[0] for value in (loss, expected)), atol=1e-6, rtol=1e-5
    )


def test_bernoulli_loss_at_zero_has_half_a_gradient() -> None:
    """There max(0, a) has no derivative; in the loss m cancels, so it does not matter which one torch takes."""
    a = torch.zeros(1, 1, 1, requires_grad=True)
    loss = bernoulli_loss(a, torch.zeros(1, 1, 1))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2))
    assert a.grad is not None
    assert a.grad.item() == pytest.approx(0.5)


def test_bernoulli_loss_takes_batches_and_double_precision() -> None:
    a = torch.randn(2, 3, 4, 5, dtype=torch.float64) * 30
    y = random_masks(2, 3, 4, 5).double()
    torch.testing.assert_close(bernoulli_loss(a, y), F.binary_cross_entropy_with_logits(a, y))


@given(
    rows=st.sampled_from([1, 3, 5]),
    columns=st.sampled_from([1, 3, 7]),
    factor=st.integers(1, 4),
    height=st.integers(4, 9),
    width=st.integers(4, 9),
)
@settings(max_examples=40, deadline=None)
def test_upsampled_template_pools_by_itself(
    rows: int, columns: int, factor: int, height: int, width: int
) -> None:
    template = torch.randn(2, rows, columns)
    frame = torch.randn(1, 1, height * factor, width * factor)
    up = upsample_template(template, factor)
    padding = (factor * (rows // 2), factor * (columns // 2))
    strided = F.conv2d(frame, up[:, None], stride=factor, padding=padding)
    pooled = F.conv2d(
        F.avg_pool2d(frame, factor), template[:, None], padding=(rows // 2, columns // 2)
    )
    torch.testing.assert_close(strided, pooled, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("factor", "same"), [(1, True), (2, True), (3, False), (4, False), (8, False)]
)
def test_model_answer_on_bilinear_interpolation(factor: int, same: bool) -> None:
    image = torch.randn(1, 1, 8 * factor, 6 * factor, generator=torch.Generator().manual_seed(0))
    small = F.interpolate(image, size=(8, 6), mode="bilinear")
    assert torch.allclose(small, F.avg_pool2d(image, factor), atol=1e-5) is same


@pytest.mark.gpu
def test_tracker_and_loss_agree_on_cpu_and_gpu() -> None:
    torch.manual_seed(0)
    tracker = pose.TemplatePoseTracker(5, 4, 101)
    image, targets = torch.randn(3, 373, 416), random_masks(5, 373, 416, density=0.01)
    loss = bernoulli_loss(tracker(image), targets)
    on_gpu = bernoulli_loss(tracker.cuda()(image.cuda()), dilate(targets.cuda(), 1))
    assert on_gpu.item() == pytest.approx(loss.item(), abs=1e-4)
