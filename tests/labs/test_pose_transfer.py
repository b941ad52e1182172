"""Lab 4's ResNet tracker: really frozen, whatever is done to it, and its features equal torchvision's own."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from beartype import beartype
from beartype.roar import BeartypeCallHintViolation
from jaxtyping import TypeCheckError, jaxtyped
from torch import Tensor, nn
from torchvision.models.feature_extraction import create_feature_extractor

from stats220.data.backbones import Backbone, load_backbone
from stats220.errors import InputError
from stats220.reference.pose import ResNetPoseTracker, extract_features, stage_shapes
from stats220.reference.pose.training import train

typed = jaxtyped(typechecker=beartype)
forward = typed(ResNetPoseTracker.forward)


def block(channels_in: int, channels_out: int, stride: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, stride, padding=1),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(),
        nn.Dropout(0.5),
    )


def tiny(seed: int = 0) -> Backbone:
    """A network of a few hundred weights with all that can go wrong: BatchNorm and Dropout."""
    torch.manual_seed(seed)
    stages = [block(4, 4, 1), block(4, 8, 2), block(8, 8, 2), block(8, 16, 2)]
    return Backbone(block(3, 4, 2), stages, (4, 4, 8, 8, 16)).eval()


def image(height: int = 24, width: int = 33, seed: int = 0) -> Tensor:
    return torch.randn(3, height, width, generator=torch.Generator().manual_seed(seed))


def mse(logits: Tensor, targets: Tensor) -> Tensor:
    return F.mse_loss(logits, targets)


@pytest.mark.parametrize("num_stages", [1, 2, 3, 4])
@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_logits_are_a_convolution_of_the_features_at_full_size(
    num_stages: int, kernel_size: int
) -> None:
    backbone = tiny()
    tracker = ResNetPoseTracker(backbone, 5, num_stages, kernel_size)
    features = backbone.stem(image()[None])
    for stage in list(backbone.stages)[:num_stages]:
        features = stage(features)
    small = F.conv2d(features, tracker.head.weight, tracker.head.bias, padding="same")
    expected = F.interpolate(small, (24, 33), mode="bilinear", align_corners=False)[0]
    torch.testing.assert_close(forward(tracker, image()), expected)


def test_one_stage_and_three_by_three_kernels_are_the_defaults() -> None:
    head = ResNetPoseTracker(tiny(), 5).head
    assert tuple(head.weight.shape) == (5, 4, 3, 3)
    assert tuple(head.bias.shape) == (5,)


def test_only_the_head_learns() -> None:
    tracker = ResNetPoseTracker(tiny(), 2, num_stages=3)
    learning = [name for name, p in tracker.named_parameters() if p.requires_grad]
    assert learning == ["head.weight", "head.bias"]
    tracker(image()).sum().backward()
    assert all((p.grad is None) != p.requires_grad for p in tracker.parameters())


def test_frozen_network_is_the_same_to_the_last_bit_after_training() -> None:
    """Statistics of BatchNorm and their counters, too; and dropout never acts."""
    tracker = ResNetPoseTracker(tiny(), 2, num_stages=4)
    before = {name: x.clone() for name, x in tracker.features.state_dict().items()}
    assert any("running_var" in name for name in before)
    data = [(image(seed=s), torch.zeros(2, 24, 33)) for s in range(3)]
    head = tracker.head.weight.clone()
    train(tracker, data, data[:1], mse, num_epochs=3, learning_rate=0.1, progress=False)
    after = tracker.features.state_dict()
    assert all(torch.equal(after[name], x) for name, x in before.items())
    assert not torch.equal(tracker.head.weight, head)


def test_training_mode_reaches_the_head_alone() -> None:
    tracker = ResNetPoseTracker(tiny(), 2, num_stages=2)
    assert tracker.train() is tracker
    assert tracker.training
    assert tracker.head.training
    assert not any(module.training for module in tracker.features.modules())
    with torch.no_grad():
        assert torch.equal(tracker(image()), tracker.eval()(image()))
    assert tracker.train(True).training
    assert not tracker.eval().training


def test_trainer_of_the_head_on_features_extracted_once_is_the_trainer_of_the_tracker() -> None:
    """The same losses and weights, epoch for epoch, without the frozen stages."""
    data = [(image(seed=s), (image(seed=s + 50)[:2] > 1).float()) for s in range(4)]
    tracker, fast = (ResNetPoseTracker(tiny(), 2, num_stages=2) for _ in range(2))
    fast.load_state_dict(tracker.state_dict())
    slow_history = train(tracker, data[:3], data[3:], mse, num_epochs=4, learning_rate=0.05, progress=False)  # fmt: skip

    def at_full_size(logits: Tensor, targets: Tensor) -> Tensor:
        return mse(F.interpolate(logits[None], targets.shape[1:], mode="bilinear")[0], targets)

    features = extract_features(tiny(), [x for x, _ in data], num_stages=2)
    examples = list(zip(features, (y for _, y in data), strict=True))
    history = train(fast.head, examples[:3], examples[3:], at_full_size, num_epochs=4, learning_rate=0.05, progress=False)  # fmt: skip
    np.testing.assert_allclose(history.validation_losses, slow_history.validation_losses, rtol=1e-5)
    torch.testing.assert_close(fast.head.weight, tracker.head.weight)


@pytest.mark.parametrize("num_stages", [1, 4])
def test_features_of_a_resnet_are_torchvisions(num_stages: int) -> None:
    import torchvision

    torch.manual_seed(5)
    whole = torchvision.models.resnet18(weights=None).eval()
    node = f"layer{num_stages}"
    backbone = load_backbone("resnet18", weights="random", seed=5)
    images = [image(40, 64), image(33, 70)]
    for x, features in zip(images, extract_features(backbone, images, num_stages), strict=True):
        with torch.no_grad():
            expected = create_feature_extractor(whole, [node])(x[None])[node][0]
        torch.testing.assert_close(features, expected)
        assert not features.requires_grad


def test_stage_shapes_of_resnets_are_those_of_the_paper() -> None:
    """He et al. (2016), table 1: 56 × 56 after the stem and stage 1, then half the size and twice the channels each stage."""
    x = torch.zeros(3, 224, 224)
    for name, first in (("resnet18", [64, 64, 128, 256, 512]), ("resnet50", [64, 256, 512, 1024, 2048])):  # fmt: skip
        shapes = stage_shapes(load_backbone(name, weights="random"), x)
        assert shapes == [(c, n, n) for c, n in zip(first, (56, 56, 28, 14, 7), strict=True)]


def test_stage_shapes_round_odd_sizes_up() -> None:
    assert stage_shapes(tiny(), image()) == [(4, 12, 17), (4, 12, 17), (8, 6, 9), (8, 3, 5), (16, 2, 3)]  # fmt: skip


@pytest.mark.parametrize("num_stages", [0, 5])
def test_number_of_stages_out_of_range(num_stages: int) -> None:
    with pytest.raises(InputError, match=f"from 1 to 4.*got {num_stages}"):
        ResNetPoseTracker(tiny(), 2, num_stages=num_stages)
    with pytest.raises(InputError, match=f"from 1 to 4.*got {num_stages}"):
        extract_features(tiny(), [image()], num_stages=num_stages)


def test_frames_of_one_colour_are_refused_by_the_signature() -> None:
    with pytest.raises((TypeCheckError, BeartypeCallHintViolation)):
        forward(ResNetPoseTracker(tiny(), 2), torch.zeros(1, 20, 20))


@pytest.mark.gpu
def test_tracker_and_features_follow_the_device() -> None:
    tracker = ResNetPoseTracker(tiny(), 2).cuda()
    expected = ResNetPoseTracker(tiny(), 2)
    expected.load_state_dict(tracker.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(tracker(image().cuda()).cpu(), expected(image()), atol=1e-2, rtol=1e-2)  # fmt: skip
    (features,) = extract_features(tiny().cuda(), [image().cuda()])
    assert features.is_cuda
