# %% [markdown]
r"""
# Lab 6: Encoding models of retinal ganglion cells

What does a neuron tell the brain? The retina's ganglion cells are the place to ask: they see a movie that we choose, and their
spikes are all that the brain will ever learn of it. An **encoding model** predicts these spikes from the movie. If it predicts well,
we know what the cells care about. If it does not, it says where to look next.

Three models, each a step up from the one before, and all of them the same thing: *in statistics lingo, it's all regression*.

- **Part 1** looks at the data, and at the mean stimulus before a spike.
- **Part 2** fits the **linear-nonlinear-Poisson model** (LNP): one filter per neuron.
- **Part 3** lets neurons hear themselves and each other: the **coupled GLM** of Pillow et al. (*Nature*, 2008).
- **Part 4** stacks filters: the **convolutional network** of McIntosh et al. (*NeurIPS*, 2016).
- **Part 5** compares them, with each other and with the best that any model could do.

What you gain on each step is *flexibility*: more cells that the model could describe. What you pay is *fittability*: how surely, how
quickly and from how little data you find the one that describes yours.

Three rules hold for all problems. A function **returns what its docstring says**. It **keeps the names** of its arguments. And it **leaves
the tensors that it is given as they are**. Cells between the exercises show what your code does to a retina: run them, change them, break
them. They are not graded.

**Lag 0 comes first**, everywhere in this lab: entry 0 of a filter belongs to the frame of the bin itself, entry 1 to the frame
before, and so on back in time.
"""

# %% [markdown]
r"""
## Setup
"""

# %%
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from IPython.display import display
from jaxtyping import Float, Int, Real, Shaped
from torch import Tensor, nn

from stats220.arrays import pick_device, to_numpy
from stats220.checks import encoding as check
from stats220.checks.waiting import ready
from stats220.data.encoding import (
    Responses,
    check_responses,
    load_grasshopper,
    load_rgc,
    simulate_retina,
)
from stats220.errors import DataError, InputError
from stats220.models.encoding import (
    fit_by_blocks,
    fit_lbfgs,
    predict,
    start_at_mean_rate,
    start_from_sta,
)
from stats220.models.poisson_glm import fit_poisson_glm
from stats220.plotting.encoding import figure_frames, plot_raster, plot_rates
from stats220.plotting.encoding_filters import (
    figure_filters,
    figure_layer,
    figure_sliding_template,
    figure_sta,
    plot_temporal_filters,
)
from stats220.plotting.encoding_models import (
    figure_coupling,
    plot_data_efficiency,
    plot_ladder,
    plot_uniform,
)
from stats220.plotting.losses import plot_learning_curves
from stats220.widgets.encoding import explore_filter, explore_sta

# %% [markdown]
r"""
### The retina

By default it is a simulated one: nine ganglion cells under a screen of 16 × 16 pixels, 100 frames a second. Each cell pools small
**subunits** (bipolar cells), each of which passes on only what is above a threshold, and each spike acts on the cell's own next
spikes and on its neighbors'. It has what makes real ones hard, and it has what no real one has: we know what is inside.

- *Training*: ten minutes of **white noise**, each pixel black (-1) or white (+1) by the toss of a coin, anew in each frame.
- *Validation*: two minutes of other white noise, to choose by.
- *Test*: half a minute, shown **20 times**. It chooses nothing, and it shows how reliable the cells are.

A bin is a frame, 10 ms. `stimulus` is `(num_frames, height, width)` and `spike_counts` `(num_frames, num_neurons)`; the test's
counts have the repeats in front. With a recording of your own in the layout of the Baccus lab (HDF5) or in NWB,
`load_rgc("my_recording.h5")` gives the same thing without the truth.
"""

# %% explore minutes_cpu=0.2
retina = simulate_retina(minutes=10, seed=0)
truth = getattr(retina, "truth", None)
print(retina)

device, bin_seconds, num_lags = pick_device(), retina.bin_seconds, 40
stimulus = torch.as_tensor(retina.train.stimulus).to(device)
spike_counts = torch.as_tensor(retina.train.spike_counts).to(device)
mean_counts = spike_counts.float().mean(dim=0)  # of each neuron, in a bin of training
num_frames, height, width = stimulus.shape
num_neurons = spike_counts.shape[1]
figure_frames(retina.train.stimulus[:6], bin_seconds=bin_seconds);

# %% [markdown]
r"""
## Part 1: look at it

Twenty times the same half minute. A cell answers the same frames with nearly, but not quite, the same spikes: what repeats is
*signal*, what does not is *noise*, and no model of the stimulus can predict it. (If you solve the bonus problem below, you have a
function for the average.)
"""

# %% explore minutes_cpu=0.1
test_trials = torch.as_tensor(retina.test.spike_counts)  # (num_trials, num_bins, num_neurons)
example = 3
measured_hz = test_trials.float().mean(dim=0) / bin_seconds
_, axes = plt.subplots(2, 1, figsize=(10, 4.6), sharex=True, layout="constrained")
seconds = (0.0, 6.0)
plot_raster(
    test_trials[:, : int(seconds[1] / bin_seconds), example],
    bin_seconds=bin_seconds,
    index=example,
    title=f"neuron {example}",
    ax=axes[0],
)
plot_rates(
    {},
    measured_hz=measured_hz[:, example],
    bin_seconds=bin_seconds,
    seconds=seconds,
    ax=axes[1],
)
axes[0].set_xlabel("");

# %% [markdown]
r"""
### Bonus problem 1a: firing rates

The mean over trials, in spikes a second. It is called the peristimulus time histogram, and neuroscience has drawn it for eighty years.
"""

# %% exercise="firing_rates_hz" minutes=5 bonus=true
from stats220.reference.encoding import firing_rates_hz

# %% test="firing_rates_hz" points=2
check.firing_rates_hz(firing_rates_hz)

