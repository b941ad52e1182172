"""Where the real recordings are published, and how to have one at hand: fetched once, checked, cached.

The cache is laid out ``<dataset>/<file>``. The environment variable ``STATS220_DATA`` moves it; by default it is the
operating system's folder for caches. A recording that is there is read and never written; one that is absent is
fetched; one that is damaged is an error, and so is one that cannot be fetched. Nothing takes its place silently.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pooch
from requests.exceptions import HTTPError, InvalidSchema, ProxyError, RequestException
from tqdm.auto import tqdm

from stats220.data.checksums import CHECKSUMS
from stats220.data.homes import expand_home
from stats220.errors import DataError

CACHE_VARIABLE = "STATS220_DATA"
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class PublishedFile:
    """One file of a data set: its name, its SHA-256 as hexadecimal digits, and its size in bytes."""

    name: str
    sha256: str
    num_bytes: int


@dataclass(frozen=True)
class Dataset:
    """A published recording.

    Attributes
    ----------
    name : str
        Name of its folder in the cache.
    base_url : str
        Address of the folder that holds its files, without a slash at the end.
    files : tuple of PublishedFile
        All its files.
    stand_in : str
        What to call where the recording cannot be had.
    licence, citation : str
        The terms of use, and what to cite.
    """

    name: str
    base_url: str
    files: tuple[PublishedFile, ...]
    stand_in: str
    licence: str
    citation: str


def published_files(dataset: str) -> tuple[PublishedFile, ...]:
    """The files of a data set, as listed in ``stats220.data.checksums``."""
    rows = (line.split() for line in CHECKSUMS.splitlines() if f" {dataset}/" in line)
    return tuple(
        PublishedFile(path.removeprefix(f"{dataset}/"), sha256, int(num_bytes))
        for sha256, num_bytes, path in rows
    )


MOUSE_REACHING = Dataset(
    name="mouse_reaching",
    base_url=(
        "https://raw.githubusercontent.com/DeepLabCut/DeepLabCut/"
        "2df0f46c8c8c56c8238b46b3d58384163bafb2f0/"
        "examples/Reaching-Mackenzie-2018-08-30/labeled-data/reachingvideo1"
    ),
    files=published_files("mouse_reaching"),
    stand_in="simulate_mouse_reaching()",
    licence="LGPL-3.0 (DeepLabCut); the images are their authors' and are not to be passed on",
    citation=(
        "A. Mathis, P. Mamidanna, K. M. Cury, T. Abe, V. N. Murthy, M. W. Mathis and M. Bethge. DeepLabCut: "
        "markerless pose estimation of user-defined body parts with deep learning. Nature Neuroscience 21, 2018."
    ),
)

RAT7M = Dataset(
    name="rat7m",
    base_url=(
        "https://raw.githubusercontent.com/calebweinreb/gimbal/"
        "1549caa33214d63d03bbc0a518384816c6050853/tests"
    ),
    files=published_files("rat7m"),
    stand_in="simulate_multiview()",
    licence="MIT",
    citation=(
        "J. D. Marshall, D. E. Aldarondo, T. W. Dunn, W. L. Wang, G. J. Berman and B. P. Ölveczky. Continuous whole-body "
        "3D kinematic recordings across the rodent behavioral repertoire. Neuron 109, 2021."
    ),
)
FLY = Dataset(
    name="fly",
    base_url=(
        "https://raw.githubusercontent.com/paninski-lab/eks/"
        "528c3cf804e3ad3feeb9cb9b33415de814ddc492/data/fly"
    ),
    files=published_files("fly"),
    stand_in="simulate_multiview()",
    licence="MIT",
    citation=(
        "P. Karashchuk, K. L. Rupp, E. S. Dickinson, S. Walling-Bell, E. Sanders, E. Azim, B. W. Brunton and J. C. Tuthill. "
        "Anipose: a toolkit for robust markerless 3D pose estimation. Cell Reports 36, 2021."
    ),
)


def cache_folder() -> Path:
    """The folder of all recordings: ``STATS220_DATA`` where it is set, else the system's cache folder."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return expand_home(chosen, named=CACHE_VARIABLE) if chosen else Path(pooch.os_cache("stats220"))


