# %% [markdown]
r"""
# Lab 3: Demixing and deconvolution of calcium imaging

A neuron that fires lets calcium in, and a protein put there for the purpose lights up. So a microscope can film hundreds of neurons at
work. But the film is not what we want to know. Calcium comes at once and leaves slowly, so that each spike smears over a third of a second.
Neighboring cells overlap, out-of-focus tissue shimmers behind them, and photons are few.

This lab takes such a movie apart by **constrained nonnegative matrix factorization** (Pnevmatikakis et al., *Neuron*, 2016; implemented in
[CaImAn](https://github.com/flatironinstitute/CaImAn)). The movie, $P$ pixels times $T$ frames, is a sum of a few patterns in space that
follow a few signals in time:

$$X = \sum_{k=1}^{K} u_k \, (c_k + b_k)^\top + u_0 c_0^\top + \text{noise}.$$

Neuron $k$ has a **footprint** $u_k$ (where it is), a **trace** $c_k$ (its calcium) and a baseline $b_k$; what shimmers behind is the
background $u_0 c_0^\top$.

- **Part 1** finds the cells: pixels that go up and down together.
- **Part 2** turns a trace into spikes. That is a convex problem, which [CVXPY](https://www.cvxpy.org) solves for us.
- **Part 3** puts both together: each footprint and trace in turn, given all the others.

Three rules hold for all problems. A function **returns what its docstring says**: NumPy arrays of the stated shapes, in single or
double precision, and numbers. It **keeps the names** of its arguments. And it **leaves the arrays that it is given as they are**. The cells in
between show what your code does to a movie; where they need a problem that you have not solved, they say so in one line.
"""

# %% [markdown]
r"""
## Setup
"""

# %%
from collections.abc import Callable

import cvxpy as cp
import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Float
from scipy.signal import butter, lfilter, sosfilt, welch
from scipy.sparse import eye_array, sparray

from stats220.checks import calcium as check
from stats220.checks.waiting import ready
from stats220.data.calcium import check_movie, load_calcium_movie, simulate_calcium
from stats220.data.standins import load_stand_in
from stats220.errors import InputError
from stats220.models.ascent import Ascent, add_outer
from stats220.models.calcium import (
    Deconvolution,
    check_trace,
    find_neurons,
    gaussian_footprints,
    solve,
    standardize,
    unit_norm,
)
from stats220.models.demixing import Updates, demix
from stats220.models.scores import match_cells, score
from stats220.plotting.calcium import (
    figure_deconvolution,
    figure_footprints,
    play_movies,
    plot_contours,
    plot_image,
    plot_objective,
    plot_spectrum,
    plot_traces,
)
from stats220.widgets.calcium import explore_deconvolution

# %% [markdown]
r"""
### The movie

By default we look at a simulated movie: 30 cells, 170 × 170 pixels, 100 seconds at 30 frames a second. It has what makes real ones hard
(cells that overlap, a background that drifts, noise that grows with brightness), and what no real one has: we know its spikes. It is a
**bright** recording: one spike jumps by some 13 standard deviations of the noise, so that you see what the method does. In most recordings it
is 2 to 3; the preset `"realistic"` is as dim as that, and the end of Part 3 shows what then gets lost. `"small"` is a first look that takes
seconds. A movie of your own, corrected for motion, is read by `load_calcium_movie`; all that follows works without the truth, too.

The indicator is a fast one (GCaMP6f): its light decays with a time constant of $\tau = 0.3$ seconds. All formulas below count time in
**frames**, so $\tau$ is 9.
"""

# %% explore minutes_cpu=0.2
def by_rows(function, movie, neighbors=0):
    """What a function says of each pixel, asked for a few rows at a time, which saves memory.

    Where it looks at neighboring pixels, too, it gets so many more rows on both sides.
    """
    parts = []
    for rows in np.array_split(np.arange(len(movie)), 10):
        first = max(0, rows[0] - neighbors)
        found = function(movie[first : rows[-1] + 1 + neighbors])
        parts.append(found[rows[0] - first :][: len(rows)])
    return np.concatenate(parts)


PRESET = "course"  # or "small", or "realistic"

# For a movie of your own: load_calcium_movie("my_movie.tif", frame_rate_hz=30)
recording = simulate_calcium(PRESET, seed=0)
truth = getattr(recording, "truth", None)
movie, frame_rate_hz = recording.movie, recording.frame_rate_hz
del recording  # one copy of the movie is enough
height, width, num_frames = movie.shape
decay_frames = 0.3 * frame_rate_hz
print(
    f"{movie.dtype} {movie.shape}, {num_frames / frame_rate_hz:.0f} s at {frame_rate_hz:g} Hz, "
    f"decay time {decay_frames:g} frames"
)

quantity = "fluorescence (arbitrary units)"
_, axes = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
plot_image(movie.mean(axis=2), quantity=quantity, title="mean over time", ax=axes[0])
plot_image(movie.max(axis=2), quantity=quantity, title="maximum over time", ax=axes[1]);

