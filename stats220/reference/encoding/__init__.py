"""Lab 6's answer key: the solved exercises. The hidden checks are in ``hidden/``, the model answers in ``answers.md``."""

from stats220.reference.encoding.cnn import RetinaCNN
from stats220.reference.encoding.comparing import (
    data_efficiency,
    explained_correlation,
    firing_rates_hz,
    rescale_times,
)
from stats220.reference.encoding.filters import spike_triggered_average
from stats220.reference.encoding.glm import CoupledGLM
from stats220.reference.encoding.lnp import LNP
from stats220.reference.encoding.loss import l2_penalty, poisson_loss
from stats220.reference.encoding.runs import bits_per_spike, simulate_spikes

__all__ = [
    "LNP",
    "CoupledGLM",
    "RetinaCNN",
    "bits_per_spike",
    "data_efficiency",
    "explained_correlation",
    "firing_rates_hz",
    "l2_penalty",
    "poisson_loss",
    "rescale_times",
    "simulate_spikes",
    "spike_triggered_average",
]
