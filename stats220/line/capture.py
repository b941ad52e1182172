"""Keep what code prints, warns and logs, so that it neither shows nor costs points."""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import sys
import warnings
from collections.abc import Iterator

MAX_TEXT = 20_000


class BoundedText(io.TextIOBase):
    """A text stream that keeps the first `MAX_TEXT` characters and drops the rest."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._left = MAX_TEXT

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Take the text, as far as there is room."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._left > 0:
            self._parts.append(text[: self._left])
            self._left -= len(text)
        return len(text)

    @property
    def text(self) -> str:
        """What has been kept; characters that cannot be encoded are replaced."""
        return "".join(self._parts).encode("utf-8", "replace").decode("utf-8")


@contextlib.contextmanager
def captured(*, warnings_too: bool = True) -> Iterator[BoundedText]:
    """Collect stdout, stderr and logging in the block, and warnings, which in it are never errors."""
    out = BoundedText()
    handlers = [
        handler for handler in _stream_handlers() if handler.stream in (sys.stdout, sys.stderr)
    ]
    streams = [handler.stream for handler in handlers]
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(out))
        if warnings_too:
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("default")
            warnings.showwarning = functools.partial(_write_warning, out)
        for handler in handlers:
            handler.setStream(out)
        try:
            yield out
        finally:
            for handler, stream in zip(handlers, streams, strict=True):
                handler.setStream(stream)


def _write_warning(
    out: io.TextIOBase,
    message: Warning | str,
    category: type[Warning],
    *where: object,
    **more: object,
) -> None:
    """In one line: where it came from is a file that no student has."""
    out.write(f"{category.__name__}: {message}\n")


def no_display() -> contextlib.AbstractContextManager[object]:
    """Keep what is shown with ``IPython.display`` in the block, figures and progress bars, from showing."""
    if "IPython" not in sys.modules:
        return contextlib.nullcontext()
    from IPython.utils.capture import capture_output

    return capture_output(stdout=False, stderr=False, display=True)


def _stream_handlers() -> list[logging.StreamHandler[io.TextIOBase]]:
    # Where each handler notes itself when it is made. There are hundreds of loggers, and this is asked at every request.
    handlers = [reference() for reference in logging._handlerList]  # type: ignore[attr-defined]
    # Not a subclass with a stream of its own making, such as lastResort or a file.
    return [handler for handler in handlers if type(handler) is logging.StreamHandler]
