"""Small long works, as a notebook's cells define them, and a notebook's kernel to run them in.

Run as a program, it runs works in forks of one process, each in its own folder, and lets some be killed at their n-th checkpoint.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib
import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from small_gimbal import small_prior

from stats220.checkpoints import places, running
from stats220.files import replacing
from stats220.reference.calcium import ascend

# What a student wrote, and the lab's cells around it.
CELLS = {
    "demix": """
def update_trace(residual, footprint, denoise):
    return denoise(footprint @ residual)
def update_footprint(residual, trace):
    weights = residual @ trace
    return weights / np.linalg.norm(weights)
def update_background(residual, footprint, trace_variance, noise_std):
    trace = trace_variance / (trace_variance + noise_std**2) * (footprint @ residual)
    weights = residual @ trace
    return weights / np.linalg.norm(weights), trace
PRICE = 1.0
def denoise(trace):
    calls.append(1)
    spikes = np.maximum(trace - PRICE, 0)  # of calcium that is gone within a frame
    return Deconvolution(spikes, spikes, 0.0)
def work(**options):
    rng = np.random.default_rng(0)
    movie = rng.normal(size=(6, 5, 80)).astype(np.float32)
    bumps = rng.random((3, 6, 5)) + 0.1
    bumps /= np.linalg.norm(bumps, axis=(1, 2), keepdims=True)
    updates = Updates(update_trace, update_footprint, update_background, ascend)
    done = demix(movie, bumps, bumps[0], updates, denoise, penalty=PRICE, max_sweeps=4,
                 tolerance=0.0, progress=False, **options)
    return [getattr(done, name) for name in ("footprints", "traces", "amplitudes", "baselines", "objective")]
""",
    "training": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.num_lags = 3
        self.weight = nn.Parameter(torch.zeros(2, 3, 12))
        self.bias = nn.Parameter(torch.zeros(2))
        self.drop = nn.Dropout(0.2)  # draws from the generator that all share
    def forward(self, stimulus):
        windows = self.drop(stimulus.float().flatten(1)).unfold(0, 3, 1)
        return F.softplus(torch.einsum("tpl,nlp->tn", windows, self.weight) + self.bias)
EPSILON = 1e-6
def loss(expected, counts):
    calls.append(1)
    return (expected - counts * torch.log(expected + EPSILON)).mean()
def work(seed=0, **options):
    torch.manual_seed(5)
    rng = np.random.default_rng(1)
    train, validation = (
        Responses(rng.choice(np.array([-1, 1], np.int8), (n, 3, 4)), rng.poisson(0.5, (n, 2)))
        for n in (300, 80)
    )
    model = Model()
    history = fit_by_blocks(model, train, validation, loss, num_epochs=6, block_bins=32,
                            seed=seed, progress=False, **options)
    return [history.train_losses, history.validation_losses, *model.parameters(), torch.rand(1)]
""",
    "grid": """
def train(model, pairs, *, num_epochs, learning_rate):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for epoch in range(num_epochs):
        for i in torch.randperm(len(pairs)).tolist():
            optimizer.zero_grad()
            value = F.mse_loss(model(pairs[i][0]), pairs[i][1])
            value.backward()
            optimizer.step()
            calls.append(1)
        losses.append(value.item())
    model.eval()
    return TrainingHistory(tuple(losses), tuple(losses), (learning_rate,) * num_epochs)
def work(**options):
    torch.manual_seed(2)
    pairs = [(torch.randn(1, 4), torch.randn(1, 2)) for _ in range(6)]
    found = []
    for learning_rate in (0.01, 0.02, 0.03, 0.04):
        model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3, affine=False), nn.Linear(3, 2))
        model[1].eval()
        history = resume(train, model, pairs, num_epochs=3, learning_rate=learning_rate, **options)
        found += [history.train_losses, *model.parameters(), model.training, model[1].training]
    return found
""",
    "gimbal": """
def outlier_responsibilities(errors, inlier_std, outlier_std, probability):
    calls.append(1)
    log_odds = np.log(probability / (1 - probability)) + 2 * np.log(inlier_std / outlier_std)
    log_odds = log_odds + errors**2 / 2 * (inlier_std**-2.0 - outlier_std**-2.0)
    return 1 / (1 + np.exp(-log_odds))
def update_direction(mean, kappa, parent, child, length, variance):
    pull = kappa[..., None] * mean + (length / variance)[:, None] * (child - parent)
    strength = np.sqrt((pull**2).sum(-1))
    return pull / strength[..., None], strength
def work(**options):
    rng = np.random.default_rng(0)
    points = rng.normal(0, 30, (4, 5, 3)) + [0, 0, 50]
    cameras = np.zeros((3, 3, 4))
    for camera, turned in zip(cameras, ([0, 1, 2], [1, 2, 0], [2, 0, 1])):
        camera[[0, 1], turned[:2]] = 900
        camera[2, turned[2]], camera[2, 3] = 1, 800
    seen = np.einsum("cij,tkj->ctki", cameras[:, :, :3], points) + cameras[:, None, None, :, 3]
    seen = seen[..., :2] / seen[..., 2:] + rng.normal(0, 2, (3, 4, 5, 2))
    samples = sample_gimbal(
        small_prior(), cameras, seen, points, outlier_responsibilities=outlier_responsibilities,
        update_direction=update_direction, num_sweeps=8, num_burn=3, progress=False, **options)
    return [samples.points_3d, samples.outlier_probabilities, samples.inlier_std_px, samples.log_joint]
""",
}
HEAD = """
import numpy as np, torch, torch.nn.functional as F
from torch import nn
from stats220.checkpoints import resume
from stats220.data.responses import Responses
from stats220.data.training import TrainingHistory
from stats220.models.calcium import Deconvolution
from stats220.models.demixing import Updates, demix
from stats220.models.encoding import fit_by_blocks
from stats220.models.gimbal import sample_gimbal
"""


