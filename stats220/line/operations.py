"""The student's side of the line: the objects behind the handles, and what may be done with them.

The same class answers in the sandbox (`stats220.line.inside`) and, looped back, in a notebook.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from stats220.line import names
from stats220.line.capture import MAX_TEXT, captured
from stats220.line.reports import MAX_NAME, clean, describe
from stats220.line.settings import Settings
from stats220.line.wire import Frame, WireError, pack


class Forced:
    """A value that goes out as a handle though it could cross by value."""

    def __init__(self, value: object) -> None:
        self.value = value


class Operations:
    """Answers requests: ``[operation, arguments, numbers of handles that are no longer needed, seed]``.

    The seed, where there is one, is set before the operation.

    Parameters
    ----------
    device
        Where tensors land that arrive, and modules that are made here.
    run_cell
        Runs the source of a cell; raises what the cell raises.
    namespace
        The student's global names.
    """

    ellipsis: object = Ellipsis

    def __init__(
        self,
        device: str = "cpu",
        run_cell: Callable[[str], None] | None = None,
        namespace: dict[str, Any] | None = None,
    ) -> None:
        self.lands_on = device
        self._run_cell = run_cell
        self._namespace = {} if namespace is None else namespace
        self._objects: dict[int, Any] = {}
        self._numbers = itertools.count(1)
        self._settings: Settings | None = None

    # What does not cross by value.

    def keep(self, value: object) -> int:
        """Keep an object; returns its handle's number."""
        number = next(self._numbers)
        self._objects[number] = value
        return number

    def refer(self, value: object) -> list[Any]:
        """Anything that does not cross by value goes out as a handle."""
        kept = value.value if type(value) is Forced else value
        return ["handle", self.keep(kept), _type_name(kept)]

    def resolve(self, tag: str, fields: list[Any]) -> object:
        """The object behind a handle, or of an installed package."""
        if (
            tag == "handle"
            and len(fields) == 1
            and type(fields[0]) is int
            and fields[0] in self._objects
        ):
            return self._objects[fields[0]]
        if tag == "name" and len(fields) == 1:
            return names.find(fields[0])
        raise WireError(f"malformed frame: no such {tag}")

    # Requests.

    def respond(self, receive: Callable[[], Any]) -> Frame:
        """Receive one request and answer it; the frame of the reply. Raises only what `receive` raises by itself."""
        try:
            request = receive()
        except WireError as error:
            return pack({"refused": str(error), "printed": ""}, self)
        reply = self.answer(request)
        try:
            return pack(reply, self)
        except BaseException as error:  # an object may do anything when it is asked what it is
            return pack({"error": describe(error), "printed": reply["printed"]}, self)

    def answer(self, request: Any) -> dict[str, Any]:
        """The reply to one request: ``ok`` or ``error``, and what was ``printed`` meanwhile."""
        operation, args, released, seed = request
        for number in released:
            self._objects.pop(number, None)
        # A cell's own warning filters stay; in a check no warning is an error.
        with captured(warnings_too=operation != "cell") as out:
            try:
                if seed is not None:
                    seed_all(seed)
                reply = {"ok": getattr(self, "op_" + operation)(*args)}
            except BaseException as error:
                reply = {"error": describe(error)}
        return reply | {"printed": out.text}

    def op_device(self, device: str) -> None:
        """Set where tensors land from now on."""
        self.lands_on = torch.empty(0, device=device).device.type

    def op_cell(self, source: str) -> None:
        """Run a cell."""
        if self._run_cell is None:
            raise WireError("there is no shell here to run a cell in")
        self._run_cell(source)

    def op_global(self, name: str) -> Any:
        """The value of a global name."""
        if name not in self._namespace:
            raise NameError(f"name '{name}' is not defined")
        return self._namespace[name]

    def op_value(self, value: Any) -> Any:
        """The object behind a handle, by value where it can cross."""
        return value

    def op_call(self, function: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Call; a module that comes back is moved to the device, as ``model.to(device)`` would."""
        result = function(*args, **kwargs)
        if self.lands_on != "cpu":
            for item in result if type(result) in (tuple, list) else [result]:
                if isinstance(item, torch.nn.Module):
                    item.to(self.lands_on)
        return result

    def op_make(self, function: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Call, and keep the result here, unless it is that of a stub."""
        # What a check makes of torch's own parts does not hang on what the notebook has set.
        with contextlib.nullcontext() if is_of_cell(function) else Settings.fresh().applied():
            result = self.op_call(function, args, kwargs)
        return result if result is None or result is Ellipsis else Forced(result)

    def op_call_and_look(
        self, function: Any, args: list[Any], kwargs: dict[str, Any]
    ) -> tuple[Any, Any]:
        """Call; the result, and the positional arguments as they are afterwards."""
        return self.op_call(function, list(args), kwargs), tuple(args)

    def op_gradients(
        self, function: Any, args: list[Any], parameters: Any, weights: torch.Tensor | None
    ) -> Any:
        """Gradients of the weighted sum of the result, by the floating-point arguments or by a module's parameters."""
        leaves = [_as_leaf(arg) for arg in args]
        wanted: dict[Any, torch.Tensor]
        if parameters is None:
            wanted = {i: leaf for i, leaf in enumerate(leaves) if _is_differentiable(leaf)}
        else:
            wanted = {name: p for name, p in parameters.named_parameters() if p.requires_grad}
        with torch.enable_grad():
            result = function(*leaves)
        if result is None or result is Ellipsis:
            return result
        if not isinstance(result, torch.Tensor):
            raise TypeError(f"no gradient: the result is a {type(result).__name__}, not a tensor")
        if wanted and not result.requires_grad:
            raise RuntimeError(
                "no gradient: the result is cut off from its inputs (detached, or left torch on the way)"
            )
        with torch.enable_grad():
            total = (result if weights is None else result * weights).sum()
        found = (
            torch.autograd.grad(total, list(wanted.values()), materialize_grads=True)
            if wanted
            else ()
        )
        gradients = dict(zip(wanted, found, strict=True))
        return (
            tuple(gradients.get(i) for i in range(len(leaves))) if parameters is None else gradients
        )

    def op_getattr(self, obj: Any, name: str) -> Any:
        """An attribute."""
        return getattr(obj, name)

    def op_getitem(self, obj: Any, key: Any) -> Any:
        """An item."""
        return obj[key]

    def op_len(self, obj: Any) -> int:
        """The length; of a dataclass, the number of its fields."""
        return len(dataclasses.fields(obj)) if _unpacks_as_fields(obj) else len(obj)

    def op_items(self, obj: Any, limit: int) -> list[Any]:
        """All items of an iterable, which has to end; of a dataclass, the values of its fields."""
        if _unpacks_as_fields(obj):
            return [getattr(obj, field.name) for field in dataclasses.fields(obj)]
        items = list(itertools.islice(iter(obj), limit + 1))
        if len(items) > limit:
            raise ValueError(f"more than {limit} items")
        return items

    def op_float(self, obj: Any) -> float:
        """As a float."""
        return float(obj)

    def op_int(self, obj: Any) -> int:
        """As an int."""
        return int(obj)

    def op_str(self, obj: Any) -> str:
        """As text, shortened."""
        return clean(str(obj), MAX_TEXT)

    def op_isinstance(self, obj: Any, classes: Any) -> bool:
        """Whether the object is an instance."""
        return bool(isinstance(obj, classes))

    def op_keep_settings(self) -> list[str]:
        """Keep the settings as they are now; returns the names of those that change results and are not the defaults."""
        self._settings = Settings.now()
        return self._settings.unusual()

    def op_put_settings_back(self) -> list[str]:
        """Make the settings what they were; returns the names of those that were others."""
        return [] if self._settings is None else self._settings.apply()


def is_of_cell(function: Any) -> bool:
    """Whether a function, class, method or callable object was defined in a cell."""
    function = getattr(function, "__func__", function)
    kind = getattr(type(function), "__module__", None)
    return "__main__" in (getattr(function, "__module__", None), kind)


def seed_all(seed: int) -> None:
    """Seed every generator that student code is likely to use: Python's, NumPy's and torch's global ones."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    # torch.manual_seed, without the stack that it formats for a GPU which is not in use yet.
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(seed)


def _type_name(value: object) -> str:
    kind = type(value)
    known = kind.__module__ in ("builtins", "__main__")
    name = kind.__qualname__ if known else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(value, np.ndarray):
        name += f" of dtype {value.dtype}"
    return "".join(c for c in clean(name, MAX_NAME) if c.isprintable())


def _unpacks_as_fields(obj: Any) -> bool:
    return (
        dataclasses.is_dataclass(obj)
        and not isinstance(obj, type)
        and not hasattr(type(obj), "__iter__")
    )


def _is_differentiable(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and (value.is_floating_point() or value.is_complex())


def _as_leaf(value: Any) -> Any:
    return value.detach().clone().requires_grad_() if _is_differentiable(value) else value
