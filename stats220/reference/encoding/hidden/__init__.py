"""Lab 6's hidden checks: the same requirements on other inputs. Never in a wheel that students get."""

from stats220.reference.encoding.hidden.cnn import RetinaCNN
from stats220.reference.encoding.hidden.comparing import (
    data_efficiency,
    explained_correlation,
    rescale_times,
)
from stats220.reference.encoding.hidden.filters import spike_triggered_average
from stats220.reference.encoding.hidden.glm import CoupledGLM, bits_per_spike, simulate_spikes
from stats220.reference.encoding.hidden.lnp import LNP, poisson_loss

__all__ = [
    "LNP",
    "CoupledGLM",
    "RetinaCNN",
    "bits_per_spike",
    "data_efficiency",
    "explained_correlation",
    "poisson_loss",
    "rescale_times",
    "simulate_spikes",
    "spike_triggered_average",
]
