"""Lab 4's `train` and `locate_keypoints` beside torch's own optimiser and closed forms; what stops a training run says why."""

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
from torch import Tensor, nn

from stats220.data.training import TrainingError, TrainingHistory, advice_on_memory, check_examples
from stats220.errors import InputError
from stats220.reference.pose import downsample, keypoint_masks
from stats220.reference.pose.locating import locate_keypoints
from stats220.reference.pose.optimizer import momentum_step, step_decay
from stats220.reference.pose.training import train

typed = jaxtyped(typechecker=beartype)
locate, one_step = typed(locate_keypoints), typed(momentum_step)

Examples = list[tuple[Tensor, Tensor]]


def examples(count: int, seed: int, size: tuple[int, int] = (6, 5)) -> Examples:
    generator = torch.Generator().manual_seed(seed)
    return [
        (
            torch.randn(3, *size, generator=generator),
            (torch.rand(2, *size, generator=generator) < 0.2).float(),
        )
        for _ in range(count)
    ]


def small_model(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Conv2d(3, 2, 3, padding=1)


def bce(logits: Tensor, targets: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, targets)


def orders(count: int, epochs: int, seed: int) -> list[list[int]]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randperm(count, generator=generator).tolist() for _ in range(epochs)]


def test_train_is_torchs_sgd_and_step_schedule_on_the_same_order() -> None:
    train_data, validation_data = examples(5, 1), examples(3, 2)
    model, oracle = small_model(), small_model()
    history = train(model, train_data, validation_data, bce, num_epochs=5, learning_rate=0.3,
                    momentum=0.8, decay_every=2, decay_factor=0.5, seed=4, progress=False)  # fmt: skip
    optimizer = torch.optim.SGD(oracle.parameters(), lr=0.3, momentum=0.8)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    train_losses, validation_losses = [], []
    for order in orders(5, 5, 4):
        losses = []
        for i in order:
            optimizer.zero_grad()
            loss = bce(oracle(train_data[i][0]), train_data[i][1])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
        train_losses.append(np.mean(losses))
        with torch.no_grad():
            validation_losses.append(
                np.mean([bce(oracle(x), y).item() for x, y in validation_data])
            )
    for ours, expected in zip(model.parameters(), oracle.parameters(), strict=True):
        torch.testing.assert_close(ours, expected)
    np.testing.assert_allclose(history.train_losses, train_losses, rtol=1e-6)
    np.testing.assert_allclose(history.validation_losses, validation_losses, rtol=1e-6)
    np.testing.assert_allclose(history.learning_rates, [0.3, 0.3, 0.15, 0.15, 0.075])


class Product(nn.Module):
    """θ times the image: with the loss below, a quadratic whose steps can be written down."""

    def __init__(self) -> None:
        super().__init__()
        self.theta = nn.Parameter(torch.tensor(1.0, dtype=torch.float64))

    def forward(self, image: Tensor) -> Tensor:
        return self.theta * image


def test_train_follows_the_closed_form_of_momentum_on_a_quadratic() -> None:
    """Loss θ² / 2: (θ, v) is multiplied by [[1 - η, -ημ], [1, μ]] each step; the loss is that before the step."""
    rate, momentum, steps = 0.1, 0.9, 30
    one = [(torch.ones(1, 1, 1, dtype=torch.float64), torch.zeros(1, 1, 1, dtype=torch.float64))]
    model = Product()
    history = train(model, one, one, lambda a, y: ((a - y) ** 2).sum() / 2, num_epochs=steps,
                    learning_rate=rate, momentum=momentum, progress=False)  # fmt: skip
    matrix = np.array([[1 - rate, -rate * momentum], [1, momentum]])
    thetas = [(np.linalg.matrix_power(matrix, n) @ [1.0, 0.0])[0] for n in range(steps + 1)]
    np.testing.assert_allclose(history.train_losses, np.square(thetas[:-1]) / 2, atol=1e-12)
    np.testing.assert_allclose(history.validation_losses, np.square(thetas[1:]) / 2, atol=1e-12)
    assert model.theta.item() == pytest.approx(thetas[-1], abs=1e-12)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_momentum_step_is_torchs(momentum: float) -> None:
    theirs = nn.Parameter(torch.linspace(-1, 1, 6).reshape(2, 3))
    ours, velocity = theirs.detach().clone(), torch.zeros(2, 3)
    optimizer = torch.optim.SGD([theirs], lr=0.2, momentum=momentum)
    for step in range(4):
        theirs.grad = torch.sin(theirs.detach() * (step + 1))
        gradient, before = theirs.grad.clone(), ours.clone()
        optimizer.step()
        ours, velocity = one_step(ours, gradient, velocity, 0.2, momentum)
        torch.testing.assert_close(ours, theirs.detach())
        assert not torch.equal(ours, before)