def notebook(name: str, *changes: tuple[str, str], **given: Any) -> dict[str, Any]:
    """The names of a notebook whose cells have run, with some of their text replaced."""
    cells = CELLS[name]
    for old, new in changes:
        assert cells.count(old) >= 1, old
        cells = cells.replace(old, new)
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    names |= {"small_prior": small_prior, "ascend": ascend, "calls": calls, **given}
    exec(compile(HEAD + cells, "<cells>", "exec", dont_inherit=True), names)
    return names


class Calls(ModuleType):
    """Counts. It passes for an installed module: a notebook's own counter would rightly keep a work from being kept."""

    def __init__(self) -> None:
        super().__init__("long_works_calls")
        self.__spec__ = ModuleSpec(self.__name__, None, origin="built-in")
        self.num = 0

    def append(self, one: int) -> None:
        """Another call."""
        self.num += one


calls = sys.modules["long_works_calls"] = Calls()


def in_a_kernel(folder: Path, replace: Callable[[Any, str, Any], None]) -> None:
    """Have checkpoints in `folder`, of works however short."""
    replace(places, "kernel_shell", lambda: object())
    replace(running, "SECONDS", 0.0)
    replace(running, "COST", 0)
    os.chdir(folder)


def plain(results: list[Any]) -> list[Any]:
    """As nested lists of exact numbers."""
    return [np.asarray(r.detach() if isinstance(r, torch.Tensor) else r).tolist() for r in results]


def killed_at(write: int, during: bool) -> Any:
    """A `store.write` that ends in SIGKILL: at its n-th file, when that is in its place or while it is being written."""
    store = running.store
    whole, count = store.write, 0

    def write_or_die(path: Path, content: object) -> None:
        nonlocal count
        count += 1
        if count == write and during:
            store.replacing = _die_before_the_end  # type: ignore[assignment]
        whole(path, content)
        if count == write:
            os.kill(os.getpid(), signal.SIGKILL)

    return write_or_die


@contextmanager
def _die_before_the_end(path: Path) -> Iterator[Path]:
    with replacing(path) as scratch:
        yield scratch
        os.kill(os.getpid(), signal.SIGKILL)


def in_a_fork(outcome: Path, work: Callable[[], Any]) -> int:
    """Run a work in a process of its own; what came out goes into a file. Its exit status, or minus the signal that ended it."""
    child = os.fork()
    if not child:
        try:
            outcome.write_text(json.dumps(work()))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run(name: str, folder: Path, kill: tuple[int, bool] | None = None) -> Any:
    """One work, as after a restart of the kernel: its results, its calls, and what it printed."""
    in_a_kernel(folder, setattr)
    if kill is not None:
        running.store.write = killed_at(*kill)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        results = plain(notebook(name)["work"]())
    return {"results": results, "calls": calls.num, "said": said.getvalue()}


def main(folder: Path) -> None:
    """Each work once without a break, and once killed at its second checkpoint, while its third is written, and ended then."""
    importlib.import_module("torch._dynamo")  # the first optimizer of each process would
    for name in CELLS:
        whole, broken = folder / name / "whole", folder / name / "broken"
        whole.mkdir(parents=True), broken.mkdir()
        steps = {
            "whole": (whole, None), "first": (broken, (2, False)), "second": (broken, (1, True)), "third": (broken, None),
        }  # fmt: skip
        for step, (place, kill) in steps.items():
            work = functools.partial(run, name, place, kill)
            status = in_a_fork(folder / f"{name}-{step}.json", work)
            (folder / f"{name}-{step}.status").write_text(str(status))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
