"""A long computation and its checkpoint: what it has so far is kept while it runs, and taken up by the next run of the same."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from stats220.checkpoints import store
from stats220.checkpoints.keys import UnsureError, digest
from stats220.checkpoints.modules import modes_of, module_state, put_module_state, tensors_of
from stats220.checkpoints.places import checkpoint_folder
from stats220.checkpoints.randomness import set_shared_states, shared_states
from stats220.checkpoints.records import from_plain, to_plain
from stats220.errors import InterruptedWork

SECONDS = 3.0  # what takes less is not worth a file
COST = 20  # times the seconds of writing, between two writings


class Checkpoint:
    """What an earlier run of a computation has kept, and where this one keeps what it has.

    Attributes
    ----------
    state : object
        What an earlier run with the same code, data, settings and versions kept last; None where there is none.
    kept : str
        How far that is, in words; empty where there is none.
    path : Path or None
        The file; None where nothing is kept.
    """

    def __init__(self, what: str, path: Path | None = None, key: str = "") -> None:
        self.what, self.path, self.state = what, path, None
        self.kept = ""
        self._key, self._frame = key, ""
        self._unchanged: Callable[[], str] | None = None
        self._begun = self._written = time.monotonic()
        self._wait = SECONDS
        self._before: dict[str, Any] = {}
        self._after: dict[str, Any] = {}

    def take_up(self) -> None:
        """Say that `state` is used, and put the shared random generators to where the earlier run had them."""
        set_shared_states(self._after)
        self.say(f"picked up at {self.kept}, from {self._shown()}; anew=True starts over")

    def keep(self, state: Callable[[], Any], where: str, *, last: bool = False) -> None:
        """Keep a state, unless the last one was kept a moment ago.

        Parameters
        ----------
        state : function without arguments
            Gives the state: numbers, text, arrays, tensors, and lists, tuples and dicts of these.
        where : str
            How far the work is, for example "epoch 5 of 8".
        last : bool
            Whether this is the end: then it is kept, however long ago the last one was.
        """
        now = time.monotonic()
        since = self._begun if last else self._written
        if (
            self.path is None
            or self._unchanged is None
            or now - since < (SECONDS if last else self._wait)
        ):
            return
        try:
            if self._unchanged() != self._frame:
                raise UnsureError("it changes something else than what it returns")
            moved = _moved(self._before, shared_states())
            store.write(
                self.path, {"key": self._key, "where": where, "random": moved, "state": state()}
            )
        except (UnsureError, store.CheckpointError, MemoryError) as error:
            self.say(f"no checkpoint, {error}; this goes on without")
            self.path = None
            return
        self.kept = where
        self._written = time.monotonic()
        self._wait = max(SECONDS, COST * (self._written - now))

    def say(self, text: str) -> None:
        """One line under the cell."""
        print(f"{self.what}: {text}.")

    def interrupted(self) -> InterruptedWork:
        """What to raise where a person stopped the work."""
        if self.kept:
            return InterruptedWork(
                f"{self.what}, kept at {self.kept}. Run the cell again, and it goes on from there."
            )
        return InterruptedWork(f"{self.what}. Run the cell again, and it starts over.")

    def _open(self, unchanged: Callable[[], str], frame: str, *, anew: bool) -> None:
        """Look for what an earlier run kept."""
        self._unchanged, self._frame = unchanged, frame
        self._before = shared_states()
        if self.path is None or anew:
            return
        try:
            content = store.read(self.path)
        except store.CheckpointError as error:
            self.say(f"{error}, so this starts over")
            return
        if content is None:
            return
        if not isinstance(content, dict) or content.get("key") != self._key:
            self.say(f"{self.path.name} is of another work, so this starts over")
            return
        # The work drew from generators that all share: the same again comes only from the same beginning.
        if any(
            digest(self._before.get(name)) != digest(was)
            for name, (was, _) in content["random"].items()
        ):
            self.say("it draws random numbers, and others than last time, so this starts over")
            return
        self._after = {name: state for name, (_, state) in content["random"].items()}
        self.state, self.kept = content["state"], content["where"]

    def _shown(self) -> str:
        path = self.path or Path()
        return os.path.join(path.parent.name, path.name)


@contextmanager
def checkpoint(
    what: str, *parts: Any, model: Any = None, locked: Any = None, anew: bool = False
) -> Iterator[Checkpoint]:
    """Run a block whose work can be taken up where it was.

    Nothing is kept outside of a notebook's kernel, at grading, or where the parts are of a kind of which one cannot tell whether they
    changed; one line says so in a notebook. An interrupt in the block becomes one line.

    Parameters
    ----------
    what : str
        The work, in a word or two.
    *parts
        All that its outcome hangs on: functions, data, settings, seeds. The block may not change them.
    model : nn.Module, optional
        That the block trains: its parameters, buffers and mode, from which it starts, may change.
    locked : object, optional
        Another part, which nothing can change meanwhile: large data that are looked at only once.
    anew : bool
        Whether to start over, whatever an earlier run kept.

    Yields
    ------
    Checkpoint

    Raises
    ------
    InterruptedWork
        A KeyboardInterrupt, whose traceback is one line.

    Examples
    --------
    >>> with checkpoint("counting", step, model=None) as saved:  # doctest: +SKIP
    ...     total = saved.state or 0
    ...     for i in range(total, 100):
    ...         total += step(i)
    ...         saved.keep(lambda: total, f"{i + 1} of 100")
    """
    saved = _prepare(what, parts, model, locked, anew)
    try:
        yield saved
    except InterruptedWork:  # of work inside this one, which says it better
        raise
    except KeyboardInterrupt:
        raise saved.interrupted() from None


def _prepare(what: str, parts: tuple[Any, ...], model: Any, locked: Any, anew: bool) -> Checkpoint:
    try:
        folder = checkpoint_folder()
    except OSError as error:  # the working folder is gone
        saved = Checkpoint(what)
        saved.say(f"no checkpoint, the notebook's folder cannot be found ({error.strerror})")
        return saved
    if folder is None:
        return Checkpoint(what)
    models = [] if model is None else [model]

    def unchanged() -> str:
        return digest(model, parts, bare=models)

    try:
        frame = unchanged()
        start = [(name, digest(tensor)) for name, tensor in tensors_of(model).items()]
        key = digest(frame, start, modes_of(model), locked)
    except UnsureError as error:
        saved = Checkpoint(what)
        saved.say(f"no checkpoint, {error}")
        return saved
    name = re.sub(r"\W+", "-", what.lower()).strip("-")
    saved = Checkpoint(what, folder / f"{name}-{key[:12]}{store.SUFFIX}", key)
    saved._open(unchanged, frame, anew=anew)
    return saved


def resume(
    work: Callable[..., Any], *args: Any, anew: bool = False, named: str = "", **options: Any
) -> Any:
    """The result of ``work(*args, **options)``: that of an earlier run, where code, data and settings are the same.

    Parameters
    ----------
    work : function
        Changes nothing but its first argument, where that is a module: the numbers in its parameters and buffers, and its mode.
        Gradients are not kept, nor what it prints or draws.
    *args, **options
        As `work` takes them.
    anew : bool
        Whether to run it again in any case.
    named : str
        What to call it in messages; by default the function's name.

    Returns
    -------
    object
        What `work` returns: numbers, text, arrays, tensors, collections of these, or one of this library's dataclasses and named
        tuples of these. What is of another kind is returned and not kept.

    Raises
    ------
    InterruptedWork
        A KeyboardInterrupt, whose traceback is one line.

    Examples
    --------
    >>> history = resume(train, model, train_data, validation_data, loss, num_epochs=200)  # doctest: +SKIP
    """
    model = args[0] if args and isinstance(args[0], torch.nn.Module) else None
    with checkpoint(named or work.__name__, work, args, options, model=model, anew=anew) as saved:
        if saved.state is not None:
            put_module_state(model, saved.state["model"])
            saved.take_up()
            return from_plain(saved.state["result"])
        start = _digests(model) if saved.path else {}
        result = work(*args, **options)

        def state() -> dict[str, Any]:
            now = _digests(model)  # a backbone that is frozen is no part of the result
            model_state = module_state(model, lambda name, tensor: now[name] != start[name])
            return {"result": to_plain(result), "model": model_state}

        saved.keep(state, "the end", last=True)
        return result


def _digests(model: torch.nn.Module | None) -> dict[str, str]:
    """Of each of a module's tensors."""
    return {name: digest(tensor.detach()) for name, tensor in tensors_of(model).items()}


def _moved(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The shared generators that have drawn: their states before and now."""
    return {
        name: (before.get(name), state)
        for name, state in now.items()
        if digest(before.get(name)) != digest(state)
    }
