"""Results as plain data: this library's dataclasses and named tuples by their name and fields."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

from stats220.checkpoints.installed import public_name
from stats220.checkpoints.store import CheckpointError

LIBRARY = "stats220."


def to_plain(value: Any) -> dict[str, Any]:
    """A result, and what it is of."""
    kind = type(value)
    name = public_name(kind)
    if not name.startswith(LIBRARY):
        return {"is": "", "value": value}
    if dataclasses.is_dataclass(kind):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(kind)}
    elif isinstance(value, tuple) and hasattr(kind, "_fields"):
        fields = dict(zip(kind._fields, value, strict=True))
    else:
        return {"is": "", "value": value}
    return {"is": name, "value": fields}


def from_plain(plain: dict[str, Any]) -> Any:
    """The result that `to_plain` took apart."""
    if not plain["is"]:
        return plain["value"]
    module, _, name = plain["is"].partition(":")
    kind: Any = getattr(sys.modules.get(module), name, None)
    known = module.startswith(LIBRARY) and isinstance(kind, type)
    if not (known and (dataclasses.is_dataclass(kind) or issubclass(kind, tuple))):
        raise CheckpointError(f"{plain['is']} is no result of this library")
    return kind(**plain["value"])
