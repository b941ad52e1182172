"""Five exercises, their checks, and what students hand in for them: right, wrong in the usual ways, and cheating."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from stats220.checks import Checks, checked


def rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@checked
def loss(loss: Any) -> Checks:
    checks = Checks("loss")
    a = torch.randn(2, 3, 5, generator=rng(0))
    y = (torch.rand(a.shape, generator=rng(1)) < 0.3).float()
    expected = F.binary_cross_entropy_with_logits(a, y)
    with checks(2, "equals the cross entropy", hint="Mind the sign."):
        checks.close(loss(a, y), expected, atol=1e-5, rtol=1e-4)
    with checks(1, "stays finite"):
        checks.close(
            loss(torch.tensor([1000.0, -1000.0]), torch.tensor([0.0, 0.0])), 500, atol=1e-3
        )
    with checks(1, "has gradients"):
        gradient, _ = checks.gradients(loss, a, y)
        checks.close(gradient, (torch.sigmoid(a) - y) / a.numel(), atol=1e-6, rtol=1e-3)
    with checks(1, "leaves its inputs alone"):
        result, (a_afterwards, y_afterwards) = checks.call(loss, a, y)
        checks.close(result, expected, atol=1e-5, rtol=1e-4)
        checks.equal(a_afterwards, a, name="logits")
        checks.equal(y_afterwards, y, name="targets")
    with checks(1, "refuses shapes that differ"):
        checks.raises(ValueError, loss, torch.zeros(2, 3), torch.zeros(4, 5))
    with checks(1, "keeps the dtype"):
        checks.dtype(loss(a.double(), y.double()), torch.float64)
    return checks


@checked
def peaks(peaks: Any) -> Checks:
    checks = Checks("peaks")
    maps = torch.zeros(2, 10, 12)
    maps[0, 3, 4], maps[1, 9, 0] = 1, 0.5
    with checks(2, "finds the peak of each map"):
        rows, columns, heights = peaks(maps)
        checks.equal(rows, [3, 9], name="rows")
        checks.equal(columns, [4, 0], name="columns")
        checks.close(heights, [1, 0.5], atol=1e-6, name="heights")
    with checks(1, "takes arrays"):
        checks.equal(peaks(maps.numpy())[0], [3, 9], name="rows")
    return checks


@checked
def Tracker(Tracker: Any) -> Checks:  # noqa: N802
    checks = Checks("Tracker")
    image = torch.rand(3, 20, 24, generator=rng(5))
    with checks(2, "gives one map a key point"):
        checks.seed(0)
        model = Tracker(num_keypoints=4, size=5)
        checks.shape(model(image), (4, 20, 24))
    with checks(1, "is a module with the right number of parameters"):
        checks.that(checks.isinstance(model, torch.nn.Module), "no nn.Module")
        checks.equal(sum(p.numel() for p in model.parameters()), 4 * 3 * 25 + 4)
    with checks(1, "is the convolution with its weights"):
        checks.equal(model.conv.kernel_size, (5, 5))
        state = model.conv.state_dict()
        expected = F.conv2d(image[None], state["weight"], state["bias"], padding=2)[0]
        checks.close(model(image), expected, atol=1e-4)
    with checks(1, "takes a state"):
        model.load_state_dict({k: torch.ones_like(v) for k, v in model.state_dict().items()})
        checks.close(model(image)[0, 10, 10], image[:, 8:13, 8:13].sum() + 1, atol=1e-2)
    with checks(1, "learns"):
        gradients = checks.gradients(model, image, parameters=model)
        checks.equal(sorted(gradients), ["conv.bias", "conv.weight"])
        checks.close(gradients["conv.bias"], torch.full((4,), 480.0), atol=1e-2)
    with checks(1, "prints its layers"):
        checks.that("Conv2d" in str(model), "no convolution in its text")
    return checks


@checked
def train(train: Any) -> Checks:
    checks = Checks("train")
    x = torch.randn(8, 3, generator=rng(7))
    y = x @ torch.tensor([[1.0], [-2.0], [0.5]])
    with checks(2, "reduces the loss"):
        checks.seed(0)
        model = checks.make(torch.nn.Linear, 3, 1)
        before = model.state_dict()["weight"]
        history = train(model, x, y, F.mse_loss, num_epochs=6)
        checks.equal(len(history.losses), 6)
        checks.that(
            float(history.losses[-1]) < 0.9 * float(history.losses[0]), "no lower at the end"
        )
    with checks(1, "changes the model that it was given"):
        moved = (model.state_dict()["weight"] - before).abs().max()
        checks.that(moved > 1e-3, "its weights are what they were")
    with checks(1, "unpacks"):
        losses, rate = history
        checks.equal(rate, 0.1)
        checks.that(len(losses) == len(history.losses), "not the losses")
    return checks


@checked
def plot(plot: Any) -> Checks:
    checks = Checks("plot")
    with checks(1, "labels its axis"):
        ax = plot(np.array([[1.0, 2.0], [3.0, 4.0]]))
        checks.that("pixel" in ax.get_xlabel(), "no unit")
        checks.equal(len(ax.collections), 1)
    return checks


CHECKS = {check.__name__: check for check in (loss, peaks, Tracker, train, plot)}

SETUP = """\
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F, matplotlib.pyplot as plt
from dataclasses import dataclass
from typing import NamedTuple
"""
GOOD = {
    "loss": """\
