"""Known mistakes that are worked out when a result is wrong, and not before: a right answer neither waits for them nor depends on them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Lazily(Mapping[str, Any]):
    """What `make(*given)` gives for ``looks_like=``, worked out when it is first looked at."""

    def __init__(self, make: Callable[..., Mapping[str, Any]], *given: Any) -> None:
        self._make = functools.partial(make, *given)

    @functools.cached_property
    def _slips(self) -> Mapping[str, Any]:
        return self._make()

    def __getitem__(self, slip: str) -> Any:
        return self._slips[slip]

    def __iter__(self) -> Iterator[str]:
        return iter(self._slips)

    def __len__(self) -> int:
        return len(self._slips)


def lazily(make: Callable[..., Mapping[str, Any]], *given: Any) -> Mapping[str, Any]:
    """The same, as a mapping like any other."""
    return Lazily(make, *given)