# %% [markdown]
r"""
Where are the cells? The mean shows the resting light of cells, active or not, on uneven illumination; the maximum, what was bright for one
frame, by calcium or by chance. Neither knows that a cell is what *changes together*.

## Part 1: finding cells

### Problem 1a: how much of it is noise?

Everything in this lab is measured in units of the noise. So first we need its standard deviation, for each pixel: bright pixels catch
more photons, and the noise of a photon count grows with its root.

Calcium is slow: of the power in a pixel, what lies above 8 Hz is noise and little else. So filter the calcium
away (a **Butterworth high-pass filter** of order 10: `butter` designs it, `sosfilt` applies it, as "second-order sections"), drop the first
second, in which the filter rings after the jump from nothing to the movie's first frame, and take the standard deviation of the rest.

That common recipe is **wrong by a third**. The noise is white: it has power at all frequencies, below 8 Hz too, and that part went out with
the calcium. At 30 Hz a movie holds frequencies up to the Nyquist frequency of 15 Hz, so that 7/15 of the noise's variance is left, and noise
of 1.00 measures 0.68. Make up for it: what share of the variance is left for any cutoff and frame rate?
"""

# %% exercise="pixel_noise_std" minutes=20
from stats220.reference.calcium import pixel_noise_std

# %% test="pixel_noise_std" points=12
check.pixel_noise_std(pixel_noise_std)

# %% [markdown]
r"""
From here on the movie is divided by its noise, so that $\sigma = 1$ in every pixel. The figure has the power spectrum of the pixels that vary
most. White noise of variance 1 has the density 2 / frame rate at all frequencies, the dashed line, and above 8 Hz that is what is there. What
rises above it on the left is calcium and background. The filter takes that away, and with it all noise *below* the dashed line, left of the
shaded band.
"""

# %% explore minutes_cpu=0.3
if ready({"Problem 1a": pixel_noise_std}):
    noise_std = by_rows(lambda rows: pixel_noise_std(rows, frame_rate_hz), movie)
    # From here on in noise standard deviations.
    movie = standardize(movie, noise_std, overwrite=True)

    variation = by_rows(lambda rows: rows.std(axis=2), movie)
    lively = movie[variation > np.percentile(variation, 98)]
    sections = butter(10, 8.0, "highpass", fs=frame_rate_hz, output="sos")
    frequencies_hz, density = welch(lively, fs=frame_rate_hz, nperseg=256)
    settled = slice(int(frame_rate_hz), None)  # without the first second
    filtered = welch(sosfilt(sections, lively)[:, settled], fs=frame_rate_hz, nperseg=256)[1]
    inside = slice(1, -1)
    densities = {"pixels": density.mean(axis=0)[inside], "filtered": filtered.mean(axis=0)[inside]}
    plot_spectrum(frequencies_hz[inside], densities, cutoff_hz=8.0, white=2 / frame_rate_hz)
    if truth is not None:
        ratio = noise_std / truth.noise_std
        print(
            f"measured / true noise: {ratio.mean():.3f} ± {ratio.std():.3f} over pixels; "
            f"without the correction {np.sqrt(7 / 15) * ratio.mean():.3f}"
        )

# %% [markdown]
r"""
### Problem 1b: pixels that change together

Two pixels of one cell share its calcium, so they are correlated over time. Two pixels of noise are not. For each pixel, take the **mean
correlation with its neighbors** above, below, left and right:

$$\rho_{ij} = \frac{1}{|\mathcal{N}_{ij}|} \sum_{(k,l) \in \mathcal{N}_{ij}} \mathrm{corr}(x_{ij}, x_{kl}).$$

At the border take the mean over the neighbors that a pixel has, three or two: the left edge and the right edge are no neighbors. With
z-scores (mean 0, standard deviation 1 over time) a correlation is a mean of products, and two such products, with the pixel below and with the
one to the right, are all that is needed, for the whole image at once.
"""

# %% exercise="local_correlation" minutes=20
from stats220.reference.calcium import local_correlation

# %% test="local_correlation" points=10
check.local_correlation(local_correlation)

# %% [markdown]
r"""
Now the cells stand out. `find_neurons` smooths this image by a quarter of a cell's width, subtracts its surroundings (neuropil is correlated
too, but over a wider area), and takes the peaks. Where does it go wrong here? A cell that hardly fires leaves nothing that could be
correlated; and a patch of neuropil that is cut off by the border looks like a small cell.
"""

# %% explore minutes_cpu=0.2
if ready({"Problem 1a": pixel_noise_std, "Problem 1b": local_correlation}):
    correlation = by_rows(local_correlation, movie, neighbors=1)
    centers_rc = find_neurons(correlation, neuron_width_px=10)

    what = "mean correlation"
    _, axes = plt.subplots(1, 2, figsize=(11, 4.8), layout="constrained")
    plot_image(correlation, quantity=what, title="local correlation", ax=axes[0])
    title = f"{len(centers_rc)} peaks"
    plot_image(correlation, quantity=what, centers_rc=centers_rc, title=title, ax=axes[1])
    if truth is not None:
        axes[1].plot(*truth.centers_rc.T[::-1], "r+", label="true center")
        axes[1].legend(loc="upper right", bbox_to_anchor=(1, -0.12), fontsize="small")

