"""Which wheel was published under which version: ``labs/published.json``, which is committed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from stats220.errors import GradingError

RECORD = Path("labs", "published.json")


def check_published(root: Path, version: str, sha256: str) -> str:
    """Why this wheel may not carry this version; empty where it may."""
    known = read_record(root).get(version)
    if known in (None, sha256):
        return ""
    return f"version {version} was published with another wheel ({known[:12]} ...): raise __version__ in stats220/__init__.py and build again"


def read_record(root: Path) -> dict[str, str]:
    """Hashes of the published wheels by version."""
    path = root / RECORD
    if not path.is_file():
        return {}
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        return {str(version): str(sha256) for version, sha256 in content.items()}
    except (ValueError, AttributeError) as error:
        raise GradingError(f"{path} is damaged ({error}): take it from the last commit") from None
