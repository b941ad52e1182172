"""Lab 6's checks of the coupled GLM."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stats220.checks import Checks, checked
from stats220.checks.encoding.glm_slips import (
    mistaken_couplings,
    mistaken_drive_parts,
    mistaken_silence,
)
from stats220.checks.encoding.inputs import (
    Array,
    Lazily,
    check_shape,
    draw_counts,
    filter_movie,
    last_bins,
    load,
    normal,
    softplus,
)
from stats220.checks.encoding.lnp_slips import mistaken_shapes

NUM_LAGS, NUM_COUPLING_LAGS = 6, 4


def draw_glm(
    checks: Checks, CoupledGLM: Any, num_neurons: int, **options: Any
) -> tuple[Any, dict[str, Array]]:
    """A model of 4 x 5 pixels whose parameters are drawn here."""
    rng = checks.rng
    model = CoupledGLM(num_neurons, 4, 5, NUM_LAGS, NUM_COUPLING_LAGS, **options)
    return model, load(
        model,
        spatial=normal(rng, num_neurons, 4, 5) / 3,
        temporal=normal(rng, num_neurons, NUM_LAGS) / 2,
        bias=normal(rng, num_neurons),
        coupling=normal(rng, num_neurons, num_neurons, NUM_COUPLING_LAGS),
    )


@checked
def CoupledGLM(CoupledGLM: Any) -> Checks:  # noqa: N802
    """Silence, steady firing, and a single spike in the dark."""
    checks = Checks("CoupledGLM", hidden_points=1)
    dark = torch.zeros(20, 4, 5)

    with checks(
        1,
        "is the LNP as long as nobody spikes",
        hint="Nobody spikes here: drive and rates are those of an LNP with the same filters and bias. Does your LNP pass its own "
        "checks?",
        remedy="drive is your LNP's forward pass up to, but without, self.nonlinearity; forward applies it to drive plus coupling.",
    ):
        model, p = draw_glm(checks, CoupledGLM, 3)
        movie = normal(checks.rng, 14, 4, 5)
        drive = filter_movie(movie, p["spatial"], p["temporal"]) + p["bias"]
        shapes = mistaken_shapes(14, NUM_LAGS, 3)
        check_shape(checks, found := model.drive(movie), drive.shape, shapes, name="drive")
        slips = Lazily(checks, mistaken_drive_parts, movie, p)
        checks.close(found, drive, atol=1e-2, name="drive", looks_like=slips)
        silent = torch.zeros(14, 3)
        rates = model(stimulus=movie, spike_counts=silent)
        check_shape(checks, rates, drive.shape, shapes, name="rates")
        slips = Lazily(checks, mistaken_silence, drive, p["bias"], softplus)
        checks.close(rates, softplus(drive), atol=1e-2, name="rates", looks_like=slips)
        model, _ = draw_glm(checks, CoupledGLM, 3, nonlinearity=torch.exp)
        load(model, **{name: torch.from_numpy(p[name]).float() for name in p})
        slips = Lazily(checks, mistaken_silence, drive, p["bias"], np.exp)
        checks.close(
            model(movie, silent),
            np.exp(drive),
            atol=1e-2,
            rtol=1e-3,
            name="rates with exp",
            looks_like=slips,
        )

    with checks(
        2,
        "lets coupling[to, from] act from one neuron on another, and on itself",
        hint="When one neuron m fires steadily, neuron n hears it with the sum over lags of coupling[n, m]: is that what is added to "
        "its drive?",
        remedy="F.conv1d takes kernels (output channels, input channels, lags), that is (to, from, lags), turned around in time by flip(2).",
    ):
        model, p = draw_glm(checks, CoupledGLM, 3)
        for sender in range(3):
            counts = torch.zeros(20, 3)
            counts[:, sender] = 1
            heard = p["coupling"][:, sender].sum(axis=1)
            checks.close(
                last_bins(model(dark, counts), 15, 3),
                np.tile(softplus(p["bias"] + heard), (15, 1)),
                atol=1e-2,
                name=f"rates while neuron {sender} has fired steadily",
                looks_like=Lazily(checks, mistaken_couplings, counts, p, NUM_LAGS - 1),
            )

    with checks(
        1,
        "lets a spike act from the next bin on, with its filter's first weight first",
        hint="The filter starts at lag 1: the bin after the spike gets coupling[..., 0], the one after that coupling[..., 1], for each spike that the bin "
        "held: here there are two in one.",
        remedy="conv1d's output s uses the counts of bins s to s + K - 1, and belongs to bin s + K: the first that you need is num_lags - 1 - K, and the "
        "last belongs to a bin after the end.",
    ):
        model, p = draw_glm(checks, CoupledGLM, 1)
        counts = torch.zeros(20, 1)
        when = int(checks.rng.integers(9, 13))
        counts[when] = 2
        expected = np.tile(p["bias"], (20, 1))
        expected[when + 1 : when + 1 + NUM_COUPLING_LAGS, 0] += 2 * p["coupling"][0, 0]
        checks.close(
            model(dark, counts),
            softplus(expected[NUM_LAGS - 1 :]),
            atol=1e-2,
            name="rates",
            looks_like=Lazily(checks, mistaken_couplings, counts, p, NUM_LAGS - 1),
        )

    with checks(
        1,
        "never sees the counts of the present bin, or of later ones, and leaves them as they are",
        hint="A rate that knows its own bin's count predicts it with ease, and predicts nothing. When the counts change from bin t on, no "
        "rate up to that of bin t may move, and later ones must.",
        remedy="Leave the last count out, [..., :-1], so that the latest count that bin t gets is that of bin t - 1.",
    ):
        model, _ = draw_glm(checks, CoupledGLM, 2)
        rng = checks.rng
        counts, when = draw_counts(rng, 20, 2), int(rng.integers(9, 13))
        shape = (20 - NUM_LAGS + 1, 2)
        before = checks.tensor(model(dark, counts), shape, None, name="rates")
        counts[when:] += 3
        change = checks.tensor(model(dark, counts), shape, None, name="rates") - before
        present = when - (NUM_LAGS - 1)  # its place among the rates
        checks.close(
            change[: present + 1], torch.zeros(present + 1, 2), atol=1e-4, name="change of rates"
        )
        checks.that(
            bool((change[present + 1 :].abs() > 1e-3).any()),
            "no later rate moves either: no spike is heard",
        )
        checks.unchanged(model, dark, counts)

    with checks(
        1,
        "lets all four parameters learn",
        hint="Coupling filters learn, too, unless .data, .detach(), .item() or NumPy cut them off from the rates.",
        remedy="Compute with self.coupling itself, and with torch alone.",
    ):
        model, _ = draw_glm(checks, CoupledGLM, 2)
        rng = checks.rng
        inputs = normal(rng, 15, 4, 5), draw_counts(rng, 15, 2) + 1
        names = ["spatial", "temporal", "bias", "coupling"]
        checks.learns(model, *inputs, parameters=names)

    return checks