# %% [markdown]
r"""
### Unit norm

In $u_k c_k^\top$ a footprint twice as large with a trace half as large is the same movie, so somebody has to fix the scale. The choice is
$\|u_k\|_2 = 1$, for the neurons *and* for the background: the **squares sum to one**, which `unit_norm` sees to. It is not a matter of taste.
Project the movie onto a footprint, $u_k^\top X$: the noise of that trace has the variance $\sum_i u_{ki}^2 \sigma^2$, which for unit norm is
$\sigma^2 = 1$. With a maximum of one in its place, the trace of a cell ten pixels wide has four to seven times the noise that Part 2 believes
it has.

First guesses: a footprint is a Gaussian bump around each peak, the background is the median over time (which cares less about spikes than the
mean), and each trace is what its footprint sees of the movie once the background is gone. The two printed lines compare the noise in such
traces, by the filter of 1a. (With unit norm it finds a little more than 1: the sharp onset of a spike has frequencies above 8 Hz, too.)
"""

# %% explore minutes_cpu=0.2
def project(footprints):
    """What footprints see of the movie, (num_footprints, num_frames), in float64."""
    flat = footprints.reshape(len(footprints), -1).astype(movie.dtype)
    return (flat @ movie.reshape(-1, num_frames)).astype(float)


if ready({"Problem 1a": pixel_noise_std, "Problem 1b": local_correlation}):
    bumps = gaussian_footprints(centers_rc, height, width, neuron_width_px=10)
    first_footprints = unit_norm(bumps)
    first_background = unit_norm(by_rows(lambda rows: np.median(rows, axis=2), movie))
    share = np.tensordot(first_footprints, first_background, axes=2)
    traces = project(first_footprints) - np.outer(share, project(first_background[None])[0])

    for name, footprints in (("unit norm", first_footprints), ("maximum one", bumps)):
        noise = pixel_noise_std(project(footprints)[None], frame_rate_hz)
        print(
            f"{name:12} noise of the traces {noise.mean():.2f} "
            f"(from {noise.min():.2f} to {noise.max():.2f})"
        )

    # The true spikes of the cell at each peak, to compare with; none, where there is no cell.
    spike_counts = None
    if truth is not None:
        found, cells = match_cells(centers_rc, truth.centers_rc)
        spike_counts = np.zeros_like(traces, dtype=int)
        spike_counts[found] = truth.spike_counts[cells]

    figure, ax = plt.subplots(figsize=(10, 3), layout="constrained")
    ax.plot(np.arange(num_frames) / frame_rate_hz, traces[0], linewidth=0.8)
    ax.set(
        xlabel="time (s)",
        ylabel="fluorescence\n(noise standard deviations)",
        title="what the first footprint sees",
    )

# %% [markdown]
r"""
## Part 2: from calcium to spikes

### Problem 2a: calcium forgets

After a spike calcium decays by the same factor every frame, $e^{-1/\tau}$. So if nothing happens, $c_t = e^{-1/\tau} c_{t-1}$, and whatever
is more than that is a spike of **amplitude**

$$a_t = c_t - e^{-1/\tau} c_{t-1}, \qquad a_0 = c_0.$$

That is linear in $c$, $a = G c$. The matrix has ones on its diagonal and $-e^{-1/\tau}$, *with* its minus sign, on the first diagonal
*below*: today minus what is left of yesterday. It has $T^2$ entries, 9 million in this movie, and all but $2T - 1$ are zero, so do not store
them: `scipy.sparse` has matrices for that, CVXPY takes them, and solvers get their speed from them.
"""

# %% exercise="decay_matrix" minutes=10
from stats220.reference.calcium import decay_matrix

# %% test="decay_matrix" points=8
check.decay_matrix(decay_matrix)

# %% [markdown]
r"""
Watch $G$ undo the decay: of clean calcium (left) it leaves the spikes, each in its frame. Of a *noisy* trace (right) it leaves a mess, since a
difference of neighboring frames has nearly twice their variance. So we have to say what we believe about spikes: they are rare, and never
negative.
"""

# %% explore minutes_cpu=0.1
if ready({"Problem 2a": decay_matrix}):
    demo_spikes = np.zeros(300)
    demo_spikes[[30, 32, 120, 210]] = 1, 1, 2, 0.5
    demo_calcium = lfilter([1], [1, -np.exp(-1 / decay_frames)], demo_spikes)
    demo_noisy = demo_calcium + 0.2 * np.random.default_rng(0).normal(size=300)
    G = decay_matrix(300, decay_frames)
    options = {"sharex": True, "sharey": "row", "layout": "constrained"}
    figure, axes = plt.subplots(2, 2, figsize=(10, 4), **options)
    demo = {"calcium": demo_calcium, "calcium with noise": demo_noisy}
    for column, (name, c) in zip(axes.T, demo.items()):
        column[0].plot(c)
        column[0].set(title=name, ylabel="c (height of a spike)")
        column[1].axhline(0, linewidth=0.8)
        column[1].vlines(np.arange(300), 0, G @ c)
        column[1].set(xlabel="time (frames)", ylabel="G c (height of a spike)")

