"""How many inputs the fuzzing tests try: 500, or as many as STATS220_FUZZ says (``STATS220_FUZZ=10000 pytest -k fuzz``)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

FUZZ = settings(
    max_examples=int(os.environ.get("STATS220_FUZZ", "500")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