def test_momentum_step_leaves_its_arguments_alone() -> None:
    arguments = [torch.ones(2), torch.full((2,), 3.0), torch.full((2,), 5.0)]
    copies = [x.clone() for x in arguments]
    momentum_step(*arguments, learning_rate=0.1)
    assert all(torch.equal(x, y) for x, y in zip(arguments, copies, strict=True))


@given(epochs=st.integers(1, 25), every=st.integers(1, 7), factor=st.floats(0.05, 1))
@settings(max_examples=20, deadline=None)
def test_step_decay_is_torchs_schedule(epochs: int, every: int, factor: float) -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=2.0)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, every, factor)
    for epoch in range(epochs):
        expected = scheduler.get_last_lr()[0]
        assert step_decay(2.0, epoch, every, factor) == pytest.approx(expected, rel=1e-9)
        optimizer.step()
        scheduler.step()


def test_step_decay_defaults_are_the_courses() -> None:
    rates = [step_decay(0.5, epoch) for epoch in (0, 99, 100, 199, 200)]
    np.testing.assert_allclose(rates, [0.5, 0.5, 0.05, 0.05, 0.005])


def test_each_example_is_seen_once_an_epoch_in_an_order_that_the_seed_decides() -> None:
    def seen(seed: int) -> list[list[int]]:
        order: list[int] = []

        class Model(nn.Linear):
            def forward(self, image: Tensor) -> Tensor:
                if self.training:
                    order.append(int(image[0]))
                return super().forward(image)

        data = [(torch.full((1,), float(i)), torch.zeros(1)) for i in range(8)]
        train(Model(1, 1), data, data[:1], F.mse_loss, num_epochs=3, learning_rate=1e-6, seed=seed, progress=False)  # fmt: skip
        return [order[:8], order[8:16], order[16:]]

    first, again, other = seen(0), seen(0), seen(1)
    assert first == again != other
    assert all(sorted(order) == list(range(8)) for order in first)
    assert first[0] != first[1]