# %% [markdown]
r"""
### Problem 1b: the spike-triggered average

What was on the screen before a spike? Collect the window of frames before each one, and average:

$$a_{n,\ell} = \frac{\sum_t y_{t,n} \, x_{t - \ell}}{\sum_t y_{t,n}}, \qquad \ell = 0, 1, \dots, \texttt{num\_lags} - 1.$$

A bin with three spikes counts three times. Spikes in the first `num_lags - 1` bins have no complete window: leave them out of *both*
sums. And mind two things about computers. The windows of all bins would be forty copies of the movie, so go lag by lag. And movies
come as whole numbers of one byte, in which 200 + 100 is 44: add up in `float32`.
"""

# %% exercise="spike_triggered_average" minutes=20
from stats220.reference.encoding import spike_triggered_average

# %% test="spike_triggered_average" points=6
check.spike_triggered_average(spike_triggered_average)

# %% [markdown]
r"""
White noise has no structure, so whatever you see is the cell's. Some are ON cells and some OFF; all forget within 300 ms. How
large are the colors' numbers, and why so small?
"""

# %% explore minutes_cpu=0.1
needs_sta = {"Problem 1b": spike_triggered_average}
if ready(needs_sta):
    averages = spike_triggered_average(stimulus, spike_counts, num_lags)
    lags = [0, 2, 4, 6, 8, 10, 13, 16, 20]
    figure_sta(averages, lags, neurons=[0, 2, example], bin_seconds=bin_seconds)

# %% explore minutes_cpu=0.1
if ready(needs_sta):
    display(explore_sta(averages, bin_seconds=bin_seconds))

# %% [markdown] question="sta_as_estimate" points=4 minutes=25
r"""
### Problem 1c: when is it the answer?

The STA takes no fitting at all. When is it the **maximum likelihood** filter of a Poisson model, $y_t \sim \mathrm{Poisson}(f(w^\top
x_t + b))$, up to a factor? Show it for $f = \exp$ and stimuli that are Gaussian with covariance $\sigma^2 I$: write down the
gradient of the expected log likelihood with respect to $w$, and use that $\mathbb{E}[x \, e^{w^\top x}]$ is known for Gaussians.
What changes when neighboring pixels are correlated, as in natural scenes, and what could one do about it?

*Six to ten lines of formulas, and four to six sentences. A full answer sets the gradient to zero, uses the Gaussian expectation, says
in which sense the result holds, and gives the STA for a covariance $C$, with a remedy and its price.*
"""

# %% [markdown]
r"""
## Part 2: the LNP model

A filter makes a number of the last frames, a nonlinearity makes a rate of the number, and chance makes spikes of the rate:

$$\lambda_{t,n} = f\big(w_n^\top x_{t - \ell} + b_n\big), \qquad y_{t,n} \sim \mathrm{Poisson}(\lambda_{t,n}).$$

$\lambda$ is the count that is **expected in a bin**, so rates in Hz are $\lambda / 0.01$. We use $f(z) = \mathrm{softplus}(z) =
\log(1 + e^z)$, which is nearly zero for negative $z$ and grows like $z$ itself; $\exp$ grows faster than is good for it (Part 3).

### Problem 2a: the loss

The probability of a count is $p(y \mid \lambda) = \lambda^y e^{-\lambda} / y!$, so a bin costs

$$-\log p(y \mid \lambda) = \lambda - y \log \lambda + \log y!.$$

Most counts are 0, and where a model is sure of it, $\lambda$ may be 0, too. Then the cost is 0: there was nothing, as predicted. Straight
from the formula it is $0 \cdot \log 0$, which is not a number, and neither is its gradient. A small number added to $\lambda$ is no
cure: it makes every low rate wrong, and low rates are what this retina has.

The last term does not depend on the model. Keep it all the same, and exactly: then the loss is a probability that can be compared
with anybody's. (`F.poisson_nll_loss(full=True)` has Stirling's formula there, 0.652 in place of $\log 2! = 0.693$.)
"""

# %% exercise="poisson_loss" minutes=15
from stats220.reference.encoding import poisson_loss

# %% test="poisson_loss" points=5
check.poisson_loss(poisson_loss)

# %% [markdown]
r"""
Two numbers to compare with: a model that expects one spike in a hundred bins of every cell, and one that knows each cell's mean count.
"""

# %% explore minutes_cpu=0.1
if ready({"Problem 2a": poisson_loss}):
    hundredth = torch.full(spike_counts.shape, 0.01, device=device)
    constant = mean_counts.expand(spike_counts.shape)
    print(f"one in a hundred  {poisson_loss(hundredth, spike_counts):.4f} nats per bin")
    print(f"mean counts       {poisson_loss(constant, spike_counts):.4f} nats per bin")

# %% [markdown]
r"""
### Problem 2b: the model

A filter over 40 frames of 16 × 16 pixels has 10,240 weights per neuron, for some thousand spikes. So let it be a product, **space times
time**: $w_{n,\ell,i,j} = v_{n,\ell} \, u_{n,i,j}$ has 40 + 256. First the spatial filter sees each frame as one number, then the
temporal filter runs over these numbers:

$$\lambda_{t,n} = f\Big(b_n + \sum_\ell v_{n,\ell} \sum_{i,j} u_{n,i,j} \, x_{t - \ell, i, j}\Big).$$

`spatial` is `(num_neurons, height, width)`, `temporal` is `(num_neurons, num_lags)`, `bias` is `(num_neurons,)`. A rate is there for
every bin that has a complete window, `num_frames - num_lags + 1` of them; nothing is padded, for before the movie nobody knows what
was on the screen.

What torch calls a convolution runs *forward*, lag 0 comes *first*: one of the two has to be turned around.
"""

