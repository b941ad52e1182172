"""Helper library of the STATS 220/320 labs: data, plots and checks.

Importing this package loads nothing heavy; import the part you need, for example ``from stats220.checks import pose``.
"""

__version__ = "0.1.0"