# %% [markdown]
r"""
### CVXPY in one minute

A **convex problem** has one valley, and solvers find its bottom, reliably and to as many digits as you like. CVXPY lets you write it as you would
on paper. *Variables* stand for what is sought, expressions of them are built with `@`, `+`, `cp.sum`, `cp.norm`, `cp.sum_squares`; an objective
and a list of constraints make a *problem*; after solving it, `x.value` is the answer. The lab's `solve(problem)` calls the first solver that
succeeds.

Every constraint comes with a second answer, its **dual value**: by how much the optimum would fall if the constraint were relaxed a little,
per unit of relaxation. It is the Lagrange multiplier that you know from calculus. A small example: of all points in the unit disc with no coordinate
above 0.8, which is nearest to $(2, 1.2)$? Both constraints press. Widen the disc by 0.001, and the optimum falls by 0.001 times its dual value.
"""

# %% explore minutes_cpu=0.1
x = cp.Variable(2)
constraints = [cp.norm(x, 2) <= 1, x <= 0.8]
problem = cp.Problem(cp.Minimize(cp.sum_squares(x - np.array([2.0, 1.2]))), constraints)
solve(problem)
print(f"x = {x.value.round(4)}, distance² = {problem.value:.4f}")
disc, coordinates = (constraint.dual_value for constraint in constraints)
print(f"dual value of the disc: {disc:.4f}, of the two coordinates: {coordinates.round(4)}")

for radius in (1.0, 1.001):
    relaxed = cp.Problem(problem.objective, [cp.norm(x, 2) <= radius, x <= 0.8])
    solve(relaxed)
    print(f"radius {radius}: distance² = {relaxed.value:.5f}")

# %% [markdown]
r"""
### Problem 2b: the fewest, smallest spikes

Among all traces that explain the data *up to its noise*, which one needs the least spiking?

$$\min_{c,\, b} \; \|G c\|_1 \quad \text{subject to} \quad \|y - c - b\|_2 \le \theta, \quad G c \ge 0, \qquad \theta = (1 + \epsilon)\, \sigma \sqrt{T}.$$

- The **1-norm** is the sum of the amplitudes' absolute values, of all $T$ of them. Its corners make most of them exactly zero.
- **θ** is the size that noise has: $T$ frames of standard deviation $\sigma$ have a norm of about $\sigma \sqrt T$. The slack $\epsilon$ adds
  some room.
- $G c \ge 0$, **not** $c \ge 0$: spikes only ever add calcium. A trace that is merely positive could fall as fast as it likes.
- The baseline $b$ is one number, of either sign, and a variable too. It is not part of the calcium, and spikes should not have to pay for it.

The problem can be written in several ways that have the same solution. Of the multiplier this is not true. If you write the constraint on the
**norm**, `norm(...) <= θ`, its dual value is $\nu$. If you **square** both sides, it is $\eta$. Both say the same about the same constraint:
relax $\theta$ a little, and $\theta^2$ changes $2\theta$ times as much, so that the optimum falls $\nu$ per unit of $\theta$ or $\eta$ per
unit of $\theta^2$, and

$$\eta = \frac{\nu}{2 \theta}.$$

Return $\eta$, the multiplier of the *squared* constraint, whichever form you choose. (Solvers prefer the norm: it is a cone.) Mind the shape: of `sum_squares(...) <= θ**2`, `quad_over_lin` and `quad_form` the dual value is an array of shape `(1,)`,
which `float()` refuses; of `norm(...) <= θ`, `norm(...)**2 <= θ**2` and `sum(square(...)) <= θ**2` it is a float, which has no `[0]`.
`Deconvolution` takes either as it comes and makes it a float.
"""

# %% exercise="deconvolve" minutes=35
from stats220.reference.calcium import deconvolve

# %% test="deconvolve" points=20
check.deconvolve(deconvolve)

# %% [markdown]
r"""
The first cell's trace (gray), what three slacks make of it, and below the amplitudes, all on the same axes. How many spikes are there? How high
does the denoised trace reach, compared with the data?
"""

# %% explore minutes_cpu=0.2
NEEDS_TRACES = {"Problem 1a": pixel_noise_std, "Problem 1b": local_correlation}
slacks = (0.0, 0.5, 1.5)
if ready(NEEDS_TRACES | {"Problem 2b": deconvolve}):
    first = traces[0]
    truth_of_first = None if spike_counts is None else spike_counts[0]
    by_slack = [deconvolve(first, decay_frames, slack=slack) for slack in slacks]
else:
    shown_instead = load_stand_in("lab3_calcium_slack")
    first, truth_of_first = shown_instead["trace"], shown_instead["spike_counts"]
    names = ("denoised", "amplitudes", "baselines", "multipliers")
    arrays = (shown_instead[name] for name in names)
    by_slack = [Deconvolution(*parts) for parts in zip(*arrays)]

for slack, result in zip(slacks, by_slack):
    print(
        f"slack {slack:4}: {np.sum(result.amplitudes > 1):4d} amplitudes above 1 σ, "
        f"their sum {result.amplitudes.sum():6.0f} σ, η = {result.multiplier:.4f}"
    )
    figure_deconvolution(
        first,
        {f"slack {slack}": result},
        frame_rate_hz=frame_rate_hz,
        spike_counts=truth_of_first,
        seconds=(0, 30),
        amplitude_limit=1.05 * by_slack[0].amplitudes.max(),
    )

