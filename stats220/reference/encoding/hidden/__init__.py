"""Lab 6's hidden checks: the same requirements on other inputs. Never in a wheel that students get."""

from stats220.reference.encoding.hidden.cnn import RetinaCNN
from stats220.reference.encoding.hidden.comparing import (
    data_efficiency,
    explained_correlation,
    rescale_times,
)
from stats220.reference.encoding.hidden.filters import spike_triggered_average
from stats220.reference.encoding.hidden.glm import CoupledGLM
from stats220.reference.encoding.hidden.lnp import LNP
from stats220.reference.encoding.hidden.loss import poisson_loss
from stats220.reference.encoding.hidden.runs import bits_per_spike, simulate_spikes

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
