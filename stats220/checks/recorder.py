"""Checks that earn points: each a with-block with points, a name, and a hint that names the misconception."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
import torch

from stats220.checks import compare, display, forms, learning
from stats220.checks.block import Block, one_line
from stats220.checks.results import CheckResult, Record
from stats220.errors import InputError
from stats220.line.failures import CheckFailed, NotAttempted, StudentError
from stats220.line.proxy import Nothing, raise_not_attempted
from stats220.line.session import Session

__all__ = ["CheckResult", "Checks"]


class Checks(Record):
    """The checks of one exercise.

    Call the student's code inside blocks only::

        checks = Checks("bernoulli_loss", hidden_points=2)
        with checks(2, "is a scalar", hint="Take the mean over all pixels."):
            checks.shape(bernoulli_loss(logits, targets), ())

    Its ``repr`` is the bare number of points, which nbgrader reads as partial credit.
    """

    _rng: tuple[int, np.random.Generator] | None = (
        None  # and the number of the block that it is for
    )

    def __call__(
        self, points: int, what: str, hint: str = "", *, remedy: str = "", needs: str = ""
    ) -> Block[Checks]:
        """A block that is worth `points`.

        Parameters
        ----------
        points
            What it gives.
        what
            What is checked, in a few words.
        hint
            A nudge toward the misconception, for whoever did not pass. It gives no line away.
        remedy
            The line itself, for whoever fails again in a notebook; never shown at grading.
        needs
            `what` of an earlier block without which this one cannot be judged: where that one did not pass, this one says so.
        """
        return Block(self, points, what, hint=hint, remedy=remedy, needs=needs)

    @property
    def rng(self) -> np.random.Generator:
        """A generator for the inputs of this block: the same in each notebook, drawn anew by a grading run.

        Each block has numbers of its own, whatever the blocks before it drew.
        """
        if self._rng is None or self._rng[0] != len(self.results):
            seed = 0 if self.session is None else self.session.checks_seed
            entropy = [seed, crc32(self.exercise.encode()), int(self.hidden), len(self.results)]
            self._rng = len(self.results), np.random.default_rng(entropy)
        return self._rng[1]

    @property
    def device(self) -> str:
        """Where the student's code gets its tensors: "cpu" or "cuda"."""
        return "cpu" if self.session is None else self.session.device

    def __add__(self, other: Checks) -> Checks:
        """Both lists of results, as one exercise."""
        if not isinstance(other, Checks):
            return NotImplemented
        hidden_points = self.hidden_points + other.hidden_points
        hidden_points -= int(sum(part.max_points for part in (self, other) if part.hidden))
        both = Checks(self.exercise, hidden_points=max(0, hidden_points))
        both.results = [*self.results, *other.results]
        return both

    def __repr__(self) -> str:
        return f"{self.points:g}"

    def __str__(self) -> str:
        return display.as_text(self)

    def _repr_html_(self) -> str:
        return display.as_html(self)

    # What a block may ask of a result.

    def close(
        self,
        actual: Any,
        expected: Any,
        *,
        atol: float,
        rtol: float = 0.0,
        name: str = "result",
        nan_equal: bool = False,
        looks_like: compare.Slips | None = None,
    ) -> None:
        """Fail unless the numbers agree; see `stats220.checks.compare.close`."""
        options: dict[str, Any] = {"name": name, "nan_equal": nan_equal, "looks_like": looks_like}
        compare.close(actual, expected, atol=atol, rtol=rtol, **options)

    def equal(
        self,
        actual: Any,
        expected: Any,
        *,
        name: str = "result",
        nan_equal: bool = False,
        looks_like: compare.Slips | None = None,
    ) -> None:
        """Fail unless both are exactly equal; see `stats220.checks.compare.equal`."""
        compare.equal(actual, expected, name=name, nan_equal=nan_equal, looks_like=looks_like)

    def tensor(
        self,
        actual: Any,
        shape: Sequence[int],
        dtype: torch.dtype | None = torch.float32,
        *,
        name: str = "result",
    ) -> torch.Tensor:
        """Fail unless it is a tensor of that shape and dtype (``None``: any); returns it."""
        return forms.tensor(actual, shape, dtype, name=name)

    def array(
        self, actual: Any, shape: Sequence[int], dtype: Any = None, *, name: str = "result"
    ) -> forms.Array:
        """Fail unless it is a NumPy array of that shape and dtype (``None``: any); returns it."""
        return forms.array(actual, shape, dtype, name=name)

    def number(self, actual: Any, *, name: str = "result") -> float:
        """Fail unless it is one real number: Python's, NumPy's, or an array or tensor of shape ``()``; returns it."""
        return forms.number(actual, name=name)

    def items(self, actual: Any, count: int, *, name: str = "result") -> tuple[Any, ...]:
        """Fail unless it unpacks into so many values; returns them."""
        return forms.items(actual, count, name=name)

    def record(self, actual: Any, kind: str, *, name: str = "result") -> None:
        """Fail unless it is an object with parts of its own, of that kind, and no plain tuple, say, of the same values."""
        forms.record(actual, kind, name=name)

    def shape(self, actual: Any, shape: tuple[int, ...], *, name: str = "result") -> None:
        """Fail unless it is an array or tensor of that shape."""
        forms.shape(actual, shape, name=name)

    def dtype(self, actual: Any, dtype: Any, *, name: str = "result") -> None:
        """Fail unless it is an array or tensor of that dtype, torch's, NumPy's or its name."""
        forms.dtype(actual, dtype, name=name)

    def that(self, condition: Any, message: str, *, slip: str = "") -> None:
        """Fail with that message, and the known mistake that it is, unless the condition, one truth value, holds."""
        forms.truth(condition, message, slip=slip)

    def raises(
        self,
        kinds: type[Exception] | tuple[type[Exception], ...],
        function: Any,
        *args: Any,
        **kwargs: Any,
    ) -> StudentError:
        """Fail unless the call raises one of these builtin exceptions; returns it. A stub's own does not count."""
        classes = kinds if isinstance(kinds, tuple) else (kinds,)
        expected = " or ".join(kind.__name__ for kind in classes)
        try:
            result = function(*args, **kwargs)
        except StudentError as error:
            if not error.raised.attempted:
                raise
            if isinstance(error, classes):
                return error
            raise CheckFailed(f"expected {expected}, got {one_line(str(error))}") from error
        if type(result) is Nothing:
            raise_not_attempted(result)
        returned = forms.describe(result)
        raise CheckFailed(f"expected {expected}, but nothing was raised: {returned} came back")

    # Services.

    def seed(self, seed: int) -> None:
        """Seed Python's, NumPy's and torch's generators for the student's code."""
        self._line().seed(seed)

    def gradients(self, function: Any, *inputs: Any, parameters: Any = None) -> Any:
        """Gradients of the summed result by its inputs or by a module's parameters; see `Session.gradients`.

        A claim of the student's process: hold it against a closed form, on inputs from `rng`.
        """
        return learning.ask_gradients(self._line(), function, inputs, parameters)

    def learns(
        self, model: Any, *inputs: Any, parameters: Sequence[str], function: Any = None
    ) -> None:
        """Fail unless gradients of the model's output (or of `function`'s) reach these parameters.

        They are held against finite differences at parameters that are sent to the model, which must have a
        ``load_state_dict``, and be smooth there; see `stats220.checks.learning.learns`.
        """
        learning.learns(self._line(), model, inputs, parameters, function, self.rng)

    def unchanged(self, function: Any, *inputs: Any, **kwargs: Any) -> Any:
        """Call, and fail where an argument is another afterwards; returns the result."""
        result, afterwards = self.call(function, *inputs, **kwargs)
        for number, (before, after) in enumerate(zip(inputs, afterwards, strict=True), 1):
            if forms.is_data(before):
                try:
                    compare.equal(
                        after, before, name=f"argument {number}, afterwards,", nan_equal=True
                    )
                except (CheckFailed, NotAttempted) as error:
                    message = f"the caller's own array was changed: {error}; write into a new one"
                    raise CheckFailed(message, says_all=True) from error
        return result

    def call(self, function: Any, *inputs: Any, **kwargs: Any) -> tuple[Any, tuple[Any, ...]]:
        """The result, and the inputs as they are afterwards, to see what was changed in place."""
        result, afterwards = self._line().call(function, *inputs, **kwargs)
        if type(result) is Nothing:  # else a stub would earn points for leaving its inputs alone
            raise_not_attempted(result)
        return result, afterwards

    def make(self, cls: Any, *args: Any, **kwargs: Any) -> Any:
        """Make an object where the student's code runs, for example a ``torch.nn.Linear``, to hand to that code."""
        return self._line().make(cls, *args, **kwargs)

    def isinstance(self, obj: Any, cls: Any) -> bool:
        """Whether an object, the student's or a plain value, is an instance."""
        return self._line().isinstance(obj, cls)

    def _line(self) -> Session:
        if self.session is None:
            raise InputError("no student's code to ask: decorate the check function with @checked")
        return self.session