# %% exercise="LNP" minutes=25
from stats220.reference.encoding import LNP

# %% test="LNP" points=7
check.LNP(LNP)

# %% [markdown]
r"""
### Problem 2c: a penalty

Of the 256 pixels most are outside of a cell's receptive field. Their weights should be zero, and will be noise. A Gaussian prior on the
weights, or a **ridge penalty**, which is the same, pulls them in: $\frac{\alpha}{2} \sum w^2$ is added to the loss. Biases set the mean
rate, and have nothing to shrink for. Write it for any model: the same function will serve all three.
"""

# %% exercise="l2_penalty" minutes=5
from stats220.reference.encoding import l2_penalty

# %% test="l2_penalty" points=3
check.l2_penalty(l2_penalty)

# %% [markdown]
r"""
### Fit it

60,000 bins are few enough to use all of them for every step. **L-BFGS** needs no learning rate: it guesses the loss's curvature from the gradients it has seen, and searches along each direction.

How strong a penalty? The prior's precision was chosen on the validation data, among 3, 12 and 50. It is a property of cells, not of the
recording, and the loss is a *mean*: so $\alpha$ is the precision divided by the number of bins, and with less data the prior counts for
more.

The fit starts from the STA: the best product of space and time for it is its first pair of singular vectors. Start from zeros in its place
(`nn.init.zeros_`), and see what happens; the next problem tells why.
"""

# %% explore minutes_cpu=0.1
def penalty_for(responses, precision):
    """The ridge penalty of a prior of this precision: the more data, the less it counts."""
    return partial(l2_penalty, alpha=precision / len(responses.spike_counts))


def fit_lnp(responses, averages, precision=12.0):
    """An LNP, by L-BFGS from the first singular vectors of the spike-triggered averages."""
    model = LNP(num_neurons, height, width, num_lags).to(device)
    start_from_sta(model, averages, responses.stimulus)
    start_at_mean_rate(model.bias, responses.spike_counts)
    losses = fit_lbfgs(model, responses, poisson_loss, penalty_for(responses, precision))
    print(f"LNP: {len(losses)} passes over the data, loss {losses[0]:.4f} -> {losses[-1]:.4f}")
    return model


# %% explore minutes_cpu=0.2
needs_lnp = needs_sta | {
    "Problem 2a": poisson_loss,
    "Problem 2b": LNP,
    "Problem 2c": l2_penalty,
}
if ready(needs_lnp):
    lnp = fit_lnp(retina.train, averages)

# %% explore minutes_cpu=0.1
if ready(needs_lnp):
    # The STA's first pair of singular vectors is its best product of space and time.
    u, _, v = torch.linalg.svd(averages.flatten(2).transpose(1, 2), full_matrices=False)
    spatial = {"STA": u[:, :, 0].unflatten(1, (height, width)), "LNP": lnp.spatial}
    temporal = {"STA": v[:, 0], "LNP": lnp.temporal}
    if truth is not None:
        spatial["truth"], temporal["truth"] = truth.spatial_filter, truth.temporal_filter
    figure_filters(spatial, temporal, neurons=[0, 2, example], bin_seconds=bin_seconds)

# %% [markdown]
r"""
**This should look familiar.** Turn the movie on its side: one row of pixels, over time. The filter is a template, slid along it; the
drive is the match; and a nonlinearity makes of the match what we expect to see: Lab 4's model, with Poisson in the place of Bernoulli and
softplus in that of the sigmoid.
"""

# %% explore minutes_cpu=0.1
if ready(needs_lnp):
    weights = torch.einsum("l,hw->lhw", lnp.temporal[example], lnp.spatial[example])
    row = int(weights.square().sum(dim=(0, 2)).argmax())
    frames, bins = slice(1000, 1200 + num_lags - 1), slice(1000, 1200)
    expected = predict(lnp, retina.test.stimulus)[bins, example]
    figure_sliding_template(
        retina.test.stimulus[frames, row],
        weights[:, row],
        expected,
        test_trials[:, num_lags - 1 :][:, bins, example].float().mean(dim=0),
        bin_seconds=bin_seconds,
    )

# %% explore minutes_cpu=0.2
def predict_hz(neuron, temporal, bias):
    """The LNP's rate of one neuron in the test movie, with other filters in time and bias."""
    seen = np.tensordot(retina.test.stimulus, to_numpy(lnp.spatial[neuron]), axes=2)
    drive = np.convolve(seen, temporal, mode="valid") + bias
    return np.logaddexp(0, drive) / bin_seconds


if ready(needs_lnp):
    tested_hz = measured_hz[num_lags - 1 :]  # of the bins whose window is complete
    options = {"num_lags": num_lags, "bin_seconds": bin_seconds}
    display(explore_filter(predict_hz, tested_hz, **options))

# %% [markdown] question="convexity" points=3 minutes=20
r"""
### Problem 2d: one valley, or several?

Show that the loss of a Poisson model with a *full* filter $w$, $\sum_t \big[f(w^\top x_t) - y_t \log f(w^\top x_t)\big]$, is convex in
$w$ for $f = \exp$ and for softplus: which two properties of $f$ does it take? Show that for space times time it is not: compare $(u,
v)$, $(-u, -v)$, and the point half-way between them. Why does it hardly matter if one starts from the STA, and what is special about
starting at zero?

*Four to eight lines of formulas, and four to six sentences. A full answer checks both properties for $\exp$ and for softplus, says what
convexity would demand of the midpoint and why it fails there, and looks at the gradient at zero.*
"""

