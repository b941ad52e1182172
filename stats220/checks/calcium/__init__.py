"""Lab 3's checks that students can run.

What is expected is known without solving anything: sines and white noise for the filter, phases for correlations, and for the
deconvolutions traces that were made from their solution, or the conditions that hold at an optimum alone. The updates are compared
with least squares.
"""

from stats220.checks.calcium.ascent import ascend
from stats220.checks.calcium.cells import local_correlation, pixel_noise_std
from stats220.checks.calcium.deconvolution import decay_matrix, deconvolve, deconvolve_penalized
from stats220.checks.calcium.demixing import update_background, update_footprint, update_trace
from stats220.checks.calcium.pools import deconvolve_fast

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