def test_validation_changes_nothing_and_is_in_eval_mode() -> None:
    """BatchNorm's running statistics are those of the training images alone, and judge the validation images."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.BatchNorm1d(2, momentum=None), nn.Linear(2, 1))
    train_data = [(torch.randn(4, 2), torch.randn(4, 1)) for _ in range(3)]
    validation_data = [(100 + torch.randn(4, 2), torch.randn(4, 1))]
    history = train(model, train_data, validation_data, F.mse_loss, num_epochs=1, learning_rate=0.01, progress=False)  # fmt: skip
    expected = torch.stack([x.mean(0) for x, _ in train_data]).mean(0)
    torch.testing.assert_close(model[0].running_mean, expected)
    model.eval()
    image, targets = validation_data[0]
    assert history.validation_losses[0] == pytest.approx(F.mse_loss(model(image), targets).item())


def test_parameters_that_need_no_gradient_stay() -> None:
    model = nn.Sequential(small_model(), nn.Conv2d(2, 2, 1))
    model[0].requires_grad_(False)
    before = [p.clone() for p in model.parameters()]
    train(model, examples(2, 0), examples(1, 1), bce, num_epochs=2, learning_rate=0.1, progress=False)  # fmt: skip
    unchanged = [torch.equal(p, q) for p, q in zip(model.parameters(), before, strict=True)]
    assert unchanged == [True, True, False, False]


def test_history_is_of_floats_and_as_long_as_the_training() -> None:
    history = train(small_model(), examples(2, 0), examples(1, 1), bce, num_epochs=3, learning_rate=0.1, progress=False)  # fmt: skip
    assert isinstance(history, TrainingHistory)
    for values in (history.train_losses, history.validation_losses, history.learning_rates):
        assert len(values) == 3
        assert all(type(value) is float for value in values)


@pytest.mark.gpu
def test_examples_follow_the_model_to_its_device() -> None:
    histories = [
        train(small_model().to(device), examples(3, 0), examples(1, 1), bce, num_epochs=2, learning_rate=0.1, progress=False)
        for device in ("cpu", "cuda")
    ]  # fmt: skip
    np.testing.assert_allclose(histories[0].train_losses, histories[1].train_losses, rtol=1e-3)


def test_loss_that_is_no_number_stops_with_advice() -> None:
    data = [(torch.full((3, 4, 4), torch.nan), torch.zeros(2, 4, 4))]
    with pytest.raises(
        TrainingError, match=r"the loss is nan in epoch 0\. .*smaller learning rate"
    ):
        train(small_model(), data, data, bce, num_epochs=1, learning_rate=0.1, progress=False)


def test_training_that_diverges_stops_with_advice() -> None:
    one = [(torch.ones(1, 1, 1, dtype=torch.float64), torch.zeros(1, 1, 1, dtype=torch.float64))]
    with pytest.raises(TrainingError, match=r"smaller learning rate"):
        train(Product(), one, one, lambda a, y: (a**2).sum(), num_epochs=999, learning_rate=50, progress=False)  # fmt: skip


def test_data_that_cannot_be_trained_on() -> None:
    good = examples(1, 0)
    image, targets = good[0]
    with pytest.raises(InputError, match="train_data is empty"):
        check_examples([], good)
    with pytest.raises(InputError, match="validation_data is empty"):
        check_examples(good, [])
    with pytest.raises(InputError, match=r"train_data\[1\]: the image is \(6, 5\) and its targets are \(6, 4\)"):  # fmt: skip
        check_examples([good[0], (image, targets[:, :, 1:])], good)
    with pytest.raises(InputError, match=r"validation_data\[0\] is no pair \(image, targets\): got 3"):  # fmt: skip
        check_examples(good, [(image, targets, targets)])


def test_features_may_be_smaller_than_their_targets() -> None:
    check_examples([(torch.zeros(64, 3, 3), torch.zeros(2, 12, 12))] * 2, examples(1, 0))


def test_memory_that_runs_out_gets_advice() -> None:
    with pytest.raises(TrainingError, match=r"GPU has run out of memory\. Restart .*fewer stages"), advice_on_memory():  # fmt: skip
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
    with pytest.raises(RuntimeError, match="something else"), advice_on_memory():
        raise RuntimeError("something else")


# Locating


def parabolas(peaks_xy: list[tuple[float, float]], height: int, width: int) -> Tensor:
    """Logits that fall off as a parabola around each peak."""
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.stack([3 - 0.7 * (x - px) ** 2 - 0.2 * (y - py) ** 2 for px, py in peaks_xy]).float()  # fmt: skip


@given(x=st.floats(1, 10), y=st.floats(1, 6))
@settings(max_examples=50, deadline=None)
def test_top_of_a_parabola_is_found_exactly(x: float, y: float) -> None:
    found = locate(parabolas([(x, y)], 8, 12))
    np.testing.assert_allclose(found, [[x, y]], atol=1e-3)


def test_equals_a_polynomial_through_the_three_neighbours() -> None:
    logits = torch.randn(20, 9, 9, generator=torch.Generator().manual_seed(3)).double()
    logits[:, 2:7, 2:7] += 9
    for map_of_logits, (x, y) in zip(logits, locate_keypoints(logits), strict=True):
        row, column = np.unravel_index(int(map_of_logits.argmax()), (9, 9))
        for place, position, line in ((column, x, map_of_logits[row]), (row, y, map_of_logits[:, column])):  # fmt: skip
            a, b, _ = np.polyfit([-1, 0, 1], line[place - 1 : place + 2], 2)
            assert float(position) == pytest.approx(place - b / (2 * a), abs=1e-4)


@given(scale=st.sampled_from([1, 2, 4, 8, 16]), x=st.integers(0, 90), y=st.integers(0, 70))
@settings(max_examples=60, deadline=None)
def test_round_trip_through_downsampling_loses_no_half_pixel(scale: int, x: int, y: int) -> None:
    """Key point → mask → max-pooled mask → location: the centre of the square of pixels that holds it."""
    masks = keypoint_masks(np.array([[float(x), float(y)]]), 96, 112)
    _, small = downsample(torch.zeros(3, 96, 112), masks, scale)
    found = locate_keypoints(small, scale=scale)[0]
    for position, original in zip(found, (x, y), strict=True):
        square = range(original // scale * scale, original // scale * scale + scale)
        assert float(position) == np.mean(square)


def test_average_of_round_trips_has_no_bias() -> None:
    """A ramp of all places in one square of 4 × 4: errors of ±1.5 pixels that cancel. x · scale alone would be 1.5 off."""
    errors = []
    for place in range(4):
        masks = keypoint_masks(np.array([[20.0 + place, 40.0]]), 64, 64)
        small = downsample(torch.zeros(3, 64, 64), masks, 4)[1]
        errors.append(float(locate_keypoints(small, scale=4)[0, 0]) - (20 + place))
    assert np.mean(errors) == 0


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 5), (4, 0), (4, 5), (0, 2), (2, 5)])
def test_peaks_on_the_border_keep_the_pixels_centre_there(row: int, column: int) -> None:
    logits = torch.zeros(1, 5, 6)
    logits[0, row, column] = 1
    assert locate_keypoints(logits).tolist() == [[column, row]]


def test_x_is_the_column_and_y_the_row() -> None:
    logits = torch.zeros(2, 5, 9)
    logits[0, 1, 7] = logits[1, 3, 2] = 4
    assert locate_keypoints(logits).tolist() == [[7, 1], [2, 3]]


def test_plateaus_and_constant_maps_give_finite_places() -> None:
    logits = torch.zeros(2, 4, 8)
    logits[0, 1:3, 2:4] = (
        5  # as `nearest` interpolation draws one logit: its centre is between the pixels
    )
    assert locate_keypoints(logits)[0].tolist() == [2.5, 1.5]
    assert torch.isfinite(locate_keypoints(logits)).all()


def test_probability_below_the_threshold_is_nan() -> None:
    logits = torch.full((3, 4, 4), -9.0)
    logits[:, 1, 2] = torch.tensor([math.log(0.29 / 0.71), math.log(0.31 / 0.69), -8])
    found = locate_keypoints(logits, min_probability=0.3)
    assert torch.isnan(found).all(dim=1).tolist() == [True, False, True]
    assert torch.isfinite(locate_keypoints(logits)).all()


def test_map_of_nan_is_not_found() -> None:
    assert torch.isnan(locate_keypoints(torch.full((1, 4, 4), torch.nan))).all()


def test_logits_of_any_size_and_precision() -> None:
    for dtype in (torch.float64, torch.bfloat16):
        found = locate_keypoints(1000 * parabolas([(3, 2)], 5, 7).to(dtype))
        assert found.tolist() == [[3, 2]]
    assert locate_keypoints(torch.zeros(2, 1, 1)).tolist() == [[0, 0], [0, 0]]


def test_shapes_in_signatures_are_executed() -> None:
    for call in [
        lambda: locate(torch.zeros(4, 4)),
        lambda: one_step(torch.zeros(2), torch.zeros(3), torch.zeros(2), 0.1),
    ]:
        with pytest.raises((TypeCheckError, BeartypeCallHintViolation)):
            call()