# %% [markdown]
r"""
## Part 3: the coupled GLM

A cell that has just fired will not fire again at once, whatever it sees; and neighbors fire together more often than the stimulus can
explain. So add to the drive what all neurons did in the last $K$ bins:

$$\lambda_{t,n} = f\Big(b_n + (\text{filtered stimulus})_{t,n} + \sum_m \sum_{k=1}^{K} h_{n,m,k} \, y_{t-k,m}\Big).$$

It is a regression still: the counts of the past are features like the pixels. They are known when bin $t$ begins. Those of bin $t$
itself are **not**, and a model that sees them has seen the answer.

### Problem 3a: the model

`coupling` is `(num_neurons, num_neurons, num_coupling_lags)`, in the order **[to, from, lag]**, and it starts at **lag 1**:
`coupling[n, m, 0]` is what a spike of neuron $m$ adds to neuron $n$ in the *next* bin. The diagonal is a neuron's own history.
`drive` is all but the coupling (write the LNP's filter again, or copy it), and is asked for by itself in the next problem. $K$ is less
than `num_lags`, so that every bin that gets a rate has its history in the data.
"""

# %% exercise="CoupledGLM" minutes=25
from stats220.reference.encoding import CoupledGLM

# %% test="CoupledGLM" points=7
check.CoupledGLM(CoupledGLM)

# %% explore minutes_cpu=0.1
def fit_glm(responses, lnp, precision=12.0):
    """A coupled GLM, by L-BFGS from a fitted LNP without coupling."""
    model = CoupledGLM(num_neurons, height, width, num_lags, num_coupling_lags=20).to(device)
    model.load_state_dict(lnp.state_dict(), strict=False)
    penalty = penalty_for(responses, precision)
    options = {"uses_counts": True, "max_iterations": 40}
    losses = fit_lbfgs(model, responses, poisson_loss, penalty, **options)
    print(f"GLM: {len(losses)} passes over the data, loss {losses[0]:.4f} -> {losses[-1]:.4f}")
    return model


# %% explore minutes_cpu=0.2
needs_glm = needs_lnp | {"Problem 3a": CoupledGLM}
if ready(needs_glm):
    glm = fit_glm(retina.train, lnp)
    true_coupling = None if truth is None else truth.coupling_filters
    figure_coupling(glm.coupling, truth=true_coupling, bin_seconds=bin_seconds)

# %% [markdown]
r"""
Dashed is the truth. On the diagonal, each cell silences itself for some bins; off it, near neighbors excite each other, and the rest do
nothing. Who is whose neighbor can be read off this matrix, without a look at where the cells are. What was fitted is smaller than the
truth, and most of all in the row of neuron 7, which fires once in two seconds: where there are few spikes, the prior has the last word.

### Problem 3b: bits per spike

How good is a model? Nats per bin say little: nearly all bins are empty, and easy. The field's unit is **bits per spike**: by how much the
spikes are more probable under the model than under one that knows nothing but the cell's mean rate, in bits, and for each spike:

$$\frac{\sum_t \log_2 p(y_t \mid \lambda_t) - \sum_t \log_2 p(y_t \mid \bar\lambda)}{\sum_t y_t}.$$

One bit per spike: the model would bet on each spike at twice the odds. The constant $\bar\lambda$ is the mean of the *training* data, as the
model is a model of the training data; if the test's rate has drifted, neither of them may know. Remember bins in which $\lambda$ is 0.
"""

# %% exercise="bits_per_spike" minutes=10
from stats220.reference.encoding import bits_per_spike

# %% test="bits_per_spike" points=4
check.bits_per_spike(bits_per_spike)


# %% explore minutes_cpu=0.1
def test_bits(model, retina, uses_counts=False):
    """Bits per spike of each neuron on all trials of the test movie, which chose nothing."""
    movie, trials = retina.test.stimulus, retina.test.spike_counts
    if uses_counts:  # each trial's rates, given its own past spikes
        rates = np.stack([predict(model, movie, trial) for trial in trials])
    else:
        rates = np.stack([predict(model, movie)] * len(trials))
    means = torch.as_tensor(retina.train.spike_counts).float().mean(dim=0)
    observed = torch.as_tensor(trials[:, num_lags - 1 :]).float()
    return bits_per_spike(torch.tensor(rates).flatten(0, 1), observed.flatten(0, 1), means)


# %% explore minutes_cpu=0.2
needs_bits = needs_glm | {"Problem 3b": bits_per_spike}
if ready(needs_bits):
    for name, model, uses_counts in (("LNP", lnp, False), ("GLM", glm, True)):
        bits = test_bits(model, retina, uses_counts)
        least, most = bits.min(), bits.max()
        print(f"{name}: {bits.mean():.2f} bits per spike, from {least:.2f} to {most:.2f}")

# %% [markdown]
r"""
### Problem 3c: let it run

Given real spikes, the GLM predicts the next bin. To see what it says about a *movie*, let it make its own: draw the counts of bin 0, let
them act on bin 1, draw, and so on. This is how a fitted model is tested in earnest. One-step predictions are corrected by the data in
each bin; a model that runs free has to live with what it has done.

`drive` is that of the movie, the same for each trial. The history begins silent. A cell that excites itself can run away, so no rate
may exceed `max_rate`: cut it *before* you draw. All chance comes from the `generator`, so that the same seed gives the same spikes.
"""

# %% exercise="simulate_spikes" minutes=20
from stats220.reference.encoding import simulate_spikes

# %% test="simulate_spikes" points=6
check.simulate_spikes(simulate_spikes)


# %% explore minutes_cpu=0.1
def free_rates(model, movie, num_trials=50, seed=0, **options):
    """The mean over trials of the rates (num_bins, num_neurons) of a GLM that runs by itself."""
    with torch.no_grad():
        drive = model.drive(torch.as_tensor(movie).to(device))
        generator = torch.Generator(device).manual_seed(seed)
        _, rates = simulate_spikes(drive, model.coupling, num_trials, generator, **options)
    return rates.mean(dim=0).cpu()


