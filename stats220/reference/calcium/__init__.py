"""Lab 3's answer key: the solved exercises, and in ``fast`` the same deconvolutions without a general solver."""

from stats220.reference.calcium.ascent import ascend
from stats220.reference.calcium.cells import local_correlation, pixel_noise_std
from stats220.reference.calcium.deconvolution import (
    decay_matrix,
    deconvolve,
    deconvolve_penalized,
)
from stats220.reference.calcium.demixing import update_background, update_footprint, update_trace
from stats220.reference.calcium.pools import deconvolve_fast

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
