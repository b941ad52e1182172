"""Shared by all tests: where the real recordings are, and what to say where they are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ROOT.parent / "shared" / "data"

if "STATS220_DATA" not in os.environ and BESIDE.is_dir():
    os.environ["STATS220_DATA"] = str(BESIDE)


# How long an example takes is the machine's affair: no test is a timed one.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of real recordings, laid out as the data cache."""
    folder = Path(os.environ.get("STATS220_DATA", "."))
    if not (folder / "mouse_reaching" / "CollectedData_Mackenzie.csv").is_file():
        pytest.skip(
            "real recordings absent: call stats220.data.pose.load_mouse_reaching() once with a network, "
            "or set STATS220_DATA to a folder that holds mouse_reaching/"
        )
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip GPU tests where there is no GPU, without importing torch when none is collected."""
    gpu_tests = [item for item in items if item.get_closest_marker("gpu")]
    if not gpu_tests:
        return
    import torch

    if not torch.cuda.is_available():
        for item in gpu_tests:
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))