def fetch(dataset: Dataset) -> Path:
    """Make sure that a recording is in the cache, whole and undamaged.

    Files that are absent are fetched, with a progress bar, each under another name until its SHA-256 is right; what
    has been fetched stays, so that a second call goes on where the first one stopped.

    Parameters
    ----------
    dataset : Dataset
        The recording.

    Returns
    -------
    Path
        The folder that holds its files.

    Raises
    ------
    DataError
        If a file cannot be fetched, read or written, or differs from the published one.
    """
    folder = cache_folder() / dataset.name
    absent = []
    for file in dataset.files:
        if _is_cached(folder / file.name):
            _check_sha256(folder / file.name, file.sha256)
        else:
            absent.append(file)
    total = sum(file.num_bytes for file in absent)
    with tqdm(
        total=total, unit="B", unit_scale=True, desc=f"Fetching {dataset.name}", disable=not absent
    ) as progress:
        for file in absent:
            _download(dataset, file, folder)
            progress.update(file.num_bytes)
    return folder


def _is_cached(path: Path) -> bool:
    """Whether a file is there; a folder that may not be looked into is an error, not an absence."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _unreadable(path, error) from error
    return True


def _check_sha256(path: Path, sha256: str) -> None:
    try:
        found = pooch.file_hash(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    if found != sha256:
        raise DataError(
            f"{path} is damaged: its SHA-256 begins {found[:12]}, that of the published file {sha256[:12]}. "
            "Delete it and call again to fetch a fresh copy."
        )


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(
        f"{path} cannot be read ({error.strerror or error}). "
        f"Make it readable, or set {CACHE_VARIABLE} to another folder."
    )


def _download(dataset: Dataset, file: PublishedFile, folder: Path) -> None:
    """Fetch one file. pooch writes a temporary file, and gives it its name once the SHA-256 is right."""
    url = f"{dataset.base_url}/{file.name}"
    # Not streamed: the files are small, and pooch leaves a stream open when the server answers with an error.
    downloader = pooch.HTTPDownloader(timeout=TIMEOUT_SECONDS, chunk_size=2**16, stream=False)
    try:
        with _quiet(pooch.get_logger()):
            pooch.retrieve(url, f"sha256:{file.sha256}", file.name, folder, downloader=downloader)
        # The temporary file was private; the cache of a class is read by others, the grader's sandbox among them.
        (folder / file.name).chmod(0o644)
    except HTTPError as error:
        reason = f"the server answers {str(error).partition(' for url')[0]}"
        raise _absent(dataset, url, folder, reason) from error
    except RequestException as error:  # before OSError, which is its base
        proxy = " (look at HTTPS_PROXY)" if isinstance(error, ProxyError | InvalidSchema) else ""
        raise _absent(dataset, url, folder, f"no answer: {type(error).__name__}{proxy}") from error
    except OSError as error:
        raise DataError(
            f"{folder / file.name} cannot be written ({error.strerror or error}). "
            f"Free some space, or set {CACHE_VARIABLE} to a folder that you can write to."
        ) from error
    except ValueError as error:  # pooch's word for a wrong SHA-256
        reason = "what arrived is not the published file: its SHA-256 is wrong, as where a login page of a proxy comes in its place"
        raise _absent(dataset, url, folder, reason) from error


def _absent(dataset: Dataset, url: str, folder: Path, reason: str) -> DataError:
    return DataError(
        f"{url} cannot be fetched ({reason}).\n"
        f"Call again with a working network (what has been fetched is kept), copy the files into {folder}, "
        f"or use {dataset.stand_in}, which needs no network."
    )


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """Without a line for each file: the progress bar says it all."""
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
