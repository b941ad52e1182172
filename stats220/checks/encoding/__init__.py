"""Lab 6's checks that students can run.

Each makes its own small inputs. What is expected comes from loops, NumPy, SciPy or a closed form, never from the answer key.
"""

from stats220.checks.encoding.cnn import RetinaCNN
from stats220.checks.encoding.comparing import (
    data_efficiency,
    explained_correlation,
    firing_rates_hz,
    rescale_times,
)
from stats220.checks.encoding.filters import spike_triggered_average
from stats220.checks.encoding.glm import CoupledGLM
from stats220.checks.encoding.lnp import LNP
from stats220.checks.encoding.loss import l2_penalty, poisson_loss
from stats220.checks.encoding.runs import bits_per_spike, simulate_spikes

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