# %% explore minutes_cpu=0.2
needs_runs = needs_glm | {"Problem 3c": simulate_spikes}
if ready(needs_runs):
    glm_rates = free_rates(glm, retina.test.stimulus)
    ratio = glm_rates.mean(dim=0) / bin_seconds / tested_hz.mean(dim=0)
    print("mean rate of the free GLM / of the cell:", to_numpy(ratio).round(2))
    plot_rates(
        {
            "LNP": predict(lnp, retina.test.stimulus)[:, example] / bin_seconds,
            "GLM, running free": glm_rates[:, example] / bin_seconds,
        },
        measured_hz=tested_hz[:, example],
        bin_seconds=bin_seconds,
        seconds=(0, 4),
        title=f"neuron {example}",
    )

# %% [markdown]
r"""
### Where it runs away

With $f = \exp$, every spike *multiplies* the rates that follow. Below, such a GLM is fitted to **one minute** with hardly a penalty. Its
one-step loss on the training data is fine, and nothing in it warns you. Then it runs free. Choose a penalty by a free run, too: the
likelihood does not see a runaway.
"""

# %% explore minutes_cpu=0.2
if ready(needs_runs):
    one_minute = Responses(retina.train.stimulus[:6000], retina.train.spike_counts[:6000])
    sizes = (num_neurons, height, width, num_lags, 20)
    reckless = CoupledGLM(*sizes, nonlinearity=torch.exp).to(device)
    reckless.load_state_dict(lnp.state_dict(), strict=False)
    options = {"uses_counts": True, "max_iterations": 60}
    losses = fit_lbfgs(
        reckless, one_minute, poisson_loss, partial(l2_penalty, alpha=1e-7), **options
    )
    print(f"loss {losses[0]:.4f} -> {losses[-1]:.4f} nats per bin of that minute")
    options = {"num_trials": 5, "nonlinearity": torch.exp, "max_rate": 20.0}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        reckless_rates = free_rates(reckless, retina.test.stimulus, **options)
    for warning in said:
        print(warning.message)
    ratio = reckless_rates.mean(dim=0) / bin_seconds / tested_hz.mean(dim=0)
    print("mean rate of the free GLM / of the cell:", to_numpy(ratio).round(1))

# %% [markdown] question="why_coupling" points=4 minutes=15
r"""
### Problem 3d: what does coupling buy?

The coupled GLM has more bits per spike than the LNP. Yet if both predict the *average over repeats* of the test movie, the GLM running
free, the correlation with it is the same to within a few thousandths (Part 5 measures it). Why does coupling raise the one and not
the other? What does the average over repeats keep of the coupling, and what does it lose? What would you need the coupled model for,
then: name two questions about a population that the LNP cannot answer.

*Six to ten sentences. A full answer says what each of the two scores lets the model know, follows one trial's deviation through both,
and names two questions, each with the reason why the LNP has no answer.*
"""

# %% [markdown]
r"""
## Part 4: a convolutional network

One filter per cell is a strong assumption. A ganglion cell that pools rectified subunits answers a fine grating whose bars move within its
receptive field, though for every linear filter the bars cancel. So McIntosh et al. (2016) let the model have the retina's own plan,
and share its parts among all cells and places:

1. **Eight filters**, each space times time, slid over the frame, with a bias each, and *rectified*: bipolar cells.
2. **Sixteen types of subunits**, each a filter on these eight maps, slid over them, and *rectified*: amacrine circuits, perhaps.
3. A **linear read-out** for each cell, of all subunits at all places, and softplus.

(This is the lecture's figure. The code that was published with the paper has 16 filters, then 8.) Nothing is padded: beyond the screen
nobody knows what there was. So 16 × 16 pixels become 11 × 11 places after filters of 6 × 6, and 7 × 7 after subunits of 5 × 5.

### Problem 4a: the network

`spatial` is `(num_filters, filter_size, filter_size)`, `temporal` `(num_filters, num_lags)`, `filter_bias` `(num_filters,)`; `subunits`
is an `nn.Conv2d` and `readout` an `nn.Linear`, which sees channels first, then rows, then columns, as `flatten(1)` gives them.

Filter in space first, then in time. With space and time apart the first layer has 36 + 40 weights a filter and not 1440, and costs a
fraction: `F.conv2d` with frames as the batch, and then, for the maps `(num_frames, num_filters, rows, columns)`, a convolution along
the frames with `groups=num_filters`, so that each filter has its own time course and every place is by itself.
"""

# %% exercise="RetinaCNN" minutes=25
from stats220.reference.encoding import RetinaCNN

# %% test="RetinaCNN" points=7
check.RetinaCNN(RetinaCNN)

# %% [markdown]
r"""
### Train it

This one has many valleys, and needs some care. What works here: **AdamW** on blocks of some hundred bins, *with the 39 frames before
each*; a learning rate that rises and falls once; weights that decay; and gradients that are cut to a small length, so that no
burst of spikes undoes the steps before it. The read-out's bias starts at the mean rate, and the best epoch on the validation data is
kept. Eight epochs, half a minute. Each lies in `.stats220_checkpoints`, beside the notebook: stopped, or in a new kernel, the same code
goes on from there.
"""

# %% explore minutes_cpu=0.1
def fit_cnn(train, validation, **options):
    """The network and its learning curves, from a random start."""
    torch.manual_seed(0)
    model = RetinaCNN(num_neurons, height, width, num_lags).to(device)
    start_at_mean_rate(model.readout.bias, train.spike_counts)
    history = fit_by_blocks(model, train, validation, poisson_loss, **options)
    return model, history


# %% explore minutes_cpu=0.7 minutes_gpu=0.2
needs_cnn = {"Problem 2a": poisson_loss, "Problem 4a": RetinaCNN}
if ready(needs_cnn):
    cnn, cnn_history = fit_cnn(retina.train, retina.validation)

