"""Checks that earn points: each a with-block with points, a name, and a hint that names the misconception."""

from __future__ import annotations

from typing import Any

from stats220.checks import compare, display
from stats220.checks.block import Block, one_line
from stats220.checks.failures import CheckFailed, StudentError
from stats220.checks.proxy import Nothing, raise_not_attempted
from stats220.checks.results import CheckResult
from stats220.checks.session import Session, active_session
from stats220.errors import InputError

__all__ = ["CheckResult", "Checks"]


class Checks:
    """The checks of one exercise.

    Call the student's code inside blocks only::

        checks = Checks("bernoulli_loss", hidden_points=2)
        with checks(2, "is a scalar", hint="Take the mean over all pixels."):
            checks.shape(bernoulli_loss(logits, targets), ())

    Its ``repr`` is the bare number of points, which nbgrader reads as partial credit.

    Parameters
    ----------
    exercise
        Name of the exercise.
    hidden_points
        Points that other checks give at grading.
    hidden
        Whether these are such checks: their messages tell the type of an exception and the student's own line, no values.
    """

    def __init__(self, exercise: str, *, hidden_points: int = 0, hidden: bool = False) -> None:
        self.exercise = exercise
        self.hidden_points = hidden_points
        self.hidden = hidden
        self.results: list[CheckResult] = []
        self.session: Session | None = active_session.get()
        self.heard = False  # whether the student's code has answered anything yet

    def __call__(self, points: int, what: str, hint: str = "") -> Block:
        """A block that is worth `points`."""
        return Block(self, points, what, hint)

    @property
    def points(self) -> float:
        """Points earned."""
        return sum(result.points for result in self.results)

    @property
    def max_points(self) -> float:
        """Points to be had in the blocks that ran."""
        return sum(result.max_points for result in self.results)

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
        self, actual: Any, expected: Any, *, atol: float, rtol: float = 0.0, name: str = "result"
    ) -> None:
        """Fail unless the numbers agree; see `stats220.checks.compare.close`."""
        compare.close(actual, expected, atol=atol, rtol=rtol, name=name)

    def equal(self, actual: Any, expected: Any, *, name: str = "result") -> None:
        """Fail unless both are exactly equal; see `stats220.checks.compare.equal`."""
        compare.equal(actual, expected, name=name)

    def shape(self, actual: Any, shape: tuple[int, ...], *, name: str = "result") -> None:
        """Fail unless it is an array or tensor of that shape."""
        compare.shape(actual, shape, name=name)

    def dtype(self, actual: Any, dtype: Any, *, name: str = "result") -> None:
        """Fail unless it is an array or tensor of that dtype, torch's, NumPy's or its name."""
        compare.dtype(actual, dtype, name=name)

    def that(self, condition: Any, message: str) -> None:
        """Fail with that message unless the condition, one truth value, holds."""
        compare.truth(condition, message)

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
        returned = compare.describe(result)
        raise CheckFailed(f"expected {expected}, but nothing was raised: {returned} came back")

    # Services.

    def seed(self, seed: int) -> None:
        """Seed Python's, NumPy's and torch's generators for the student's code."""
        self._line().seed(seed)

    def gradients(self, function: Any, *inputs: Any, parameters: Any = None) -> Any:
        """Gradients of the summed result by its inputs or by a module's parameters; see `Session.gradients`."""
        return self._line().gradients(function, *inputs, parameters=parameters)

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
