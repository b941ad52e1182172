"""A movie and its spike counts where the model is, in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

Loss = Callable[[Tensor, Tensor], Tensor]
CHUNK = 4096  # bins that are predicted at a time


class Shown(Protocol):
    """A movie and its responses: `stats220.data.encoding.Responses`, or anything with these two."""

    @property
    def stimulus(self) -> Any:
        """(num_frames, height, width)."""

    @property
    def spike_counts(self) -> Any:
        """(num_frames, num_neurons)."""


class Resident:
    """A movie and its counts on the model's device; bins are numbered from the first with a full past."""

    def __init__(
        self, model: Any, stimulus: Any, spike_counts: Any, uses_counts: bool = True
    ) -> None:
        self.model = model
        self.before = model.num_lags - 1
        self.device = next(model.parameters()).device
        # A movie that is read from its file in slices stays there.
        whole = isinstance(stimulus, np.ndarray | Tensor)
        self.stimulus = torch.as_tensor(stimulus).to(self.device) if whole else stimulus
        self.spike_counts: Tensor | None = None
        if spike_counts is not None:
            self.spike_counts = torch.as_tensor(spike_counts).float().to(self.device)
        self.uses_counts = uses_counts and spike_counts is not None
        self.num_bins = len(stimulus) - self.before

    def expected(self, start: int, stop: int) -> Tensor:
        """What the model expects in these bins."""
        frames = torch.as_tensor(self.stimulus[start : stop + self.before]).to(self.device)
        if self.uses_counts and self.spike_counts is not None:
            return self.model(frames, self.spike_counts[start : stop + self.before])  # type: ignore[no-any-return]
        return self.model(frames)  # type: ignore[no-any-return]

    def counts(self, start: int, stop: int) -> Tensor:
        """What fell in them."""
        return self.spike_counts[start + self.before : stop + self.before]  # type: ignore[index]

    def chunks(self, size: int) -> Iterator[tuple[int, int]]:
        """All bins, in runs of `size`."""
        for start in range(0, self.num_bins, size):
            yield start, min(start + size, self.num_bins)
