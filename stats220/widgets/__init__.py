"""Explorers of a lab in the notebook: ipywidgets, one file per lab."""
