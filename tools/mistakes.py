"""Write the fingerprints by which checks name known mistakes: ``python tools/mistakes.py`` after a change in a lab's ``mistakes``."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

CHECKS = Path(__file__).resolve().parents[1] / "stats220" / "checks"
LABS = ("calcium", "triangulation")

if __name__ == "__main__":
    for lab in LABS:
        known = import_module(f"stats220.reference.{lab}.mistakes").fingerprints()
        text = json.dumps(known, indent=1, ensure_ascii=False)
        (CHECKS / lab / "fingerprints.json").write_text(text + "\n", encoding="utf-8")