# %% [markdown]
r"""
And if $\theta$ is too small, because $\sigma$ was taken a third too small, as in the recipe that we mended, or because the slack is negative?
There is always a solution: the baseline may be as low as it likes, so that with enough spikes any trace can be followed as closely as you ask.
But look at what pays for it. The baseline runs away downwards, the first amplitude (which is all that $c_0$ is) makes up for it, and spikes
fit noise.
"""

# %% explore minutes_cpu=0.2
if ready(NEEDS_TRACES | {"Problem 2b": deconvolve}):
    cases = {
        "σ as it is, slack 0": {},
        "σ a third too small": {"noise_std": np.sqrt(7 / 15)},
        "slack -0.9": {"slack": -0.9},
    }
    for name, case in cases.items():
        result = deconvolve(first, decay_frames, **({"slack": 0.0} | case))
        print(
            f"{name:20} {np.sum(result.amplitudes > 1):4d} amplitudes above 1 σ, "
            f"baseline {result.baseline:6.1f} σ, first amplitude {result.amplitudes[0]:5.1f} σ"
        )
        if "third" in name:
            figure_deconvolution(
                first,
                {name: result},
                frame_rate_hz=frame_rate_hz,
                spike_counts=truth_of_first,
                seconds=(0, 30),
            )

# %% [markdown] question="slack" points=6 minutes=15
r"""
### Problem 2c: what the slack does

*About 150 words.* What happens to the number of spikes, to the height of the denoised trace, and to the multiplier $\eta$ as the slack
grows? Explain each from the optimization problem (2 points for spikes and height, 2 for $\eta$). What goes wrong for a slack that is far below zero,
and for one that is too large (2 points)?
"""

# %% [markdown] question="lagrangian" points=8 minutes=20
r"""
### Problem 2d: a bound or a price

*About ten lines of formulas and text.* Bayesians write the problem another way. Amplitudes have an exponential prior with rate $\lambda$,
the noise is Gaussian, and the most probable trace is

$$\min_{c,\, b} \; \frac{1}{2\sigma^2} \|y - c - b\|_2^2 + \lambda \|G c\|_1 \quad \text{subject to} \quad G c \ge 0.$$

There is no bound any more; instead every spike has a price. Write down the Lagrangian of Problem 2b, with the squared constraint and its
multiplier $\eta$ (2 points), say what may be done to it without moving its minimizer (2), and so show that both problems have the same solution
(2) if

$$\lambda = \frac{1}{2 \sigma^2 \eta}.$$

Which way does $\lambda$ move as the slack grows, and why is that plausible? What would happen to someone who used $\nu$ in place of $\eta$ (2)?
"""

# %% [markdown]
r"""
### Problem 2e: the penalized problem

Write it in CVXPY, as it stands in 2d. Of the squared residual and the price, which is divided by what?
"""

# %% exercise="deconvolve_penalized" minutes=15
from stats220.reference.calcium import deconvolve_penalized

# %% test="deconvolve_penalized" points=10
check.deconvolve_penalized(deconvolve_penalized)

# %% [markdown]
r"""
Solve the one, take the price from its multiplier, solve the other: the two curves lie on top of each other. That is a stern test of your
multiplier. The bound is easier to choose, as it only asks how large the noise is. The price is what the model of Part 3 needs: there, all
neurons share one objective.
"""

# %% explore minutes_cpu=0.1
NEEDS_BOTH = {"Problem 2b": deconvolve, "Problem 2e": deconvolve_penalized}
if ready(NEEDS_TRACES | NEEDS_BOTH):
    constrained = deconvolve(first, decay_frames, slack=0.25)
    penalty = 1 / (2 * constrained.multiplier)  # σ = 1
    penalized = deconvolve_penalized(first, decay_frames, penalty)
    difference = np.abs(constrained.denoised - penalized.denoised).max()
    print(
        f"η = {constrained.multiplier:.5f}, λ = {penalty:.3f}, "
        f"largest difference {difference:.5f} σ"
    )
    figure_deconvolution(
        first,
        {"bound, slack 0.25": constrained, f"price λ = {penalty:.2f}": penalized},
        frame_rate_hz=frame_rate_hz,
        spike_counts=truth_of_first,
        seconds=(0, 30),
    )

# %% [markdown]
r"""
Ten cells, with a slack of 0.25. Beside each number stands the price λ that its multiplier is worth; where the bound asks for no spike at all, the
multiplier is zero, and the price is none.
"""

# %% explore minutes_cpu=0.2
if ready(NEEDS_TRACES | {"Problem 2b": deconvolve}):
    results = [deconvolve(trace, decay_frames, slack=0.25) for trace in traces]
    multipliers = np.array([result.multiplier for result in results])
    prices = [1 / (2 * eta) if eta > 1e-6 else None for eta in multipliers]
    said = ["none" if price is None else f"{price:.1f}" for price in prices]
    paid = [price for price in prices if price is not None]
    print(f"prices of all {len(prices)} cells: {', '.join(said)}")
    print(f"median {np.median(paid):.1f}" if paid else "no cell needs a spike")
    shown = slice(0, 10)
    plot_traces(
        traces[shown],
        np.array([result.denoised + result.baseline for result in results[shown]]),
        np.array([result.amplitudes for result in results[shown]]),
        frame_rate_hz=frame_rate_hz,
        spike_counts=None if spike_counts is None else spike_counts[shown],
        names=[f"{k}: λ {price}" for k, price in enumerate(said[shown])],
        seconds=(0, 40),
    )

