"""GIMBAL as a whole: the sampler against its own prior, the fit of a prior, and what both refuse."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import ive
from small_gimbal import small_prior

from stats220.data.triangulation import simulate_multiview
from stats220.errors import InputError
from stats220.models import gimbal
from stats220.models.gimbal.fitting import cluster_directions, fit_gimbal, turn
from stats220.models.gimbal.prior import GimbalPrior
from stats220.models.gimbal.start import fill_gaps


def outlier_responsibilities(errors, inlier_std, outlier_std, probability):  # type: ignore[no-untyped-def]
    """By scipy's Rayleigh densities: the 2D Gaussians' but for a factor of the distance that they share."""
    narrow = stats.rayleigh.logpdf(np.maximum(errors, 1e-12), scale=inlier_std)
    broad = stats.rayleigh.logpdf(np.maximum(errors, 1e-12), scale=outlier_std)
    odds = np.log(probability / (1 - probability)) + broad - narrow
    found = np.exp(-np.logaddexp(0, -np.where(np.isnan(errors), 0.0, odds)))
    return np.where(np.isnan(errors), np.nan, found)


def update_direction(mean, kappa, parent, child, length, variance):  # type: ignore[no-untyped-def]
    pull = kappa[..., None] * mean + ((length / variance)[:, None] * (child - parent))
    strength = np.sqrt((pull**2).sum(-1))
    return pull / np.maximum(strength, 1e-300)[..., None], strength


UPDATES = {
    "outlier_responsibilities": outlier_responsibilities,
    "update_direction": update_direction,
}


# The whole ----------------------------------------------------------------------------------------------------------------------


def draw_from_prior(prior: GimbalPrior, rng: np.random.Generator) -> np.ndarray:
    """One frame, (num_keypoints, 3): state, heading, directions by scipy, and positions from the root outwards."""
    state, heading = rng.integers(prior.num_states), rng.uniform(-np.pi, np.pi)
    means = turn(prior.pose_directions[[state]], np.array([heading]))[0]
    x = np.empty((len(prior.parents), 3))
    x[0] = prior.root_mean + rng.normal(0, 20, 3)
    for k, parent in list(enumerate(prior.parents))[1:]:
        law = stats.vonmises_fisher(means[k], prior.pose_concentrations[state, k])
        u = law.rvs(1, random_state=rng)[0]
        x[k] = (
            x[parent]
            + prior.bone_lengths[k] * u
            + rng.normal(0, np.sqrt(prior.bone_variances[k]), 3)
        )
    return x


def test_ranks_of_the_truth_are_uniform(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulation-based calibration: truth from the prior, detections from the truth, then ranks among posterior samples."""
    from stats220.models.gimbal import gibbs

    monkeypatch.setattr(gibbs, "ROOT_STD_MM", 20.0)  # as in draw_from_prior
    prior, rng = small_prior(), np.random.default_rng(8)
    cameras = simulate_multiview("small", num_frames=1, num_cameras=2, seed=3)
    noise = gimbal.usual_noise(
        2, 5, inlier_std_px=12.0, outlier_std_px=60.0, outlier_probability=0.3
    )
    # Frames without a prior that links them are independent experiments: a huge step variance.
    prior = small_prior(step_variances=np.full(5, 1e12), transition=np.full((2, 2), 0.5))
    num_frames = 90
    truth = np.stack([draw_from_prior(prior, rng) for _ in range(num_frames)])
    homogeneous = np.concatenate([truth, np.ones((num_frames, 5, 1))], axis=-1)
    image = np.einsum("cij,tkj->ctki", cameras.projections, homogeneous)
    outlier = rng.random((2, num_frames, 5)) < 0.3
    std = np.where(outlier, 60.0, 12.0)[..., None]
    points_2d = image[..., :2] / image[..., 2:] + std * rng.normal(size=(2, num_frames, 5, 2))
    points_2d[:, :, 3][rng.random((2, num_frames)) < 0.5] = np.nan
    samples = gimbal.sample_gimbal(
        prior, cameras.projections, points_2d, truth, noise=noise, learn_noise=False, num_chains=1, num_sweeps=120, num_burn=20, seed=9, progress=False, **UPDATES
    )  # fmt: skip
    thinned = samples.points_3d[4::5]  # 20 nearly independent samples
    for k in range(5):
        for statistic in (
            lambda x: x[..., 0],
            lambda x: x[..., 2],
            lambda x: np.linalg.norm(x, axis=-1),
        ):
            ranks = (statistic(thinned[:, :, k]) < statistic(truth[:, k])).sum(axis=0)
            counts = np.bincount(ranks * 5 // (len(thinned) + 1), minlength=5)
            assert stats.chisquare(counts).pvalue > 1e-4, (k, counts)


@pytest.fixture(scope="module")
def rat() -> tuple:
    recording = simulate_multiview(num_frames=160, seed=5)
    names = recording.keypoint_names
    prior = fit_gimbal(
        recording.points_3d[:120], recording.parents, heading_keypoints=(names.index("SpineL"), names.index("SpineF")), num_states=6
    )  # fmt: skip
    return recording.select(frames=slice(120, 160)), prior


def test_it_beats_its_start_and_finds_outliers(rat: tuple) -> None:
    recording, prior = rat
    rng = np.random.default_rng(0)
    start = recording.points_3d + rng.normal(0, 15, recording.points_3d.shape)
    start[:, 13] = np.nan  # a key point that has no start at all
    start[3:9, 2] = np.nan
    given = (prior, recording.projections, recording.points_2d, start)
    samples = gimbal.sample_gimbal(*given, num_sweeps=80, num_burn=40, progress=False, **UPDATES)
    assert samples.points_3d.shape == (80, 40, 18, 3)
    assert samples.by_chain("points_3d").shape == (2, 40, 40, 18, 3)
    np.testing.assert_array_equal(samples.by_chain("headings")[1], samples.headings[40:])
    error = np.linalg.norm(samples.mean_points_3d - recording.points_3d, axis=-1)
    assert np.median(error) < 3.5
    assert np.percentile(error, 95) < 12
    found, truth = samples.outlier_probabilities, recording.truth
    np.testing.assert_array_equal(np.isnan(found), truth.is_occluded)
    assert np.nanmean(found[truth.is_outlier]) > 0.6
    assert np.nanmean(found[~truth.is_outlier]) < 0.12
    assert samples.log_joint.shape == (2, 80)
    assert (samples.log_joint[:, -20:].mean(axis=1) > samples.log_joint[:, 0] + 100).all()
    off = np.angle(np.exp(1j * (samples.headings - recording.truth.headings)))
    assert np.abs(off).mean() < 0.35
    again = gimbal.sample_gimbal(
        *given, num_sweeps=4, num_burn=2, seed=1, progress=False, **UPDATES
    )
    same = gimbal.sample_gimbal(*given, num_sweeps=4, num_burn=2, seed=1, progress=False, **UPDATES)
    np.testing.assert_array_equal(again.points_3d, same.points_3d)


def test_diagnostics(rat: tuple) -> None:
    pytest.importorskip("arviz")
    rng = np.random.default_rng(1)
    points = rng.normal(size=(400, 2, 3, 3)).astype(np.float32)

    def samples(points: np.ndarray) -> gimbal.GimbalSamples:
        nothing = np.zeros((len(points), 2))
        return gimbal.GimbalSamples(points, nothing.astype(int), nothing, np.zeros((1, 2, 3)), np.zeros((len(points), 1, 3)), np.zeros((4, 100)), 4)  # fmt: skip

    good = gimbal.check_convergence(samples(points))
    assert good.split_rhat.shape == (18,)
    assert good.split_rhat.max() < 1.05
    assert 250 < np.median(good.bulk_ess) < 500
    points[:100] += 3  # one chain is elsewhere
    assert gimbal.check_convergence(samples(points)).split_rhat.min() > 1.3
    with pytest.raises(InputError, match="at least 4"):
        gimbal.check_convergence(samples(points[:8]))


def test_regions_hold_what_they_say() -> None:
    rng = np.random.default_rng(2)
    mixing = np.array([[3.0, 0, 0], [1, 1, 0], [0, 0.5, 0.2]])
    points = rng.normal(size=(3000, 500, 1, 3)) @ mixing.T
    truth = rng.normal(size=(500, 1, 3)) @ mixing.T
    truth[7] = np.nan
    levels = gimbal.region_of_truth(points, truth)
    assert np.isnan(levels[7]).all()
    known = levels[np.isfinite(levels)]
    assert stats.kstest(known, stats.uniform.cdf).pvalue > 1e-3
    assert np.nanmean(gimbal.region_of_truth(points, truth, scale=0.5) < 0.9) < 0.6
    wide = gimbal.region_of_truth(points, truth + rng.normal(0, 4, truth.shape), extra_std_mm=4.0)
    assert stats.kstest(wide[np.isfinite(wide)], stats.uniform.cdf).pvalue > 1e-3


# Fitting ----------------------------------------------------------------------------------------------------------------------------


def test_fitting_recovers_what_was_simulated() -> None:
    prior, rng = small_prior(pose_concentrations=np.full((2, 5), 60.0)), np.random.default_rng(3)
    points = np.stack([draw_from_prior(prior, rng) for _ in range(600)])
    points[rng.random((600, 5)) < 0.1] = np.nan
    found = fit_gimbal(
        points, prior.parents, heading_keypoints=(0, 2), num_states=2, pseudo_frames=1, softness=1
    )
    # A length is not quite its bone's: the noise across it makes it longer by σ²/r.
    longer = prior.bone_lengths[1:] + prior.bone_variances[1:] / prior.bone_lengths[1:]
    np.testing.assert_allclose(found.bone_lengths[1:], longer, rtol=0.02)
    np.testing.assert_allclose(found.bone_variances[1:], prior.bone_variances[1:], rtol=0.25)
    np.testing.assert_allclose(found.transition, 0.5, atol=0.1)
    # Each state's relative pose is one of the two: the angle between two of its bones' directions.
    for pair in ((2, 3), (2, 4)):
        theirs = sorted(
            (found.pose_directions[:, pair[0]] * found.pose_directions[:, pair[1]]).sum(-1)
        )
        ours = sorted(
            (prior.pose_directions[:, pair[0]] * prior.pose_directions[:, pair[1]]).sum(-1)
        )
        np.testing.assert_allclose(theirs, ours, atol=0.12)


def test_softness_multiplies_variances() -> None:
    rng = np.random.default_rng(9)
    points = np.stack([draw_from_prior(small_prior(), rng) for _ in range(60)])
    hard, soft = (
        fit_gimbal(
            points, small_prior().parents, heading_keypoints=(0, 2), num_states=2, softness=s
        )
        for s in (1.0, 3.0)
    )
    for name, factor in (
        ("bone_variances", 3),
        ("step_variances", 3),
        ("pose_concentrations", 1 / 3),
    ):
        np.testing.assert_allclose(getattr(soft, name), factor * getattr(hard, name))
    with pytest.raises(InputError, match="softness must be positive"):
        fit_gimbal(
            points, small_prior().parents, heading_keypoints=(0, 2), num_states=2, softness=0
        )


def test_a_bone_that_is_never_seen() -> None:
    rng = np.random.default_rng(4)
    points = np.stack([draw_from_prior(small_prior(), rng) for _ in range(60)])
    points[:, 3] = np.nan
    prior = fit_gimbal(points, small_prior().parents, heading_keypoints=(0, 2), num_states=3)
    assert (prior.pose_concentrations[:, 3] == 0).all()
    assert prior.bone_variances[3] > 2 * prior.bone_variances[[1, 2, 4]].max()
    filled = fill_gaps(points, prior)
    assert np.isfinite(filled).all()
    np.testing.assert_allclose(
        np.linalg.norm(filled[:, 3] - filled[:, 2], axis=-1), prior.bone_lengths[3]
    )


def test_a_missing_joint_starts_where_the_mean_pose_has_it(rat: tuple) -> None:
    recording, prior = rat
    start = recording.points_3d.copy()
    start[:, [13, 14]] = np.nan  # the left knee and ankle, in all frames
    off = np.linalg.norm(fill_gaps(start, prior) - recording.points_3d, axis=-1)
    assert np.median(off[:, 13]) < 16  # of a bone of 33 mm
    assert off[:, :13].max() == 0


def test_clusters_are_never_empty() -> None:
    same = np.tile([1.0, 0, 0], (6, 2, 1))
    assert sorted(set(cluster_directions(same, 3).tolist())) == [0, 1, 2]
    apart = np.repeat(
        np.eye(3)[:, None], 4, axis=0
    )  # three directions, four times each, one key point
    labels = cluster_directions(apart, 3, seed=2)
    assert [len(set(labels[i : i + 4])) for i in (0, 4, 8)] == [1, 1, 1]
    assert len(set(labels)) == 3


def test_noise_of_known_errors() -> None:
    rng = np.random.default_rng(5)
    std = np.array([[4.0, 8.0, 6.0], [5.0, 5.0, 12.0]])
    errors = stats.rayleigh.rvs(scale=std[:, None], size=(2, 4000, 3), random_state=rng)
    far = rng.random(errors.shape) < 0.15
    errors[far] = stats.rayleigh.rvs(scale=100, size=far.sum(), random_state=rng)
    errors[0, :, 2] = np.nan
    noise = gimbal.fit_noise(errors)
    assert noise.inlier_std_px[1] == pytest.approx(std[1], rel=0.25)
    assert noise.outlier_probability[1] == pytest.approx(0.15, abs=0.05)
    assert noise.outlier_std_px[0, 0] == pytest.approx(100, rel=0.15)
    assert np.isfinite(noise.inlier_std_px).all()
    with pytest.raises(InputError, match="no distance is known"):
        gimbal.fit_noise(np.full((2, 3, 4), np.nan))


# What is refused ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"parents": np.array([-1, 2, 3, 1, 0])}, "a loop, 1 -> 2 -> 3 -> 1"),
        (
            {"pose_concentrations": np.full((2, 5), np.inf)},
            "pose_concentrations must be finite.*large number",
        ),
        ({"pose_concentrations": np.full((2, 5), -1.0)}, "pose_concentrations must be"),
        ({"bone_variances": np.zeros(5)}, "bone_variances must be finite and at least"),
        ({"step_variances": np.zeros(5)}, "step_variances must be"),
        ({"bone_lengths": np.zeros(4)}, r"bone_lengths must be \(5,\): got \(4,\)"),
        ({"transition": np.ones((2, 2))}, "transition must hold probabilities"),
        ({"pose_directions": np.ones((2, 5, 3))}, "length 1"),
    ],
)
def test_a_prior_must_be_one(changes: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        small_prior(**changes)


def test_any_direction_is_a_prior_too() -> None:
    prior = small_prior(pose_concentrations=np.zeros((2, 5)))
    np.testing.assert_allclose(prior.log_normalizers[:, 1:], -np.log(4 * np.pi))
    assert ive(0.5, 1e-8) > 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"points_2d": np.zeros((4, 2, 4, 2))}, r"points_2d must be \(num_cameras, num_frames, 5, 2\)"),
        ({"points_2d": np.full((4, 2, 5, 2), np.nan)}, "no camera sees anything"),
        ({"projections": np.zeros((3, 3, 4))}, r"projections must be \(4, 3, 4\)"),
        ({"start": np.zeros((3, 5, 3))}, r"start must be \(2, 5, 3\)"),
        ({"start": np.full((2, 5, 3), np.nan)}, "start holds no known point"),
        ({"num_burn": 5}, "num_burn=5 less than num_sweeps=5"),
        ({"outlier_responsibilities": lambda e, *_: e[0]}, "outlier_responsibilities must return shape"),
        ({"outlier_responsibilities": lambda e, *_: e + 2}, "probabilities from 0 to 1"),
        ({"outlier_responsibilities": lambda e, *_: e * np.nan}, "not NaN"),
        ({"update_direction": lambda m, *_: m}, "a direction and a concentration"),
        ({"update_direction": lambda m, k, *_: (2 * m, k)}, "directions of length 1"),
        ({"update_direction": lambda m, k, *_: (m, k / 0.0)}, "finite and not negative"),
        ({"update_direction": lambda m, k, *_: (m, k[0])}, "update_direction must return shape"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_the_sampler_refuses(changes: dict, says: str) -> None:
    cameras = simulate_multiview("small", num_frames=2, seed=1)
    given: dict = {
        "projections": cameras.projections,
        "points_2d": cameras.points_2d[:, :, :5],
        "start": cameras.points_3d[:, :5],
        "num_sweeps": 5,
        "num_burn": 1,
        "progress": False,
    }
    with pytest.raises(InputError, match=says):
        gimbal.sample_gimbal(small_prior(), **(given | UPDATES | changes))


def test_fitting_refuses() -> None:
    points = np.zeros((10, 5, 3))
    with pytest.raises(InputError, match="num_states=3 for 0 frames whose heading is known"):
        fit_gimbal(points * np.nan, small_prior().parents, heading_keypoints=(0, 2), num_states=3)
    with pytest.raises(InputError, match=r"points_3d must be \(num_frames, 4, 3\)"):
        fit_gimbal(points, [-1, 0, 1, 2], heading_keypoints=(0, 2), num_states=3)
    with pytest.raises(InputError, match="a loop"):
        fit_gimbal(points, [-1, 2, 1, 2, 0], heading_keypoints=(0, 2), num_states=3)


@pytest.mark.gpu
def test_on_a_gpu(rat: tuple) -> None:
    recording, prior = rat
    given = (prior, recording.projections, recording.points_2d, recording.points_3d)
    samples = gimbal.sample_gimbal(
        *given, num_sweeps=30, num_burn=10, device="cuda", progress=False, **UPDATES
    )
    error = np.linalg.norm(samples.mean_points_3d - recording.points_3d, axis=-1)
    assert np.median(error) < 3.5
