"""Plots for the calcium lab: cells on an image, footprints, traces and what a deconvolution makes of them, movies side by side."""

from stats220.plotting.cells import figure_footprints, plot_contours, plot_image
from stats220.plotting.movies import play_movies
from stats220.plotting.spectra import plot_objective, plot_spectrum
from stats220.plotting.traces import figure_deconvolution, plot_traces

__all__ = [
    "figure_deconvolution",
    "figure_footprints",
    "play_movies",
    "plot_contours",
    "plot_image",
    "plot_objective",
    "plot_spectrum",
    "plot_traces",
]
