"""Lab 3's hidden checks: the requirements of ``stats220.checks.calcium`` on other inputs."""

from stats220.reference.calcium.hidden.ascent import ascend
from stats220.reference.calcium.hidden.cells import local_correlation, pixel_noise_std
from stats220.reference.calcium.hidden.deconvolution import (
    decay_matrix,
    deconvolve,
    deconvolve_penalized,
)
from stats220.reference.calcium.hidden.demixing import (
    update_background,
    update_footprint,
    update_trace,
)
from stats220.reference.calcium.hidden.pools import deconvolve_fast

__all__ = [
    "ascend",
    "decay_matrix",
    "deconvolve",
    "deconvolve_fast",
    "deconvolve_penalized",
    "local_correlation",
    "pixel_noise_std",
    "update_background",
    "update_footprint",
    "update_trace",
]
