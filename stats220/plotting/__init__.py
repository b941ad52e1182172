"""Plots, one module per lab: arrays or tensors in, Axes or a Figure out. Nothing is set globally, nothing is shown."""
