"""What a check holds in place of the student's own objects.

A `Proxy` forwards calls, attributes, items, length, iteration and conversions to where the object lives. It refuses
everything by which an object could vouch for itself (comparison, truth, hash, conversion to an array): a lying
``__eq__`` would earn points. `Nothing` is what a stub returns: whatever is done with it says "not attempted".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn, Protocol, TypeVar

from stats220.line.failures import NotAttempted, UnexpectedObject

T = TypeVar("T")

MAX_ITEMS = 10_000  # of an iterable of the student's, which may be endless


class Asked(Protocol):
    """The line that a proxy asks: a `stats220.line.line.Session`."""

    released: list[int]

    def ask(self, operation: str, *args: Any) -> Any:
        """One request."""

    def ask_for(self, kind: type[T], operation: str, *args: Any) -> T:
        """One request whose reply must be of that very type."""

    def lose(self, reason: str) -> NoReturn:
        """Give the session up."""


class Proxy:
    """Stands for an object that stays with the student's code."""

    __slots__ = ("_stats220_number", "_stats220_session", "_stats220_type")

    _stats220_session: Asked
    _stats220_number: int
    _stats220_type: str

    def __init__(self, session: Asked, number: int, type_name: str) -> None:
        object.__setattr__(self, "_stats220_session", session)
        object.__setattr__(self, "_stats220_number", number)
        object.__setattr__(self, "_stats220_type", type_name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: D102
        return missing_to_nothing(self._stats220_session.ask("call", self, list(args), kwargs))

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_stats220_")):
            raise AttributeError(name)
        return self._stats220_session.ask("getattr", self, name)

    def __getitem__(self, key: Any) -> Any:
        return self._stats220_session.ask("getitem", self, key)

    def __len__(self) -> int:
        length = self._stats220_session.ask_for(int, "len", self)
        if length < 0:
            self._stats220_session.lose("malformed reply: negative length")
        return length

    def __iter__(self) -> Iterator[Any]:
        return iter(self._stats220_session.ask_for(list, "items", self, MAX_ITEMS))

    def __float__(self) -> float:
        return self._stats220_session.ask_for(float, "float", self)

    def __int__(self) -> int:
        return self._stats220_session.ask_for(int, "int", self)

    def __str__(self) -> str:
        return self._stats220_session.ask_for(str, "str", self)

    def __repr__(self) -> str:
        return f"<student's {self._stats220_type}>"

    def __del__(self) -> None:
        self._stats220_session.released.append(self._stats220_number)


class Nothing:
    """What a stub returned in place of a value: using it in any way raises `NotAttempted`."""

    __slots__ = ("_stats220_value",)
    _stats220_value: object  # None or Ellipsis

    def __init__(self, value: object) -> None:
        object.__setattr__(self, "_stats220_value", value)

    @property  # type: ignore[misc]
    def __class__(self) -> NoReturn:  # type: ignore[override]
        """Asked for by ``isinstance(nothing, torch.Tensor)``, which so says "not attempted" in place of False."""
        raise_not_attempted(self)

    def __repr__(self) -> str:
        return f"<nothing yet: {'None' if self._stats220_value is None else '...'}>"

    def __getattr__(self, name: str) -> NoReturn:
        raise_not_attempted(self)


def missing_to_nothing(value: Any) -> Any:
    """`value`, or `Nothing` where a function returned ``None``."""
    return Nothing(None) if value is None else value


def raise_not_attempted(nothing: Nothing) -> NoReturn:
    """Say what came back in place of a value."""
    if nothing._stats220_value is None:
        raise NotAttempted("nothing came back (None); is a `return` missing?")
    raise NotAttempted("`...` came back, where your code goes")


def type_name(value: object) -> str:
    """The type of a value as a message says it, with its article."""
    name = value._stats220_type if type(value) is Proxy else type(value).__name__
    return f"{'an' if name[:1].lower() in tuple('aeiou') else 'a'} {name}"


def _refusal(what: str) -> Callable[..., NoReturn]:
    def method(self: Proxy, *args: object, **kwargs: object) -> NoReturn:
        kind = type_name(self)
        raise UnexpectedObject(
            f"a number, string or array was expected here, not {kind}: cannot {what} it"
        )

    return method


def _not_attempted(self: object, *args: object, **kwargs: object) -> NoReturn:
    raise_not_attempted(self if type(self) is Nothing else Nothing(None))


_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
_ARITHMETIC = (
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "matmul",
    "and",
    "or",
    "xor",
)
_REFUSED = {
    "compare": _COMPARISONS,
    "test the truth of": ("bool",),
    "hash": ("hash",),
    "change": ("setattr", "delattr", "setitem", "delitem"),
    "convert": ("array", "array_function"),
    "compute with": [*_ARITHMETIC, *("r" + name for name in _ARITHMETIC), "neg", "abs", "index"],
}
for _what, _names in _REFUSED.items():
    for _name in _names:
        setattr(Proxy, f"__{_name}__", _refusal(_what))
        setattr(Nothing, f"__{_name}__", _not_attempted)
for _name in (
    "call",
    "iter",
    "len",
    "getitem",
    "contains",
    "float",
    "int",
    "complex",
    "str",
    "format",
):
    setattr(Nothing, f"__{_name}__", _not_attempted)


def _torch_refusal(
    cls: type, function: object, types: object, args: Any = (), kwargs: object = None
) -> NoReturn:
    for value in args:
        if type(value) is Nothing:
            raise_not_attempted(value)
    raise UnexpectedObject("a tensor was expected here, not an object of the student's own")


setattr(Proxy, "__torch_function__", classmethod(_torch_refusal))  # noqa: B010
setattr(Nothing, "__torch_function__", classmethod(_torch_refusal))  # noqa: B010