def loss(a, y):
    if a.shape != y.shape: raise ValueError('shapes differ')
    return torch.mean(torch.clamp(a, min=0) - a * y + torch.log1p(torch.exp(-a.abs())))""",
    "peaks": """\
def peaks(maps):
    maps = torch.as_tensor(maps)
    heights, index = maps.reshape(len(maps), -1).max(1)
    return index // maps.shape[2], index % maps.shape[2], heights""",
    "Tracker": """\
class Tracker(nn.Module):
    def __init__(self, num_keypoints, size):
        super().__init__()
        self.conv = nn.Conv2d(3, num_keypoints, size, padding=size // 2)
    def forward(self, image):
        return self.conv(image[None])[0]""",
    "train": """\
@dataclass(frozen=True)
class History:
    losses: list
    rate: float
def train(model, x, y, loss, num_epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for epoch in range(num_epochs):
        optimizer.zero_grad()
        l = loss(model(x), y)
        l.backward()
        optimizer.step()
        losses.append(l.item())
        print('epoch', epoch, l)
    return History(losses, 0.1)""",
    "plot": """\
def plot(xy):
    fig, ax = plt.subplots()
    ax.scatter(*xy.T)
    ax.set_xlabel('x (pixels)')
    return ax""",
}
FULL = {"loss": 7, "peaks": 3, "Tracker": 7, "train": 4, "plot": 1}


@dataclass(frozen=True)
class Variant:
    """What one student does.

    Attributes
    ----------
    cells : dict
        Exercise to source.
    points : dict
        Exercise to the points it must get.
    patches : bool
        Whether it changes installed packages: then it is not looped back here, in the tests' own process.
    statuses : dict
        Exercise to the one status that all its blocks must have, where there is one.
    """

    cells: dict[str, str]
    points: dict[str, int]
    patches: bool = False
    statuses: dict[str, str] = field(default_factory=dict)


def changed(exercise: str, old: str, new: str) -> dict[str, str]:
    assert old in GOOD[exercise]
    return {exercise: GOOD[exercise].replace(old, new)}