# %% explore minutes_cpu=0.1
if ready(needs_lnp | needs_cnn):
    losses = cnn_history.train_losses, cnn_history.validation_losses
    ax = plot_learning_curves(*losses, label="CNN", quantity="loss (nats per bin)")
    held_out = torch.as_tensor(retina.validation.spike_counts[num_lags - 1 :]).float()
    lnp_loss = poisson_loss(torch.tensor(predict(lnp, retina.validation.stimulus)), held_out)
    ax.axhline(float(lnp_loss), color="0.4", linestyle=":", label="LNP, validation")
    ax.legend()

# %% [markdown]
r"""
What has it found? Below the eight filters, and beside them three of the true subunits' own receptive fields. A filter and its negative
with a rectifier are two different things, an ON and an OFF subunit; some of the eight may be the same twice, some may have died.
"""

# %% explore minutes_cpu=0.1
if ready(needs_cnn):
    figure_layer(cnn.spatial, cnn.temporal, bin_seconds=bin_seconds)
    if truth is not None:
        cells = (0, 2, example)
        strongest = truth.pooling[list(cells)].argmax(axis=1)
        padded = np.pad(truth.subunits[strongest], ((0, 0), (3, 3), (3, 3)))
        cut_out = []  # six pixels around the middle, as the filters have them
        for subunit in padded:
            row, column = np.unravel_index(np.abs(subunit).argmax(), subunit.shape)
            cut_out.append(subunit[row - 3 : row + 3, column - 3 : column + 3])
        figure_layer(
            np.stack(cut_out),
            truth.subunit_temporal[strongest],
            bin_seconds=bin_seconds,
            titles=[f"a true subunit\nof neuron {n}" for n in cells],
        )

# %% [markdown] question="when_the_network" points=3 minutes=20
r"""
### Problem 4b: what it takes

What does the CNN need that the GLM does not? Think of data, of choices that somebody has to make, of computing, and of what you can say
about a fitted model afterwards. When is it worth it, and when would you stay with the GLM? Use the numbers of Part 5.

*Eight to twelve sentences. A full answer says something on each of the four, with at least two numbers of Part 5, and names one case
for each model, with a reason.*
"""

# %% [markdown]
r"""
## Part 5: compare

### Problem 5a: how much of what could be explained?

Predictions are compared with the average over the 20 trials, and that average is not clean: some noise is left in it. So even the true
rate has a correlation with it below one. How far below? Trials share the signal and nothing else, so the covariance of two different
trials is the **signal power**. Schoppe et al. (2016) write it with variances alone:

$$SP = \frac{\mathrm{Var}\big(\sum_r y_r\big) - \sum_r \mathrm{Var}(y_r)}{R (R - 1)}, \qquad
CC_\text{norm} = \frac{\mathrm{Cov}(\hat y, \bar y)}{\sqrt{\mathrm{Var}(\hat y) \, SP}}, \qquad
CC_\text{max} = \sqrt{\frac{SP}{\mathrm{Var}(\bar y)}}.$$

All variances and covariances are over time, for each neuron by itself, with the same divisor, $n - 1$. $CC_\text{max}$ is the ceiling,
and $CC_\text{norm}$ the correlation divided by it: an estimate of the correlation with the noise-free response. As an estimate it may come
out **above one**; for the true rate it does so half of the time. Do not clip it. Where the signal power is not positive there is no
signal to be explained, and the answer is NaN.
"""

# %% exercise="explained_correlation" minutes=15
from stats220.reference.encoding import explained_correlation

# %% test="explained_correlation" points=5
check.explained_correlation(explained_correlation)

# %% [markdown]
r"""
### The ladder

All three models on the test movie, which has chosen nothing. The GLM's bits are given each trial's own past spikes; its correlation is that
of its free runs. A colored line is a cell, the black square the mean, with its 95 % interval over the cells.
"""

# %% explore minutes_cpu=0.1
def climb(retina, lnp, glm, cnn):
    """Bits per spike, correlation, ceiling and rates of three models in the test movie."""
    movie = retina.test.stimulus
    rates = {
        "LNP": torch.tensor(predict(lnp, movie)),
        "GLM": free_rates(glm, movie),
        "CNN": torch.tensor(predict(cnn, movie)),
    }
    bits = {
        "LNP": test_bits(lnp, retina),
        "GLM": test_bits(glm, retina, uses_counts=True),
        "CNN": test_bits(cnn, retina),
    }
    trials = torch.as_tensor(retina.test.spike_counts[:, num_lags - 1 :]).float()
    correlations = {name: explained_correlation(rate, trials)[0] for name, rate in rates.items()}
    ceiling = explained_correlation(rates["LNP"], trials)[1]
    return bits, correlations, ceiling, rates


def print_ladder(title, bits, correlations, *others):
    """Means over cells, a line a model."""
    for name in bits:
        print(
            f"{title:24}{name}: {bits[name].nanmean():5.2f} bits per spike, "
            f"CC_norm {correlations[name].nanmean():.3f}"
        )

# %% explore minutes_cpu=0.3
needs_all = needs_bits | needs_runs | needs_cnn | {"Problem 5a": explained_correlation}
if ready(needs_all):
    bits, correlations, ceiling, rates = climb(retina, lnp, glm, cnn)
    print_ladder("white noise, 10 min", bits, correlations)
    print(f"CC_max of the cells: {to_numpy(ceiling).round(2)}")
    _, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
    plot_ladder(bits, quantity="bits per spike", ax=axes[0])
    plot_ladder(correlations, quantity="CC_norm", ceiling=1.0, ax=axes[1])

# %% explore minutes_cpu=0.1
if ready(needs_all):
    plot_rates(
        {name: rate[:, example] / bin_seconds for name, rate in rates.items()},
        measured_hz=tested_hz[:, example],
        bin_seconds=bin_seconds,
        seconds=(0, 4),
        title=f"neuron {example}",
    )

