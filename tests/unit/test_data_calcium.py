"""The calcium simulator beside its own description, and the file reader beside files written by other packages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stats220.data.calcium import (
    SimulatedCalcium,
    check_movie,
    load_calcium_movie,
    simulate_calcium,
)
from stats220.data.calcium_scene import bursts, calcium_transients
from stats220.errors import DataError, InputError


@pytest.fixture(scope="module")
def simulated() -> SimulatedCalcium:
    return simulate_calcium("small", seed=3)


def test_shapes_types_and_seed(simulated: SimulatedCalcium) -> None:
    truth = simulated.truth
    assert simulated.movie.shape == (64, 64, 1000)
    assert simulated.movie.dtype == np.float32
    assert truth.footprints.shape == (8, 64, 64)
    assert truth.traces.shape == truth.spike_counts.shape == (8, 1000)
    assert truth.centers_rc.shape == (8, 2)
    assert truth.decay_frames == pytest.approx(9)
    again, other = simulate_calcium("small", seed=3), simulate_calcium("small", seed=4)
    np.testing.assert_array_equal(again.movie, simulated.movie)
    assert not np.array_equal(other.movie, simulated.movie)
    check_movie(simulated.movie)


def test_presets_can_be_overridden() -> None:
    movie = simulate_calcium("small", num_neurons=2, height=40, width=52, num_frames=70).movie
    assert movie.shape == (40, 52, 70)


def test_traces_are_spikes_that_decay(simulated: SimulatedCalcium) -> None:
    truth = simulated.truth
    calcium = np.zeros(8)
    for frame in range(1000):
        calcium = calcium * np.exp(-1 / 9) + truth.spike_sizes * truth.spike_counts[:, frame]
        np.testing.assert_allclose(truth.traces[:, frame], calcium, rtol=1e-9, atol=1e-9)


def test_spikes_have_the_rate_asked_for() -> None:
    counts = simulate_calcium(
        "small", num_neurons=12, height=120, width=120, num_frames=1500, spike_rate_hz=2.0
    ).truth.spike_counts
    # 12 cells for 50 s at about 2 Hz; rates vary by the 0.4 of a log-normal, whose mean is e^0.08 of its median.
    assert counts.sum() / (12 * 50) == pytest.approx(2 * np.exp(0.08), rel=0.3)
    # Poisson: frames' variance is their mean.
    np.testing.assert_allclose(counts.var(axis=1) / counts.mean(axis=1), 1, atol=0.2)


def test_footprints_are_ring_shaped_and_of_unit_norm(simulated: SimulatedCalcium) -> None:
    truth = simulated.truth
    rows, columns = np.mgrid[:64, :64]
    np.testing.assert_allclose(np.linalg.norm(truth.footprints, axis=(1, 2)), 1)
    assert (truth.footprints >= 0).all()
    for footprint, (row, column) in zip(truth.footprints, truth.centers_rc, strict=True):
        distance = np.hypot(rows - row, columns - column)
        nucleus, ring = footprint[distance < 1.2], footprint[(distance > 3) & (distance < 4)]
        assert nucleus.mean() < ring.mean()
        assert footprint[distance > 9].max() < 0.01
        assert 3 < np.sqrt(np.sum(footprint**2 * distance**2)) < 5


def test_some_cells_overlap() -> None:
    images = simulate_calcium(num_frames=2).truth.footprints.reshape(30, -1)
    overlaps = (images @ images.T)[np.triu_indices(30, 1)]
    assert 3 <= np.sum(overlaps > 0.01) <= 25


def test_noise_is_that_of_photons(simulated: SimulatedCalcium) -> None:
    # What changes from frame to frame is noise (and few spikes); its variance is 20 units a photon times the mean.
    steps = np.diff(simulated.movie.astype(float), axis=2)
    quiet = simulated.truth.footprints.max(axis=0) == 0
    variance = steps.var(axis=2)[quiet] / 2
    assert np.median(variance / simulated.movie.mean(axis=2)[quiet]) == pytest.approx(20, rel=0.02)
    ratio = np.sqrt(variance) / simulated.truth.noise_std[quiet]
    assert np.median(ratio) == pytest.approx(1, abs=0.01)


def test_the_movie_holds_the_calcium(simulated: SimulatedCalcium) -> None:
    truth = simulated.truth
    images = truth.footprints.reshape(8, -1)
    mixed = images @ simulated.movie.reshape(-1, 1000)
    unmixed = np.linalg.solve(images @ images.T, mixed)
    for found, trace in zip(unmixed, truth.traces, strict=True):
        steps = np.diff(trace)
        assert np.diff(found) @ steps / (steps @ steps) == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_neurons": 0}, "num_neurons=0 must be positive"),
        ({"num_frames": -1}, "num_frames=-1"),
        ({"frame_rate_hz": 0.0}, "frame_rate_hz"),
        ({"decay_seconds": -0.3}, "decay_seconds"),
        ({"spike_snr": float("nan")}, "spike_snr"),
        ({"num_neurons": 500}, "do not fit"),
        ({"neuron_width_px": 80.0}, "do not fit"),
        ({"preset": "huge"}, "choose one of course, small, realistic"),
    ],
)
def test_what_cannot_be_simulated_is_told(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        simulate_calcium(**({"preset": "small"} | change))


# Files

MOVIE = np.random.default_rng(0).normal(100, 10, (5, 6, 80)).astype(np.float32)


@pytest.mark.parametrize("axes", ["YXT", "TYX", "XYT", "tyx"])
def test_npy_files_are_read_in_any_order_of_axes(tmp_path: Path, axes: str) -> None:
    order = ["YXT".index(axis) for axis in axes.upper()]
    np.save(tmp_path / "movie.npy", MOVIE.transpose(order).astype(np.float64))
    found = load_calcium_movie(tmp_path / "movie.npy", axes=axes, frame_rate_hz=30)
    np.testing.assert_array_equal(found.movie, MOVIE)
    assert found.movie.dtype == np.float32
    assert found.movie.flags.c_contiguous
    assert found.frame_rate_hz == 30.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frame_rate_hz": 30}, 'axes not given.*axes="TYX"'),
        ({"frame_rate_hz": 30, "axes": "TYZ"}, "time, rows and columns"),
        ({"frame_rate_hz": 30, "axes": "TY"}, "time, rows and columns"),
        ({"axes": "YXT"}, "pass frame_rate_hz="),
        ({"axes": "YXT", "frame_rate_hz": 0}, "frame rate of 0 Hz"),
        ({"axes": "YXT", "frame_rate_hz": float("inf")}, "frame rate of inf Hz"),
        ({"axes": "TYX", "frame_rate_hz": 30}, "axis 1 looks like time|axis 0 looks like time"),
    ],
)
def test_what_a_file_does_not_say_must_be_said(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    np.save(tmp_path / "movie.npy", MOVIE)
    with pytest.raises(DataError, match=message):
        load_calcium_movie(tmp_path / "movie.npy", **options)


def test_a_dead_pixel_is_told(tmp_path: Path) -> None:
    movie = MOVIE.copy()
    movie[4, 1] = 0
    np.save(tmp_path / "movie.npy", movie)
    with pytest.raises(DataError, match=r"movie\.npy as YXT: 1 of 30 pixels.*row 4, column 1"):
        load_calcium_movie(tmp_path / "movie.npy", axes="YXT", frame_rate_hz=30)


def test_missing_damaged_and_foreign_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no file"):
        load_calcium_movie(tmp_path / "absent.npy")
    (tmp_path / "movie.avi").write_bytes(b"RIFF")
    with pytest.raises(DataError, match=r"cannot read \.avi files, only \.npy"):
        load_calcium_movie(tmp_path / "movie.avi")
    np.save(tmp_path / "whole.npy", MOVIE)
    (tmp_path / "cut.npy").write_bytes((tmp_path / "whole.npy").read_bytes()[:500])
    (tmp_path / "empty.npy").write_bytes(b"")
    np.save(tmp_path / "pickled.npy", np.array([{}], dtype=object), allow_pickle=True)
    for name in ("cut.npy", "empty.npy", "pickled.npy"):
        with pytest.raises(DataError, match=f"{name} cannot be read.*damaged"):
            load_calcium_movie(tmp_path / name, axes="YXT", frame_rate_hz=30)


@pytest.mark.parametrize(
    ("suffix", "package"), [("tif", "tifffile"), ("h5", "h5py"), ("nwb", "pynwb")]
)
def test_a_missing_package_is_named(
    tmp_path: Path, suffix: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"movie.{suffix}").write_bytes(b"anything")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(DataError, match=f"pip install {package}"):
        load_calcium_movie(tmp_path / f"movie.{suffix}")


def test_tiff_files_say_axes_and_frame_rate(tmp_path: Path) -> None:
    tifffile = pytest.importorskip("tifffile", reason="pip install tifffile")
    path = tmp_path / "movie.tif"
    frames = MOVIE.transpose(2, 0, 1)
    tifffile.imwrite(path, frames, imagej=True, metadata={"axes": "TYX", "finterval": 1 / 30})
    found = load_calcium_movie(path)
    np.testing.assert_array_equal(found.movie, MOVIE)
    assert found.frame_rate_hz == pytest.approx(30)
    with pytest.raises(DataError, match="says its axes are TYX, not YXT"):
        load_calcium_movie(path, axes="YXT")
    with pytest.raises(DataError, match="says 30 Hz, not 15"):
        load_calcium_movie(path, frame_rate_hz=15)

    plain = tmp_path / "plain.tiff"  # pages without a name are frames
    tifffile.imwrite(plain, frames, photometric="minisblack")
    np.testing.assert_array_equal(load_calcium_movie(plain, frame_rate_hz=30).movie, MOVIE)
    with pytest.raises(DataError, match="pass frame_rate_hz="):
        load_calcium_movie(plain)
    plain.write_bytes(path.read_bytes()[:300])
    with pytest.raises(DataError, match="cannot be read"):
        load_calcium_movie(plain, frame_rate_hz=30)


def test_hdf5_files_name_their_dataset(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="pip install h5py")
    path = tmp_path / "movie.h5"
    with h5py.File(path, "w") as file:
        file["deep/movie"] = MOVIE
        file["deep/movie"].attrs["frame_rate_hz"] = 20.0
        file["mask"] = np.ones((5, 6))
    found = load_calcium_movie(path, axes="YXT")
    np.testing.assert_array_equal(found.movie, MOVIE)
    assert found.frame_rate_hz == 20.0
    with h5py.File(path, "a") as file:
        file["other"] = MOVIE
    with pytest.raises(DataError, match="choose dataset= from deep/movie, other"):
        load_calcium_movie(path, axes="YXT")
    load_calcium_movie(path, axes="YXT", dataset="deep/movie")
    (tmp_path / "cut.h5").write_bytes(path.read_bytes()[:700])
    with pytest.raises(DataError, match="cannot be read"):
        load_calcium_movie(tmp_path / "cut.h5", axes="YXT", frame_rate_hz=30)


def test_nwb_files_say_all(tmp_path: Path) -> None:
    pynwb = pytest.importorskip("pynwb", reason="pip install pynwb")
    from datetime import UTC, datetime

    file = pynwb.NWBFile(
        session_description="movie",
        identifier="id",
        session_start_time=datetime(2020, 1, 1, tzinfo=UTC),
    )
    device = file.create_device(name="microscope")
    channel = pynwb.ophys.OpticalChannel(name="green", description="GCaMP", emission_lambda=520.0)
    plane = file.create_imaging_plane(
        name="plane",
        optical_channel=channel,
        description="V1",
        device=device,
        excitation_lambda=920.0,
        indicator="GCaMP6f",
        location="V1",
    )
    frames = MOVIE.transpose(2, 1, 0)  # NWB: time, x, y
    file.add_acquisition(
        pynwb.ophys.TwoPhotonSeries(
            name="TwoPhotonSeries", data=frames, imaging_plane=plane, rate=30.0, unit="a.u."
        )
    )
    path = tmp_path / "movie.nwb"
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(file)
    found = load_calcium_movie(path)
    np.testing.assert_array_equal(found.movie, MOVIE)
    assert found.frame_rate_hz == 30.0
    with pytest.raises(DataError, match="says its axes are TXY, not TYX"):
        load_calcium_movie(path, axes="TYX")


def tiff_of(path: Path, frames: np.ndarray, how: str) -> None:
    """A TIFF as ImageJ writes it, as one block of data, or page by page."""
    tifffile = pytest.importorskip("tifffile", reason="pip install tifffile")
    if how == "pages":
        with tifffile.TiffWriter(path) as writer:
            for frame in frames:
                writer.write(frame, contiguous=False)
    elif how == "imagej":
        tifffile.imwrite(path, frames, imagej=True, metadata={"axes": "TYX"})
    else:
        tifffile.imwrite(path, frames)


@pytest.mark.parametrize("how", ["imagej", "block", "pages"])
def test_a_tiff_is_whole_cut_off_or_a_single_frame(tmp_path: Path, how: str) -> None:
    frames = MOVIE.transpose(2, 0, 1).astype(np.uint16)
    tiff_of(tmp_path / "whole.tif", frames, how)
    found = load_calcium_movie(tmp_path / "whole.tif", frame_rate_hz=30)
    np.testing.assert_array_equal(found.movie, frames.transpose(1, 2, 0))
    whole = (tmp_path / "whole.tif").read_bytes()
    for share in (0.3, 0.6, 0.9):
        (tmp_path / "cut.tif").write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(DataError, match=r"cut\.tif cannot be read .*(frame|corrupted)"):
            load_calcium_movie(tmp_path / "cut.tif", frame_rate_hz=30)
    tiff_of(tmp_path / "one.tif", frames[:1], how)
    with pytest.raises(DataError, match=r"one\.tif holds a single frame"):
        load_calcium_movie(tmp_path / "one.tif", frame_rate_hz=30)


# The preset that is as dim as most recordings.


def test_the_realistic_preset_is_as_dim_and_as_slow_as_measured_recordings() -> None:
    """Eight recordings of GCaMP6f with electrophysiology, at 30 Hz: 2.0 to 3.3 noise standard deviations, 1 to 3 frames after the spike."""
    jumps = []
    for seed in range(4):
        truth = simulate_calcium("realistic", num_frames=400, seed=seed).truth
        noise = np.sqrt(np.sum((truth.footprints * truth.noise_std) ** 2, axis=(1, 2)))
        jumps.append(truth.spike_sizes / noise)
        assert truth.footprints.shape == (15, 120, 120)
    assert 2.0 < np.median(jumps) < 3.3
    bright = simulate_calcium("small", num_frames=400).truth
    noise = np.sqrt(np.sum((bright.footprints * bright.noise_std) ** 2, axis=(1, 2)))
    assert np.median(bright.spike_sizes / noise) > 10


def test_a_spike_rises_peaks_at_its_size_and_decays() -> None:
    spikes = np.zeros((1, 200))
    spikes[0, 20] = 3.0
    for rise, earliest, latest in ((0.0, 0, 0), (0.75, 1, 3)):
        (trace,) = calcium_transients(spikes, 9.0, rise)
        assert earliest <= np.argmax(trace) - 20 <= latest
        assert trace.max() == pytest.approx(3.0)
        np.testing.assert_allclose(trace[60] / trace[59], np.exp(-1 / 9), rtol=1e-6)
        assert (trace[:20] == 0).all()


def test_bursts_keep_the_rate_and_stand_close_together() -> None:
    rng = np.random.default_rng(0)
    counts = bursts(rng, np.full(20, 0.4 / 30), 30_000, 2.5)
    assert counts.sum() / (20 * 1000) == pytest.approx(0.4, rel=0.05)
    gaps = np.concatenate([np.diff(np.flatnonzero(row)) for row in counts])
    assert (
        np.mean(gaps <= 2) > 0.4
    )  # 1.5 of 2.5 spikes follow within two frames, some in the same one
    single = bursts(np.random.default_rng(0), np.full(20, 0.4 / 30), 30_000, 1.0)
    assert np.mean(np.concatenate([np.diff(np.flatnonzero(row)) for row in single]) <= 2) < 0.05


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rise_seconds": -0.1}, "rise_seconds=-0.1"),
        ({"rise_seconds": 0.3}, "must be below decay_seconds"),
        ({"spikes_per_burst": 0.5}, "one spike or more"),
        ({"spikes_per_burst": float("nan")}, "one spike or more"),
    ],
)
def test_transients_and_bursts_that_cannot_be_are_told(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        simulate_calcium("small", **change)