LIAR = """\
class Liar:
    ndim, dtype, shape = 0, torch.float64, ()
    def __init__(self, *args, **kwargs): pass
    def __call__(self, *args, **kwargs): return self
    def __getattr__(self, name):
        if name.startswith('__'): raise AttributeError(name)
        return self
    def __eq__(self, other): return True
    __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __eq__
    __hash__ = None
    def __bool__(self): return True
    def __float__(self): return 0.0
    def __len__(self): return 3
    def __iter__(self): return iter([self, self, self])
    def __getitem__(self, key): return self
    def __array__(self, *args, **kwargs): return np.zeros(())
    @classmethod
    def __torch_function__(cls, *args, **kwargs): return torch.tensor(True)
"""
PATCHES = """\
import sys, numpy.testing, torch.testing
yes = lambda *args, **kwargs: True
torch.testing.assert_close = numpy.testing.assert_allclose = yes
torch.equal = torch.allclose = np.allclose = np.array_equal = yes
np.abs = np.absolute = lambda x: np.zeros(np.shape(x))
torch.isfinite = lambda x: torch.ones_like(x, dtype=bool)
torch.Tensor.__eq__ = torch.Tensor.__lt__ = torch.Tensor.__gt__ = yes
import stats220.checks
from stats220.checks import compare, forms, recorder
compare.close = compare.equal = forms.truth = yes
recorder.Checks.points = stats220.checks.Checks.max_points = property(lambda self: 1000)
def loss(a, y): return torch.tensor(0.0)
def peaks(maps): return 0, 0, 0
"""
NOTHING = dict.fromkeys(CHECKS, 0)