# %% [markdown]
r"""
Now drag. Which decay time gives the cleanest spikes? What does a $\tau$ of 1 frame do, or one of 60? What pays for a slack below zero?
"""

# %% explore minutes_cpu=0.1
explorer = None
if ready(NEEDS_TRACES | {"Problem 2b": deconvolve}):
    explorer = explore_deconvolution(
        traces,
        lambda trace, decay_frames, slack: deconvolve(trace, decay_frames, slack=slack),
        frame_rate_hz=frame_rate_hz,
        decay_frames=decay_frames,
        spike_counts=spike_counts,
    )
explorer

# %% [markdown]
r"""
### Bonus problem 2f: without a solver

CVXPY knows nothing about calcium, and somebody who does can be much faster. Leave the baseline out ($b = 0$, $\sigma = 1$). Between
spikes $c$ decays, so the solution is a chain of **pools**, runs of frames that decay from one height. Start with every frame a pool of its own, from
left to right. Whenever a pool decays to *more* than where the next one starts, the jump between them would be negative, and the two must be
one pool: merge them, and look back, since the merged pool may now be out of order with the one before it. At the end set heights below zero to
zero. Each frame is merged at most once, so that one pass is all it takes. This is OASIS (Friedrich, Zhou and Paninski, 2017), a cousin of the
pool-adjacent-violators algorithm for isotonic regression.

Two things to work out on paper. Which height is best for a pool of frames $y_0, y_1, \dots$ that decays as $h, hg, hg^2, \dots$? And what does
$\lambda \|Gc\|_1$ cost each frame, if you write it as a sum over $c_t$? (Nearly all frames cost the same. One does not.) The answer is exact: the
check asks for eight digits, which a general solver does not give.
"""

# %% exercise="deconvolve_fast" minutes=40 bonus=true
from stats220.reference.calcium import deconvolve_fast

# %% test="deconvolve_fast" points=12
check.deconvolve_fast(deconvolve_fast)

# %% [markdown]
r"""
CVXPY against your pass, on traces of several lengths. With the baseline that CVXPY found taken off, both solve the same problem. And Python's loops
are slow: compiled, the same pass takes a fraction of a millisecond.
"""

# %% explore minutes_cpu=0.2
import time

if ready(NEEDS_TRACES | NEEDS_BOTH | {"bonus problem 2f": deconvolve_fast}):
    for length in (300, 1000, num_frames):
        start = time.perf_counter()
        by_solver = deconvolve_penalized(first[:length], decay_frames, penalty)
        middle = time.perf_counter()
        by_pools = deconvolve_fast(first[:length] - by_solver.baseline, decay_frames, penalty)
        end = time.perf_counter()
        solver_ms, pools_ms = 1000 * (middle - start), 1000 * (end - middle)
        print(
            f"{length:5d} frames: CVXPY {solver_ms:7.1f} ms, pools {pools_ms:6.2f} ms, "
            f"largest difference {np.abs(by_pools - by_solver.denoised).max():.1e} σ"
        )

# %% [markdown]
r"""
## Part 3: demixing

Where two cells overlap, a footprint sees its neighbor's spikes as well. If we knew the neighbor, we could subtract it. We do not, but we have a
guess; with it we improve the cell, with the cell we improve the neighbor, and so on: **coordinate ascent** on the log posterior

$$-\frac{1}{2\sigma^2} \Big\| X - \sum_k u_k (c_k + b_k)^\top - u_0 c_0^\top \Big\|^2 - \lambda \sum_k \|G c_k\|_1 - \frac{1}{2 \varsigma^2} \|c_0\|^2,
\qquad G c_k \ge 0, \quad \|u_k\|_2 = 1.$$

Every update maximizes it over one unknown, with all others held. So it can only go up, and where it goes down there is a bug. Pixels are flattened
from here on: the movie is $(P, T)$, a footprint $(P,)$.

### Problem 3a: update a trace

Let $R$ be the movie less everything but neuron $k$. Given its footprint $u$, what is its most probable trace? As $\|u\|_2 = 1$,

$$\|R - u c^\top\|^2 = \|u^\top R - c^\top\|^2 + \text{what does not depend on } c.$$

So of the whole movie only one number per frame matters, the **projection** $u^\top R$, and the rest is deconvolution, as in Part 2. Which one is for
the caller to choose: the function gets it as an argument, `denoise`, which takes a noisy trace and returns the most probable one.
"""

# %% exercise="update_trace" minutes=10
from stats220.reference.calcium import update_trace

# %% test="update_trace" points=8
check.update_trace(update_trace)

# %% [markdown]
r"""
### Problem 3b: update a footprint

Now the other way round: given the trace $c$, minimize $\|R - u c^\top\|^2$ over footprints of unit norm. Multiply out, and only
$u^\top R c$ depends on $u$. Which unit vector makes that largest?

We do not ask for $u \ge 0$ (the course notes show how one would), so leave signs as they are.
"""

# %% exercise="update_footprint" minutes=10
from stats220.reference.calcium import update_footprint

# %% test="update_footprint" points=8
check.update_footprint(update_footprint)

