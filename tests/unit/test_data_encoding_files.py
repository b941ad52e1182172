"""Recordings from files: written here in their layouts, read back in slices; what is wrong with a file is said in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stats220.data.encoding import load_grasshopper, load_rgc
from stats220.data.movie_files import MovieFile
from stats220.errors import DataError, InputError

h5py = pytest.importorskip("h5py", reason="needs h5py: pip install 'stats220[recordings]'")

RNG = np.random.default_rng(0)
STIMULUS = 128 * RNG.integers(0, 2, (400, 6, 8), dtype=np.uint8)
COUNTS = RNG.poisson(0.5, (3, 400))
TEST_STIMULUS = 128 * RNG.integers(0, 2, (100, 6, 8), dtype=np.uint8)
RATES = RNG.uniform(0, 20, (3, 101))

Layout = dict[str, Any]
LAYOUT: Layout = {
    "train/time": np.arange(400) * 0.01,
    "train/stimulus": STIMULUS,
    "train/response/binned": COUNTS,
    "test/time": np.arange(100) * 0.01,
    "test/stimulus": TEST_STIMULUS,
    "test/response/binned": RATES,
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Layout], Path]:
    def _write(layout: Layout) -> Path:
        path = tmp_path / "retina.h5"
        with h5py.File(path, "w") as file:
            for name, values in layout.items():
                if values is not None:
                    file[name] = values
        return path

    return _write


def test_the_layout_of_the_baccus_lab(write: Callable[[Layout], Path]) -> None:
    recording = load_rgc(write(LAYOUT), validation_share=0.25)
    assert recording.train.stimulus.shape == (300, 6, 8)
    assert recording.validation.stimulus.shape == (100, 6, 8)
    assert recording.bin_seconds == pytest.approx(0.01)
    np.testing.assert_array_equal(recording.train.spike_counts, COUNTS.T[:300])
    np.testing.assert_array_equal(recording.validation.spike_counts, COUNTS.T[300:])
    assert recording.train.spike_counts.dtype == np.uint8
    signs = STIMULUS.astype(int) // 64 - 1
    np.testing.assert_array_equal(recording.train.stimulus[10:20], signs[10:20])
    assert recording.train.stimulus[:].dtype == np.int8
    np.testing.assert_array_equal(recording.validation.stimulus[:], signs[300:])
    np.testing.assert_array_equal(recording.validation.stimulus[90:200], signs[390:])
    assert recording.train.stimulus[300:].shape == (0, 6, 8)
    assert recording.test is not None
    np.testing.assert_array_equal(recording.test.rates, RATES.T[:100])
    assert recording.test.stimulus[:].shape == (100, 6, 8)


def test_a_whole_movie_becomes_an_array_or_a_tensor(write: Callable[[Layout], Path]) -> None:
    import torch

    movie = load_rgc(write(LAYOUT)).train.stimulus
    signs = STIMULUS[:360].astype(int) // 64 - 1
    np.testing.assert_array_equal(np.asarray(movie), signs)
    assert np.asarray(movie, np.float32).dtype == np.float32
    assert torch.equal(torch.as_tensor(np.asarray(movie)), torch.as_tensor(signs).char())


def test_pixels_are_pooled_slice_by_slice(write: Callable[[Layout], Path]) -> None:
    movie = load_rgc(write(LAYOUT), pool=2).train.stimulus
    assert movie.shape == (360, 3, 4)
    signs = STIMULUS.astype(float) / 64 - 1
    mean = sum(signs[5:9, i::2, j::2] for i in (0, 1) for j in (0, 1)) / 4
    np.testing.assert_allclose(movie[5:9], mean, atol=1e-6)
    assert movie[5:9].dtype == np.float32
    with pytest.raises(InputError, match="pool=4 does not divide frames of 6 x 8"):
        load_rgc(write(LAYOUT), pool=4)


def test_gray_movies_are_standardized(write: Callable[[Layout], Path]) -> None:
    gray = np.random.default_rng(1).normal(100, 15, (400, 6, 8)).clip(0, 255).astype(np.uint8)
    movie = load_rgc(write(LAYOUT | {"train/stimulus": gray})).train.stimulus
    frames = movie[:]
    assert abs(frames.mean()) < 0.02
    assert abs(frames.std() - 1) < 0.02
    assert np.corrcoef(frames.ravel(), gray[:360].ravel())[0, 1] > 0.9999


def test_a_model_is_fitted_without_the_whole_movie(
    write: Callable[[Layout], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from stats220.models.encoding import fit_by_blocks, predict

    class Linear(torch.nn.Module):
        num_lags = 2

        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(48, 3)

        def forward(self, stimulus: torch.Tensor) -> torch.Tensor:
            flat = stimulus.float().flatten(1)
            return torch.nn.functional.softplus(self.layer(flat[1:] - flat[:-1]))

    recording = load_rgc(write(LAYOUT), validation_share=0.25)
    asked: list[int] = []
    read = MovieFile.__getitem__

    def spy(self: MovieFile, frames: slice) -> Any:
        frames_read = read(self, frames)
        asked.append(len(frames_read))
        return frames_read

    monkeypatch.setattr(MovieFile, "__getitem__", spy)
    model = Linear()
    loss = torch.nn.PoissonNLLLoss(log_input=False)
    fit_by_blocks(
        model, recording.train, recording.validation, loss, num_epochs=1, block_bins=16, progress=False
    )  # fmt: skip
    assert max(asked[:8]) == 17
    assert predict(model, recording.validation.stimulus).shape == (99, 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train/response/binned": RATES[:, :100].repeat(4, axis=1)}, "counts are needed, not rates"),
        ({"train/response/binned": None}, "has no train/response/binned"),
        ({"train/stimulus": None}, "has no train/stimulus"),
        ({"train/time": np.zeros(400)}, "a bin would have no width"),
        ({"train/time": np.array([0.0])}, "a bin would have no width"),
        ({"train/response/binned": COUNTS[:, :-5]}, "400 frames and counts of 395 bins"),
        ({"train/response/binned": -COUNTS}, "spike counts are negative"),
        ({"test/response/binned": RATES[:, :90]}, "test has 100 frames and 90 bins of rates"),
        ({"train/stimulus": STIMULUS[:, 0]}, "a movie is"),
        ({"train/stimulus": np.full((400, 6, 8), 128, np.uint8)}, "the same value everywhere"),
        ({"train/stimulus": np.full((400, 6, 8), np.nan)}, "holds NaN"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said(
    write: Callable[[Layout], Path], changes: Layout, message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        load_rgc(write(LAYOUT | changes))
    assert "\n" not in str(caught.value)
    assert "retina.h5" in str(caught.value)


def test_no_file_no_format_no_hdf5(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no file"):
        load_rgc(tmp_path / "none.h5")
    with pytest.raises(DataError, match=r"only .h5, .hdf5, .nwb"):
        load_rgc(tmp_path / "movie.mat")
    damaged = tmp_path / "damaged.h5"
    damaged.write_bytes(b"no HDF5")
    with pytest.raises(DataError, match=r"damaged.h5 cannot be read"):
        load_rgc(damaged)


def test_a_file_without_a_test_group(write: Callable[[Layout], Path]) -> None:
    trained = {name: values for name, values in LAYOUT.items() if name.startswith("train")}
    assert load_rgc(write(trained)).test is None


def test_a_share_is_a_share(write: Callable[[Layout], Path]) -> None:
    with pytest.raises(InputError, match=r"validation_share=1.5"):
        load_rgc(write(LAYOUT), validation_share=1.5)


def test_single_frames_and_strides_are_refused(write: Callable[[Layout], Path]) -> None:
    movie: Any = load_rgc(write(LAYOUT)).train.stimulus
    for index in (3, slice(0, 10, 2)):
        with pytest.raises(InputError, match="slices of consecutive frames"):
            movie[index]


def test_more_frames_than_memory_holds(
    write: Callable[[Layout], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    movie = load_rgc(write(LAYOUT)).train.stimulus
    monkeypatch.setattr("os.sysconf", lambda name: 100)  # 100 pages of 100 bytes
    with pytest.raises(InputError, match="read a shorter slice, or pool"):
        movie[:]
    assert movie[:20].shape == (20, 6, 8)


def test_nwb(tmp_path: Path) -> None:
    pynwb = pytest.importorskip("pynwb", reason="needs pynwb: pip install 'stats220[recordings]'")
    from datetime import UTC, datetime

    file = pynwb.NWBFile("retina", "one", datetime(2020, 1, 1, tzinfo=UTC))
    movie = 128 * np.random.default_rng(2).integers(0, 2, (200, 8, 6), dtype=np.uint8)  # x before y
    file.add_stimulus(
        pynwb.image.ImageSeries(
            name="noise", data=movie, unit="n.a.", format="raw", rate=100.0, starting_time=5.0
        )
    )
    # The last spike falls after the movie, and counts for nothing.
    file.add_unit(spike_times=[5.0, 5.005, 5.025, 6.999, 7.5])
    file.add_unit(spike_times=[4.0, 5.0151])
    path = tmp_path / "retina.nwb"
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(file)
    recording = load_rgc(path, validation_share=0.5)
    assert recording.bin_seconds == pytest.approx(0.01)
    assert recording.test is None
    counts = np.zeros((200, 2))
    counts[[0, 2, 199], 0] = 2, 1, 1
    counts[1, 1] = 1
    read = np.concatenate([recording.train.spike_counts, recording.validation.spike_counts])
    np.testing.assert_array_equal(read, counts)
    signs = movie.transpose(0, 2, 1).astype(int) // 64 - 1
    np.testing.assert_array_equal(recording.train.stimulus[:], signs[:100])


@pytest.mark.parametrize("recording", [1, 2])
def test_a_grasshopper_hears(recording: int) -> None:
    """A Poisson GLM explains held-out spikes of a real cell, and knows more where it sees the cell's own past."""
    pytest.importorskip("nitime", reason="needs nitime: pip install 'stats220[recordings]'")
    from stats220.models.poisson_glm import fit_poisson_glm

    cell = load_grasshopper(recording)
    assert cell.train.stimulus.shape == (8000, 1, 1)
    assert cell.validation.spike_counts.shape == (2000, 1)
    spikes = cell.train.spike_counts.sum() + cell.validation.spike_counts.sum()
    assert spikes > 800

    def lagged(part: Any, with_history: bool) -> tuple[Any, Any]:
        heard = part.stimulus[:, 0, 0].astype(float)
        counts = part.spike_counts.astype(float)
        columns = [np.roll(heard, lag) for lag in range(30)]
        columns += [np.roll(counts[:, 0], lag) for lag in range(1, 11)] if with_history else []
        return np.stack(columns, axis=1)[30:], counts[30:]

    bits = []
    for with_history in (False, True):
        x, y = lagged(cell.train, with_history)
        fit = fit_poisson_glm(x, y, 1e-3)
        held_out, counts = lagged(cell.validation, with_history)
        drive, mean = held_out @ fit.weights + fit.intercepts, y.mean()
        gain = np.sum(counts * drive - np.exp(drive)) - np.sum(counts * np.log(mean) - mean)
        bits.append(gain / counts.sum() / np.log(2))
    assert bits[0] > 0.5
    assert bits[1] > bits[0] + 0.4


def test_bad_requests_for_the_grasshopper(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="recording=3"):
        load_grasshopper(3)
    with pytest.raises(InputError, match="bin_seconds=0 "):
        load_grasshopper(bin_seconds=0)
    monkeypatch.setattr("stats220.data.encoding_files.find_spec", lambda name: None)
    with pytest.raises(DataError, match="pip install nitime"):
        load_grasshopper()