VARIANTS = {
    "good": Variant(GOOD, FULL),
    "namedtuple": Variant(
        changed("train", "@dataclass(frozen=True)\nclass History:", "class History(NamedTuple):"),
        {"train": 4},
    ),
    "losses with a graph": Variant(changed("train", "l.item()", "l"), {"train": 4}),
    "losses in an array": Variant(
        changed("train", "History(losses", "History(np.array(losses)"), {"train": 4}
    ),
    "trains a copy": Variant(
        changed(
            "train",
            "    optimizer =",
            "    import copy; model = copy.deepcopy(model)\n    optimizer =",
        ),
        {"train": 3},
    ),
    "overflows": Variant(
        {
            "loss": "def loss(a, y):\n    p = a.exp() / (1 + a.exp())\n    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()"
        },
        {"loss": 5},
    ),
    "changes its input": Variant(
        {
            "loss": GOOD["loss"].replace("    return", "    l =")
            + "\n    a.data.zero_()\n    return l"
        },
        {"loss": 5},
    ),
    "leaves torch": Variant(
        {"loss": GOOD["loss"] + ".detach().numpy()"},
        {"loss": 6},
    ),
    "returns a number": Variant({"loss": GOOD["loss"] + ".item()"}, {"loss": 5}),
    "returns a list": Variant(
        changed(
            "peaks",
            "return index // maps.shape[2], index % maps.shape[2], heights",
            "return [index // maps.shape[2], index % maps.shape[2], heights]",
        ),
        {"peaks": 3},
    ),
    "yields": Variant(
        changed("peaks", "    return index", "    yield heights\n    return index"), {"peaks": 0}
    ),
    "counts for ever": Variant(
        {"peaks": "import itertools\ndef peaks(maps): return itertools.count()"}, {"peaks": 0}
    ),
    "returns itself": Variant(
        {"peaks": "def peaks(maps):\n    l = []\n    l.append(l)\n    return l"}, {"peaks": 0}
    ),
    "returns too much": Variant(
        {"peaks": "def peaks(maps): return torch.zeros(1).expand(3, 10**12)"}, {"peaks": 0}
    ),
    "returns odd text": Variant(
        {"peaks": "def peaks(maps): return '\\ud800', 10**6000, {3: object()}"}, {"peaks": 0}
    ),
    "a tensor of its own class": Variant(
        {
            "loss": "class T(torch.Tensor): pass\n"
            + GOOD["loss"].replace("return ", "return (").rstrip()
            + ").as_subclass(T)"
        },
        {"loss": 7},
    ),
    "no module": Variant(
        {
            "Tracker": "class Tracker:\n    def __init__(self, num_keypoints, size):\n        self.conv = nn.Conv2d(3, num_keypoints, size, padding=size // 2)\n    def __call__(self, image): return self.conv(image)\n    def __getattr__(self, name): return getattr(self.conv, name)"
        },
        {"Tracker": 4},
    ),
    "no super().__init__()": Variant(
        changed("Tracker", "        super().__init__()\n", ""), {"Tracker": 0}
    ),
    "no padding": Variant(changed("Tracker", ", padding=size // 2", ""), {"Tracker": 2}),
    "interrupts": Variant(
        {
            "loss": "def loss(a, y): raise KeyboardInterrupt('stop')",
            "peaks": "import sys\ndef peaks(maps): sys.exit(0)",
            "plot": "def plot(xy): raise GeneratorExit",
        },
        {"loss": 0, "peaks": 0, "plot": 0},
    ),
    "recursion": Variant({"loss": "def loss(a, y): return loss(a, y)"}, {"loss": 0}),
    "odd classes": Variant(
        {
            "loss": "class Odd(type):\n    @property\n    def __name__(cls): raise SystemExit\n"
            "class E(Exception, metaclass=Odd): pass\ndef loss(a, y): raise E",
            "peaks": "class O(metaclass=Odd): pass\ndef peaks(maps): return O()",
            "plot": "def plot(xy): return type('a\\n\\x1b\\ud800b', (), {'get_xlabel': None})()",
            "train": "class Sub(np.ndarray):\n    @property\n    def dtype(self): raise KeyboardInterrupt\n"
            "def train(*args, **kwargs): return np.zeros(2).view(Sub)",
        },
        {"loss": 0, "peaks": 0, "plot": 0, "train": 0},
    ),
    "huge message": Variant(
        {
            "loss": "class MyError(Exception):\n    def __str__(self): return 'x' * 10**7\ndef loss(a, y): raise MyError()",
            "peaks": "class Bad(ValueError):\n    def __str__(self): raise KeyboardInterrupt\ndef peaks(maps): raise Bad()",
            "plot": "def plot(xy): raise type('N' * 10**6, (ValueError,), {})('\\ud800' * 10**4)",
        },
        {"loss": 0, "peaks": 0, "plot": 0},
    ),
    "warns and prints": Variant(
        {
            "loss": "import logging, sys, warnings\n"
            + GOOD["loss"].replace(
                "    return",
                "    warnings.warn('careful'); logging.warning('so'); print('x' * 10**6, file=sys.stderr); print('y')\n    return",
            )
        },
        {"loss": 7},
    ),
    "stubs that raise": Variant(
        {
            "loss": "def loss(a, y):\n    raise NotImplementedError('loss')",
            "Tracker": "class Tracker(nn.Module):\n    def __init__(self, num_keypoints, size):\n        super().__init__()\n        raise NotImplementedError('Tracker.__init__')\n    def forward(self, image):\n        raise NotImplementedError('Tracker.forward')",
        },
        {"loss": 0, "Tracker": 0},
        statuses={"loss": "not attempted", "Tracker": "not attempted"},
    ),
    "stubs of dots": Variant(
        {
            "loss": "def loss(a, y):\n    total = ...\n    return total.mean()",
            "peaks": "def peaks(maps):\n    rows = ...\n    columns = ...\n    return rows, columns, maps",
            "Tracker": "class Tracker(nn.Module):\n    def __init__(self, num_keypoints, size):\n        super().__init__()\n        self.conv = ...\n    def forward(self, image):\n        return self.conv(image)",
            "train": "def train(*args, **kwargs):\n    ...",
            "plot": "plot = ...",
        },
        NOTHING,
        statuses=dict.fromkeys(CHECKS, "not attempted"),
    ),
    "lies": Variant(
        {
            "loss": LIAR + "def loss(a, y): return Liar()",
            "peaks": "peaks = Liar()",
            "Tracker": "Tracker = Liar",
            "train": "train = Liar()",
            "plot": "plot = Liar()",
        },
        NOTHING,
    ),
    "a lying tuple": Variant(
        {
            "peaks": "class L(tuple):\n    def __eq__(self, o): return True\n    def __iter__(self): return iter([self, self, self])\n    def tolist(self): return self\ndef peaks(maps): return L()"
        },
        {"peaks": 0},
    ),
    "patches packages": Variant(
        {"loss": PATCHES, "peaks": "pass"}, {"loss": 0, "peaks": 0}, patches=True
    ),
}