# %% [markdown]
r"""
### Problem 3c: update the background

The background's trace has no spikes, but a Gaussian prior, $c_{0t} \sim N(0, \varsigma^2)$. With a Gaussian prior and Gaussian noise, the most probable
value is the projection onto the footprint that we have, **shrunk** toward zero:

$$c_0^\top = \frac{\varsigma^2}{\varsigma^2 + \sigma^2} \, u_0^\top R.$$

With this new trace, update the footprint $u_0$ as you did for a neuron. Unit norm again: $\|u_0\|_2 = 1$. Mind what is squared: the function
gets the prior's *variance*, and the noise's *standard deviation*.
"""

# %% exercise="update_background" minutes=15
from stats220.reference.calcium import update_background

# %% test="update_background" points=10
check.update_background(update_background)

# %% [markdown]
r"""
### Problem 3d: all together

What joins the updates is a loop, and the art is in what each update is shown. The loop keeps one **residual**: the movie less *all* parts, as they
are by now. A neuron's update must not see the neuron's own part subtracted: so **add it back**, update the trace and then, with the new trace, the
footprint, and **subtract the new part** before the next neuron comes. The background is updated last, in the same steps. A sweep is all
neurons, in the order of their numbers, and the background.

**When to stop.** The objective rises with every sweep, by less and less. Stop when a sweep gains no more than `tolerance` times what all sweeps
together have gained, from before the first one; a sweep that loses something gains no more than that, too.

The updates are handed in with all that they need beside what is shown in the signature. A neuron stays within the pixels where its first
footprint is not zero, whatever becomes of them, and of the movie its updates see only these pixels; that makes the loop fast. For the background, which is
everywhere, `add_outer(residual, u, c)` adds $u c^\top$ in place, without a copy of the movie; with `-u` it subtracts.
"""

# %% exercise="ascend" minutes=25
from stats220.reference.calcium import ascend

# %% test="ascend" points=14
check.ascend(ascend)

# %% [markdown]
r"""
`demix` hands your updates and your loop the movie and the first guesses. Nearly all of the time goes to CVXPY. The price is the same for all cells,
a little above the median that you saw in Part 2. The figure shows what the log posterior gains, sweep by sweep.

What it has deconvolved so far lies in `.stats220_checkpoints`, beside the notebook: stopped, or in a new kernel, the same code goes on from there.
"""

# %% explore minutes_cpu=1
NEEDS_DEMIXING = NEEDS_TRACES | {
    "Problem 2e": deconvolve_penalized,
    "Problem 3a": update_trace,
    "Problem 3b": update_footprint,
    "Problem 3c": update_background,
    "Problem 3d": ascend,
}
PRICE = 8.0


def denoise(trace):
    return deconvolve_penalized(trace, decay_frames, PRICE)


demixed = None
if ready(NEEDS_DEMIXING):
    updates = Updates(update_trace, update_footprint, update_background, ascend)
    demixed = demix(
        movie, first_footprints, first_background, updates, denoise, penalty=PRICE
    )
    plot_objective(demixed.objective)

# %% [markdown]
r"""
**Where the cells are.** Their outlines over the correlation image, then each footprint by itself: you started from round bumps, what shape have
they now? The last figure shows the five footprints with the darkest pixels again, in colors that end near zero: what is below zero is blue.
"""

# %% explore minutes_cpu=0.1
if demixed is not None:
    _, ax = plt.subplots(figsize=(7, 6), layout="compressed")
    plot_contours(demixed.footprints, correlation, quantity="mean correlation", ax=ax)
    footprints_shown = demixed.footprints
    if truth is not None:
        true_footprints = unit_norm(truth.footprints / noise_std)[cells]
        guesses = {"first guess": first_footprints, "demixed": demixed.footprints}
        for name, footprints in guesses.items():
            overlap = np.sum(footprints[found] * true_footprints, axis=(1, 2))
            print(
                f"{name:12} cosine with the true footprint: "
                f"median {np.median(overlap):.3f}, lowest {overlap.min():.3f}"
            )
else:
    footprints_shown = load_stand_in("lab3_calcium_footprints")["footprints"]

figure_footprints(footprints_shown)
darkest = footprints_shown.min(axis=(1, 2))
dark = np.sort(np.argsort(darkest)[:5])
limit = max(-0.4 * darkest.min(), 1e-3)
figure_footprints(footprints_shown[dark], names=[str(k) for k in dark], limit=limit)
relative = (darkest / footprints_shown.max(axis=(1, 2))).min()
print(f"the darkest pixel of a footprint has {relative:.2f} of its maximum")

# %% [markdown]
r"""
**What they did.** A cell by itself had little to gain; what limits it is the slow neuropil around it. So look at cells that overlap a neighbor: how
much of the neighbor's spikes was in their amplitudes before demixing (first figure), and how much is left (second)? The ticks above are a cell's *own*
spikes: an amplitude that has none above it is noise, or the neighbor's. The lines printed below tell by how much.
"""