# %% [markdown]
r"""
The CNN wins by a wide margin, in both. The GLM has more bits than the LNP, and the same correlation. Now be suspicious: *we have built
the retina of rectified subunits*, and given the CNN rectified filters. The size of the gap belongs to the simulator. So let us look
where it breaks.

**Two minutes of data.** Each cell has between 60 and 850 spikes. All three models are poor now; what is left of the CNN's lead?
"""

# %% explore minutes_cpu=0.1
def fit_all(train, validation, precision=12.0):
    """The three models, each as above."""
    movie, counts = (torch.as_tensor(x).to(device) for x in (train.stimulus, train.spike_counts))
    lnp = fit_lnp(train, spike_triggered_average(movie, counts, num_lags), precision)
    cnn, _ = fit_cnn(train, validation)
    return lnp, fit_glm(train, lnp, precision), cnn


# %% explore minutes_cpu=0.3
if ready(needs_all):
    two_minutes = Responses(retina.train.stimulus[:12_000], retina.train.spike_counts[:12_000])
    models = fit_all(two_minutes, retina.validation)
    print_ladder("white noise, 2 min", *climb(retina, *models))

# %% [markdown]
r"""
**Cells that are linear.** The same retina, but its subunits have no threshold: then each cell *is* an LNP with coupling. The order turns
around.
"""

# %% explore minutes_cpu=0.6
if ready(needs_all):
    linear = simulate_retina(minutes=5, linear=True, seed=1)
    models = fit_all(linear.train, linear.validation)
    print_ladder("linear cells, 5 min", *climb(linear, *models))

# %% [markdown]
r"""
**Training as one might do it at first**: the same network and data, a learning rate of 3e-3, large batches, no decay, no cutting of
gradients. It is not the network that wins, it is the network *and its recipe*.
"""

# %% explore minutes_cpu=0.5
if ready(needs_all):
    options = {"learning_rate": 3e-3, "weight_decay": 0.0, "max_gradient_norm": 1e9}
    options |= {"block_bins": 128, "blocks_per_step": 8}
    naive, _ = fit_cnn(retina.train, retina.validation, **options)
    print(f"naive training, 10 min: {test_bits(naive, retina).mean():.2f} bits per spike")

# %% [markdown]
r"""
**Natural scenes.** Images whose neighboring pixels are alike, with saccades. Divide by the pixels' standard deviation first, or the CNN
does not train at all. The coupling between cells is weaker here: bursts feed on each other.
"""

# %% explore minutes_cpu=0.1
def standardized(retina):
    """The same retina, with pixels in standard deviations."""
    parts = {
        name: Responses(part.stimulus / np.float32(retina.stimulus_std), part.spike_counts)
        for name in ("train", "validation", "test")
        for part in [getattr(retina, name)]
    }
    return replace(retina, **parts, stimulus_std=1.0)


# %% explore minutes_cpu=0.7
if ready(needs_all):
    scenes = standardized(simulate_retina(minutes=5, movie="natural scenes", seed=2))
    figure_frames(scenes.train.stimulus[:600:100], bin_seconds=100 * bin_seconds)
    models = fit_all(scenes.train, scenes.validation, precision=30.0)
    print_ladder("natural scenes, 5 min", *climb(scenes, *models))

# %% [markdown] question="white_or_natural" points=2 minutes=10
r"""
### Problem 5b: white noise or natural scenes?

Which would you show to a retina if you had one hour? Say what each is good for: think of the STA and of fitting, of what the cells do with
their range, and of what you want to predict in the end.

*Five to eight sentences. A full answer says for each movie what it is good for and what it is bad for, and makes a choice for the hour,
with a reason.*
"""

# %% [markdown]
r"""
### What we measured

For comparison, with the answer key: one retina of nine cells each, bits per spike on the test movie and, in brackets, $CC_\text{norm}$. On natural
scenes the order of GLM and CNN can change from one retina to the next; with ten minutes of them, the mean over three retinas is 2.6, 3.2 and 3.5 bits.

| | LNP | GLM | CNN |
|---|---|---|---|
| white noise, 10 minutes | 1.21 (0.590) | 1.38 (0.591) | 2.07 (0.829) |
| white noise, 2 minutes | 0.23 (0.31) | 0.32 (0.31) | 0.56 (0.35) |
| linear cells, 5 minutes | 1.04 (0.82) | 1.16 (0.83) | 0.99 (0.77) |
| natural scenes, 5 minutes | 2.50 (0.86) | 2.98 (0.88) | 2.88 (0.78) |
| white noise, 10 minutes, naive training | | | 1.26 |
"""

# %% [markdown]
r"""
## For those who want more

### Bonus problem 5c: how much data?

Fit a model to the first minute of the data, to the first two and a half, to the first five. The sets are nested, each is one stretch without gaps (filters need
frames in a row), and the data on which the models are scored stay what they are.
"""

# %% exercise="data_efficiency" minutes=10 bonus=true
from stats220.reference.encoding import data_efficiency

# %% test="data_efficiency" points=3
check.data_efficiency(data_efficiency)

# %% [markdown]
r"""
The LNP's curve, in validation bits, after 1, 2.5 and 5 minutes. Its first point lies *below zero*, which is no mistake: zero is a model
that knows each cell's mean rate and nothing else. In one minute a cell fires some 30 to 430 times, and has 297 weights; what they learned
of the noise costs more on other data than what they learned of the cell gains. Add the GLM and the CNN if you have the time.
"""

# %% explore minutes_cpu=0.1
def fit_again(stimulus, spike_counts):
    """An LNP of these frames."""
    part = Responses(to_numpy(stimulus), to_numpy(spike_counts))
    return fit_lnp(part, spike_triggered_average(stimulus, spike_counts, num_lags))


