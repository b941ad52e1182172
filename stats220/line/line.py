"""The checks' side of the line to a student's code: what a check can ask, and how replies are read."""

from __future__ import annotations

import builtins
import contextlib
import functools
import weakref
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, NoReturn, TypeVar

import numpy as np
import torch

from stats220.line import names
from stats220.line.capture import MAX_TEXT
from stats220.line.failures import Raised, SandboxLost, student_error
from stats220.line.proxy import Nothing, Proxy, missing_to_nothing, raise_not_attempted
from stats220.line.settings import SETTINGS
from stats220.line.wire import WireError

T = TypeVar("T")

RELEASED_AT_ONCE = 1000


class Session(ABC):
    """A line to a student's code, and what a check can ask of it.

    Attributes
    ----------
    device : str
        "cpu" or "cuda": where the student's code gets its tensors. What comes back is on the CPU.
    timeout : float
        Seconds that one request may take.
    deadline : float or None
        Value of ``time.monotonic()`` after which no request goes on, whatever `timeout` allows.
    printed : str
        What the student's code printed during the last request, at most 20 000 characters.
    printed_so_far : str
        What it printed during all of them, at most as much.
    received : deque of weakref.ref
        Arrays and tensors that came from the student's code lately, by themselves or in lists, tuples and dicts.
    checks_seed : int
        What checks draw their inputs from: 0 in a notebook, another in each grading run.
    released : list of int
        Handles whose proxies are gone; the next request says so.
    """

    lands_on = "cpu"  # as a `Side` of the wire

    def __init__(self, device: str) -> None:
        self.device = device
        self.timeout = 60.0
        self.deadline: float | None = None
        self.printed = self.printed_so_far = ""
        self.received: deque[weakref.ref[Any]] = deque(maxlen=1000)
        self.checks_seed = 0
        self.released: list[int] = []
        self.ellipsis: object = Nothing(Ellipsis)
        self._lost: str | None = None
        self._last_call: Any = None
        self._seed: int | None = None

    @contextlib.contextmanager
    def activate(self) -> Iterator[Session]:
        """Make this the session that checks use in the block."""
        token = active_session.set(self)
        try:
            yield self
        finally:
            active_session.reset(token)

    # The student's code.

    def run_cell(self, source: str) -> None:
        """Run the source of a cell. Raises `StudentError` when it raises."""
        self.ask("cell", source)

    def get(self, name: str) -> Any:
        """The value of a global name, or its proxy. Raises a `StudentError` that is a ``NameError`` if there is none."""
        return missing_to_nothing(self.ask("global", name))

    def keep_settings(self) -> list[str]:
        """Keep the student's side's settings; returns the names of those that its cells have set."""
        return self._known(self.ask_for(list, "keep_settings"))

    def put_settings_back(self) -> list[str]:
        """Make the student's side's settings what they were; returns the names of those that had been changed."""
        return self._known(self.ask_for(list, "put_settings_back"))

    def _known(self, claimed: list[Any]) -> list[str]:
        return [name for name in SETTINGS if any(type(c) is str and c == name for c in claimed)]

    def last_call(self) -> functools.partial[Any] | None:
        """The last call of the student's code with what it was given, where it can be had: in a notebook."""
        return None

    def forget_last_call(self) -> None:
        """Begin anew: there has been no call."""
        self._last_call = None

    # Services: the same in a notebook and in the grader.

    def seed(self, seed: int) -> None:
        """Seed all random generators on the student's side, before whatever is asked of it next.

        Raises `SandboxLost` where nothing can be asked any more.
        """
        self._check_alive()
        self._seed = seed

    def gradients(
        self,
        function: Any,
        *inputs: Any,
        parameters: Any = None,
        weights: torch.Tensor | None = None,
    ) -> Any:
        """Gradients of the sum of ``function(*inputs)``, each entry times its weight where there are `weights`.

        Returns
        -------
        tuple or dict
            One gradient an input, ``None`` for those that are no floating-point tensors; or, with a module in
            `parameters`, a dict from the names of its parameters that learn. Zero where the result does not depend on it.
            The student's process says so: a check holds it against what it knows itself.
        """
        request = function, list(inputs), parameters, weights
        return missing_to_nothing(self.ask("gradients", *request))

    def call(self, function: Any, *inputs: Any, **kwargs: Any) -> tuple[Any, tuple[Any, ...]]:
        """The result of a call, and the positional inputs as they are afterwards."""
        reply = self.ask_for(tuple, "call_and_look", function, list(inputs), kwargs)
        if len(reply) != 2 or type(reply[1]) is not tuple or len(reply[1]) != len(inputs):
            self.lose("malformed reply: result and inputs expected")
        return missing_to_nothing(reply[0]), reply[1]

    def make(self, cls: Any, *args: Any, **kwargs: Any) -> Any:
        """Call on the student's side and keep the result there, whatever it is; returns its proxy."""
        return missing_to_nothing(self.ask("make", cls, list(args), kwargs))

    def isinstance(self, obj: Any, cls: Any) -> bool:
        """Whether an object, a student's or a plain value, is an instance."""
        if type(obj) is Nothing:
            raise_not_attempted(obj)
        if type(obj) is Proxy:
            return self.ask_for(bool, "isinstance", obj, cls)
        return builtins.isinstance(obj, cls)

    # The line.

    def ask(self, operation: str, *args: Any) -> Any:
        """One request.

        Raises
        ------
        StudentError
            The student's code raised.
        WireError
            The check tried to hand over what may not cross.
        SandboxLost
            The reply is malformed or did not come; from then on every request raises this.
        """
        self._check_alive()
        released = self.released[:RELEASED_AT_ONCE]
        del self.released[:RELEASED_AT_ONCE]
        seed, self._seed = self._seed, None
        reply = self.exchange([operation, list(args), released, seed])
        if type(reply) is not dict or type(reply.get("printed")) is not str or len(reply) != 2:
            self.lose("malformed reply")
        self.printed = reply["printed"]
        self.printed_so_far += self.printed[: MAX_TEXT - len(self.printed_so_far)]
        if "error" in reply:
            try:
                raised = Raised.from_reply(reply["error"])
            except WireError as error:
                self.lose(str(error))
            raise student_error(raised)
        if "refused" in reply:
            raise WireError(str(reply["refused"])[:300])
        if "ok" not in reply:
            self.lose("malformed reply")
        self.received.extend(map(weakref.ref, _arrays(reply["ok"])))
        return reply["ok"]

    def _check_alive(self) -> None:
        if self._lost is not None:
            raise SandboxLost(self._lost)

    def ask_for(self, kind: type[T], operation: str, *args: Any) -> T:
        """One request whose reply must be of that very type."""
        value = self.ask(operation, *args)
        if type(value) is not kind:
            self.lose(f"malformed reply: {kind.__name__} expected")
        return value

    def lose(self, reason: str, kind: type[SandboxLost] = SandboxLost) -> NoReturn:
        """Give the session up."""
        self._lost = reason
        raise kind(reason)

    @abstractmethod
    def exchange(self, request: list[Any]) -> Any:
        """Send a request and return the reply."""

    # As a side of the wire.

    def refer(self, value: object) -> list[Any]:
        """A proxy goes back as the handle it is; objects of installed packages go by name."""
        if type(value) is Proxy:
            if value._stats220_session is not self:
                raise WireError("this object belongs to another session")
            return ["handle", value._stats220_number]
        name = names.qualified_name(value)
        if name is None:
            raise WireError(
                f"a check cannot hand over a {type(value).__name__}, only plain values, objects of installed "
                "packages that have a public name, and what came from the student's code"
            )
        return ["name", name]

    def resolve(self, tag: str, fields: list[Any]) -> object:
        """A handle becomes a proxy; the student's side refers to nothing else."""
        if (
            tag == "handle"
            and len(fields) == 2
            and type(fields[1]) is str
            and fields[1].isprintable()
        ):
            number, type_name = fields
            if type(number) is int and 0 <= number < 2**53:
                return Proxy(self, number, type_name[:200])
        raise WireError("malformed frame: no such entry")


def _arrays(value: Any) -> Iterator[Any]:
    kind = type(value)
    if kind in (list, tuple):
        for item in value[:100]:
            yield from _arrays(item)
    elif kind is dict:
        yield from _arrays(list(value.values()))
    elif kind in (torch.Tensor, np.ndarray) or hasattr(kind, "tocoo"):
        yield value


active_session: ContextVar[Session | None] = ContextVar("active_session", default=None)