# %% explore minutes_cpu=0.1
if demixed is not None:
    # Each cell that was found, and the nearest other one, found or not, if they overlap.
    own = found if truth is not None else np.arange(len(centers_rc))
    others_rc = truth.centers_rc if truth is not None else centers_rc
    apart = np.linalg.norm(centers_rc[own][:, None] - others_rc, axis=2)
    apart[np.arange(len(own)), cells if truth is not None else own] = np.inf
    nearest, distance = apart.argmin(axis=1), apart.min(axis=1)
    chosen = [k for k in np.argsort(distance)[:5] if distance[k] < 14]
    several = own[chosen]
    before = [denoise(traces[k]) for k in several]
    rows_of = {
        "before demixing": (
            traces[several],
            np.array([result.denoised + result.baseline for result in before]),
            np.array([result.amplitudes for result in before]),
        ),
        "demixed": (
            demixed.traces[several],
            (demixed.denoised + demixed.baselines[:, None])[several],
            demixed.amplitudes[several],
        ),
    }
    for name, rows in rows_of.items() if len(several) else ():
        ax = plot_traces(
            *rows,
            frame_rate_hz=frame_rate_hz,
            spike_counts=None if spike_counts is None else spike_counts[several],
            names=[str(k) for k in several],
            seconds=(0, 40),
        )
        ax.figure.suptitle(name, fontsize="medium")
    for row, k in enumerate(chosen) if truth is not None else ():
        own_spikes, theirs = truth.spike_counts[cells[k]], truth.spike_counts[nearest[k]]
        likeness = [
            np.corrcoef(rows[2][row], spikes)[0, 1]
            for spikes in (own_spikes, theirs)
            for rows in rows_of.values()
        ]
        print(
            f"neuron {own[k]:2}, a neighbor at {distance[k]:4.1f} pixels: correlation with its own "
            "spikes {:.2f} before, {:.2f} demixed; with the neighbor's {:5.2f} before, {:5.2f} "
            "demixed".format(*likeness)
        )

# %% [markdown]
r"""
**What is left.** Ten seconds of the movie, of its reconstruction, and of the difference. If the model has explained everything, the difference is
noise, flickering without any shape. Do you see a cell that was missed? And wide patches that come and go? That is neuropil: it has several
patterns, and our model has only one for all of it.
"""

# %% explore minutes_cpu=0.2
player = None
if demixed is not None:
    some = slice(0, int(10 * frame_rate_hz), 5)
    parts = (demixed.denoised + demixed.baselines[:, None])[:, some].astype(movie.dtype)
    reconstruction = demixed.background_footprint[:, :, None] * demixed.background_trace[some]
    reconstruction += np.tensordot(demixed.footprints, parts, axes=(0, 0))
    residual = movie[:, :, some] - reconstruction
    player = play_movies(
        {"movie": movie[:, :, some], "reconstruction": reconstruction, "residual": residual},
        frame_rate_hz=frame_rate_hz / 5,
        signed=["residual"],
    )
player

# %% [markdown]
r"""
**As dim as most recordings.** All of this on a movie in which one spike reaches 2.6 standard deviations of the noise in place of 13, rises for
two frames, and comes in bursts. *Precision*: of the cells that were found, the share that are cells. *Recall*: of the cells that are there,
the share that was found. *Correlation*: of amplitudes with true spikes, summed over fifths of a second.
"""

# %% explore minutes_cpu=1
def take_apart(dim):
    """All parts of the lab on one simulated movie: what was found, scored by its truth."""
    noise = by_rows(lambda rows: pixel_noise_std(rows, dim.frame_rate_hz), dim.movie)
    film = standardize(dim.movie, noise, overwrite=True)
    peaks = find_neurons(by_rows(local_correlation, film, neighbors=1), neuron_width_px=10)
    bumps = unit_norm(gaussian_footprints(peaks, *film.shape[:2]))
    behind = unit_norm(by_rows(lambda rows: np.median(rows, axis=2), film))
    parts = demix(film, bumps, behind, updates, denoise, penalty=PRICE)
    return score(peaks, parts.amplitudes, dim.truth)


if demixed is not None:
    table = {"this movie": score(centers_rc, demixed.amplitudes, truth)} if truth else {}
    table["realistic"] = take_apart(simulate_calcium("realistic", seed=0))
else:
    stored = load_stand_in("lab3_calcium_scores")
    table = {name.replace("_", " "): values for name, values in stored.items()}
print(f"{'':12} precision  recall  correlation")
for name, (precision, recall, likeness) in table.items():
    print(f"{name:12} {precision:9.2f} {recall:7.2f} {likeness:12.2f}")

# %% [markdown] question="interpretation" points=16 minutes=40
r"""
### Problem 3e: what you found

*4 points for each question, 60 to 100 words each: half of the points for what happens, half for the reason.*

1. Why do we ask for $G c \ge 0$? What could a trace do that only has to satisfy $c \ge 0$, or neither, and how would the amplitudes look?
2. You started with round bumps, and many footprints turned into rings. What in the cell makes them so, and why could the update find that out?
   Some footprints have pixels a little below zero. Where would those come from?
3. The deconvolution returns amplitudes, not spikes. How do amplitudes differ from spike counts? Name two reasons why an amplitude of 20 need not
   mean twice as many spikes as one of 10, and say what you would measure to turn the one into the other.
4. What gets lost in the dim movie, cells or spikes or both, and at which step of the lab? Name one change (to the method, the price, or the
   recording) that would bring some of it back, and what it would cost.
"""
