"""Networks that were trained to name what is on a photograph, cut into a stem and four stages.

A weights file is looked for where ``STATS220_WEIGHTS`` says, then in torch's own cache (``TORCH_HOME``), then fetched from
where torchvision publishes it. Its name holds the first digits of its SHA-256, and it is used only if they are right.
"""

import hashlib
import os
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path
from pickle import UnpicklingError
from typing import Literal

import torch
import torchvision
from torch import nn

from stats220.errors import DataError, InputError

WEIGHTS_VARIABLE = "STATS220_WEIGHTS"
TIMEOUT_SECONDS = 30

Weights = Literal["imagenet", "random", "imagenet if available"]


class RandomWeightsWarning(UserWarning):
    """A network has random weights in the place of pretrained ones: its results say nothing about transfer learning."""


class Backbone(nn.Module):
    """A convolutional network without its classifier: a stem, then stages, each of which sees more and resolves less.

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
                f"channels must hold one number for the stem and one a stage, {1 + len(stages)}: got {len(channels)}"
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
    """How to cut one of torchvision's networks, and how many channels each part puts out."""

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


ARCHITECTURES = {
    "resnet18": _Architecture(_cut_resnet, (64, 64, 128, 256, 512)),
    "resnet34": _Architecture(_cut_resnet, (64, 64, 128, 256, 512)),
    "resnet50": _Architecture(_cut_resnet, (64, 256, 512, 1024, 2048)),
    "squeezenet1_1": _Architecture(_cut_before(3, 5, 8, 11), (64, 128, 256, 384, 512)),
    "mobilenet_v3_small": _Architecture(_cut_before(1, 2, 4, 9), (16, 16, 24, 48, 576)),
}


def load_backbone(name: str, *, weights: Weights = "imagenet", seed: int = 0) -> Backbone:
    """One of torchvision's networks, in eval mode, as a stem and four stages.

    Parameters
    ----------
    name : str
        "resnet18", "resnet34", "resnet50", "squeezenet1_1" or "mobilenet_v3_small".
    weights : {"imagenet", "random", "imagenet if available"}
        Those that torchvision publishes, trained on the 1.3 million photographs of ImageNet; random ones; or random ones, with
        a warning, where the others cannot be had.
    seed : int
        For random weights.

    Returns
    -------
    Backbone
        On the CPU. Its `weights` say where they are from, and `is_pretrained` whether they are trained.

    Raises
    ------
    InputError
        If there is no such network, or no such choice of weights.
    DataError
        If the weights cannot be had, or are damaged. The message says what to do.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun (2016). Deep residual learning for image recognition. CVPR.
    https://pytorch.org/vision/stable/models.html
    """
    if name not in ARCHITECTURES:
        raise InputError(f"there is no backbone {name!r}; there are {', '.join(ARCHITECTURES)}")
    if weights not in ("imagenet", "random", "imagenet if available"):
        raise InputError(
            f'weights must be "imagenet", "random" or "imagenet if available": got {weights!r}'
        )
    path = None
    if weights != "random":
        try:
            path = find_weights(name)
        except DataError as error:
            if weights == "imagenet":
                raise
            _show_banner(name, error)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = torchvision.models.get_model(name, weights=None)
    if path is not None:
        _load_weights(network, path)
    source = f"RANDOM (seed {seed})" if path is None else f"ImageNet ({path.name})"
    architecture = ARCHITECTURES[name]
    stem, *stages = architecture.cut(network)
    return Backbone(stem, stages, architecture.channels, name, source).eval()


def find_weights(name: str) -> Path:
    """The file of a network's published weights: found, or fetched with a progress bar, and its hash checked.

    Parameters
    ----------
    name : str
        One of the networks of `load_backbone`.

    Returns
    -------
    Path
        Under its published name, ``<network>-<first digits of the SHA-256>.pth``.

    Raises
    ------
    DataError
        If it cannot be had, or is damaged.
    """
    url = str(torchvision.models.get_model_weights(name).DEFAULT.url)
    file = url.rpartition("/")[2]
    sha256 = file.removesuffix(".pth").rpartition("-")[2]
    for path in (_named_weights(file), Path(torch.hub.get_dir()) / "checkpoints" / file):
        if path is not None and path.is_file():
            _check_sha256(path, sha256)
            return path
    _download(url, path := Path(torch.hub.get_dir()) / "checkpoints" / file, sha256)
    return path


def _named_weights(file: str) -> Path | None:
    """Where STATS220_WEIGHTS says that this file is, if it says so: itself, or in the folder."""
    chosen = os.environ.get(WEIGHTS_VARIABLE)
    if not chosen:
        return None
    path = Path(chosen).expanduser()
    if not path.exists():
        raise DataError(
            f"{WEIGHTS_VARIABLE} names {path}, which does not exist. Put {file} there, or unset the variable."
        )
    return path / file if path.is_dir() else path if path.name == file else None


def _check_sha256(path: Path, sha256: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror or error}). Make it readable, or set {WEIGHTS_VARIABLE} to another folder."
        ) from error
    if not found.startswith(sha256):
        raise DataError(
            f"{path} is damaged: its SHA-256 begins {found[: len(sha256)]}, that of the published file {sha256}. "
            "Delete it and call again to fetch a fresh copy."
        )


def _download(url: str, path: Path, sha256: str) -> None:
    """Fetch a file with torch's own downloader: into a temporary file first, renamed once the hash is right."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _socket_timeout(TIMEOUT_SECONDS):
            torch.hub.download_url_to_file(url, str(path), hash_prefix=sha256, progress=True)
    except RuntimeError as error:  # torch's word for a wrong hash
        raise _absent(url, path, "what arrived is not the published file") from error
    except (OSError, HTTPException) as error:
        reason = str(getattr(error, "reason", None) or error or type(error).__name__)
        raise _absent(url, path, reason) from error


def _absent(url: str, path: Path, reason: str) -> DataError:
    return DataError(
        f"{url} cannot be fetched ({reason}). Three ways out:\n"
        f"1. call again with a working network; 2. copy the file to {path}, or into a folder and set {WEIGHTS_VARIABLE} to it; "
        '3. go on with weights="random", whose results are not those of transfer learning.'
    )


def _load_weights(network: nn.Module, path: Path) -> None:
    try:
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except (RuntimeError, UnpicklingError) as error:  # the hash is right: another version
        raise DataError(
            f"{path} does not fit this version of torchvision, {torchvision.__version__} ({type(error).__name__}). Update torchvision."
        ) from error


def _show_banner(name: str, error: DataError) -> None:
    line = "=" * 78
    warnings.warn(
        f"\n{line}\nRANDOM WEIGHTS: {name} knows nothing. Its results are NOT those of transfer learning.\n{error}\n{line}",
        RandomWeightsWarning,
        stacklevel=3,
    )


@contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    """Where nobody answers, torch's downloader waits for ever; this ends it."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
