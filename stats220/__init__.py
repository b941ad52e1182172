"""Helper library of the STATS 220/320 labs: data, plots and checks.

Importing this package loads nothing heavy; import the part you need, for example ``from stats220.checks import pose``.
In a notebook, ``stats220.progress()`` says which problems are done, ``stats220.submit()`` writes the file to hand in, and
``stats220.doctor()`` says what your machine lacks.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "begin", "doctor", "progress", "submit"]

if TYPE_CHECKING:
    from stats220.student.beginning import begin
    from stats220.student.doctor import doctor
    from stats220.student.handin import submit
    from stats220.student.progress import progress

_CALLS = {"begin": "beginning", "doctor": "doctor", "progress": "progress", "submit": "handin"}


def __getattr__(name: str) -> Any:
    if name in _CALLS:
        from importlib import import_module

        return getattr(import_module(f"stats220.student.{_CALLS[name]}"), name)
    raise AttributeError(f"module 'stats220' has no attribute {name!r}")