def validation_bits(model):
    """Bits per spike on the validation data, the mean over cells."""
    rates = torch.tensor(predict(model, retina.validation.stimulus))
    counts = torch.as_tensor(retina.validation.spike_counts[num_lags - 1 :]).float()
    return float(bits_per_spike(rates, counts, mean_counts.cpu()).mean())


# %% explore minutes_cpu=0.2
needs_sizes = needs_lnp | {"Problem 3b": bits_per_spike, "Bonus problem 5c": data_efficiency}
if ready(needs_sizes):
    minutes = [1, 2.5, 5]
    sizes = [round(60 * m / bin_seconds) for m in minutes]
    scores = data_efficiency(fit_again, validation_bits, stimulus, spike_counts, sizes)
    plot_data_efficiency(minutes, {"LNP": scores}, quantity="bits per spike, validation")

# %% [markdown]
r"""
### Bonus problem 5d: time rescaling

Is a model *true*? Turn the clock by its rate: where the model expects many spikes, let time run slowly, so that they come at one a
second. If it is true, the intervals on this clock, $\tau$, are exponential, and $1 - e^{-\tau}$ is uniform between 0 and 1 (Brown et
al., 2002).

With bins there is a catch. A spike fell somewhere in its bin, and to put it at the bin's end makes even the true model fail the test. But
given that $n$ spikes fell in a bin, Poisson's law places them uniformly. So draw their places: `uniforms` has a number between 0 and
1 for each spike. Then it is exact again.
"""

# %% exercise="rescale_times" minutes=15 bonus=true
from stats220.reference.encoding import rescale_times

# %% test="rescale_times" points=5
check.rescale_times(rescale_times)

# %% [markdown]
r"""
The GLM's own spikes pass, as they must. Do the cell's?
"""

# %% explore minutes_cpu=0.2
if ready(needs_runs | {"Bonus problem 5d": rescale_times}):
    with torch.no_grad():
        drive = glm.drive(stimulus[:20_000])
        generator = torch.Generator(device).manual_seed(1)
        own_counts, own_rates = simulate_spikes(drive, glm.coupling, 1, generator)
    cell_rates = torch.tensor(predict(glm, retina.train.stimulus, retina.train.spike_counts))
    trains = {
        "the GLM's own spikes": (own_rates[0].cpu(), own_counts[0].cpu()),
        "the cell's spikes": (cell_rates, spike_counts[num_lags - 1 :].cpu()),
    }
    rescaled = {}
    for name, (expected, counts) in trains.items():
        expected, counts = expected[:, example].double(), counts[:, example].long()
        places = np.random.default_rng(2).random(int(counts.sum()))
        rescaled[name] = rescale_times(expected, counts, torch.tensor(places))
    plot_uniform(rescaled, title=f"neuron {example}")

# %% [markdown]
r"""
### Convex, and fast (not graded)

With *fixed* features a Poisson GLM with $f = \exp$ is convex (Problem 2d), and has one answer that every solver must find. Below are 180 of
them, the counts of the last 20 bins of all nine cells, for 60,000 bins: the coupling filters alone. Starting from a constant rate, the
curvature is the same for all neurons, so the first step is Newton's for all at once, and a few of L-BFGS do the rest. It takes a second
or so, less than half of what scikit-learn needs for the same answer.

Dashed is the truth again. On the diagonal the filters dip as they should, and then rise above zero, where the truth does not: this model sees
no movie, and the cell's own past stands in for what was on the screen and will drive it for some more bins. (The true cells have softplus and
this fit exp: compare where the filters rise and fall, not how far.)
"""

# %% explore minutes_cpu=0.1
counts = retina.train.spike_counts.astype(np.float32)
windows = np.lib.stride_tricks.sliding_window_view(counts[:-1], 20, axis=0)[:, :, ::-1]
features = windows.reshape(len(windows), -1)  # neurons, then lags, lag 1 first
convex = fit_poisson_glm(features, counts[20:], alpha=1e-3)
print(f"{convex.num_passes} passes, objectives {convex.objectives.round(4)}")
alone = convex.weights.T.reshape(num_neurons, num_neurons, 20)
true_coupling = None if truth is None else truth.coupling_filters
figure_coupling(alone, truth=true_coupling, bin_seconds=bin_seconds);

# %% [markdown]
r"""
### A recording that fits into a suitcase (not graded)

An ear of a grasshopper: ten seconds of an auditory receptor that hears a tone whose loudness is white noise (Rokem et al., 2006). The
recording comes with the package `nitime`. A movie of one pixel, one cell: the same models. How much does the cell's own history
bring here?
"""

# %% explore minutes_cpu=0.1
try:
    ear = load_grasshopper(bin_seconds=0.001)
except DataError as error:
    print(error)
else:
    if ready(needs_bits):
        sizes = (1, 1, 1, 20)  # one cell, a screen of one pixel, 20 lags of a millisecond
        deaf = torch.as_tensor(ear.train.spike_counts).float().mean(dim=0)
        heard = torch.as_tensor(ear.validation.spike_counts[19:]).float()
        for model in (LNP(*sizes), CoupledGLM(*sizes, num_coupling_lags=19)):
            with_history = hasattr(model, "coupling")
            start_at_mean_rate(model.bias, ear.train.spike_counts)
            options = {"uses_counts": with_history, "max_iterations": 200}
            fit_lbfgs(model, ear.train, poisson_loss, penalty_for(ear.train, 1.0), **options)
            past = ear.validation.spike_counts if with_history else None
            rates = torch.tensor(predict(model, ear.validation.stimulus, past))
            bits = float(bits_per_spike(rates, heard, deaf)[0])
            print(f"{type(model).__name__}: {bits:.2f} bits per spike in the two seconds held out")
