"""Gradients that must reach parameters: models that learn pass in every style, those that do not fail, whatever they claim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from boundary import remote
from torch import nn

from stats220.checks import CheckResult, Checks
from stats220.line.operations import Operations
from stats220.line.session import Loopback

NAMES = ("template.weight", "template.bias", "gain")


def run(body: Callable[[Checks, Any], None], student: Any, seed: int = 0) -> CheckResult:
    session = Loopback()
    session.checks_seed = seed
    with session.activate():
        checks = Checks("exercise")
        proxy = session.put(student)
        with checks(1, "learns", hint="so"):
            body(checks, proxy)
    return checks.results[0]


class Tracker(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.template = nn.Conv2d(1, 2, 3, padding=1)
        self.gain = nn.Parameter(torch.tensor(1.5))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.gain * torch.tanh(self.template(image[None]))[0]


class Functional(Tracker):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        maps = F.conv2d(image, self.template.weight, self.template.bias, padding="same")
        return maps.tanh().mul(self.gain)


class WithDropout(Tracker):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return F.dropout(super().forward(image), 0.3)


class Double(Tracker):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return super().forward(image).double()


class NoGrad(Tracker):
    @torch.no_grad()
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return super().forward(image)


class ThroughNumpy(Tracker):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(super().forward(image).detach().numpy())


class WeightData(Tracker):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        maps = F.conv2d(image, self.template.weight.data, self.template.bias, padding=1)
        return self.gain * maps.tanh()


class HalfCut(Tracker):
    """What one key point's map adds is cut off."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        maps = super().forward(image)
        return torch.stack([maps[0], maps[1].detach()])


class Frozen(Tracker):
    def __init__(self) -> None:
        super().__init__()
        self.gain.requires_grad_(False)


class NoParameter(Tracker):
    def __init__(self) -> None:
        super().__init__()
        del self.gain
        self.gain = torch.tensor(1.5, requires_grad=True)


class IgnoresBias(Tracker):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.gain * F.conv2d(image, self.template.weight, padding=1).tanh()


def body(checks: Checks, cls: Any) -> None:
    image = torch.tensor(checks.rng.normal(size=(1, 6, 7)), dtype=torch.float32)
    checks.learns(cls(), image, parameters=NAMES)


@pytest.mark.parametrize("cls", [Tracker, Functional, WithDropout, Double])
def test_models_that_learn_pass_with_every_seed(cls: Any) -> None:
    for seed in range(4):
        result = run(body, cls, seed)
        assert (result.status, result.message) == ("passed", "")


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (NoGrad, "no gradient: the result is cut off from its inputs"),
        (ThroughNumpy, "no gradient: the result is cut off"),
        (WeightData, "no gradient reaches `template.weight`: the way"),
        (HalfCut, "the gradient of `template."),
        (Frozen, "no parameter `gain` learns: the model has `template.weight`, `template.bias`"),
        (NoParameter, "no parameter `gain` learns: the model has"),
        (IgnoresBias, "no gradient reaches `template.bias`"),
        (nn.Identity, "no parameter `template.weight` learns: the model has none at all"),
        (lambda: lambda image: None, "no gradient"),
    ],
)
def test_models_that_do_not_learn_fail_and_say_why(cls: Any, message: str) -> None:
    for seed in range(3):
        result = run(body, cls, seed)
        assert result.status in ("failed", "not attempted")
        if result.status == "failed":
            assert result.message.startswith(message)
            assert result.hint == "so"


def forge(how: str) -> Callable[..., Any]:
    def gradients(self: Operations, function: Any, args: Any, parameters: Any, weights: Any) -> Any:
        named = dict(parameters.named_parameters())
        if how == "right for the plain sum":
            whole = Tracker()
            whole.load_state_dict(parameters.state_dict())
            total = whole(*args).sum()
            return dict(
                zip(named, torch.autograd.grad(total, list(whole.parameters())), strict=True)
            )
        made = {
            "ones": torch.ones_like,
            "zeros": torch.zeros_like,
            "noise": torch.randn_like,
            "the weights": lambda p: p,
            "huge": lambda p: p * 1e30,
            "NaN": lambda p: p * torch.nan,
            "infinite": lambda p: torch.full_like(p, torch.inf),
            "another shape": lambda p: torch.ones(3),
            "a large shape": lambda p: torch.ones(1).expand(10**7),
            "text": lambda p: "gradient",
            "none": lambda p: None,
        }[how]
        return {name: made(p.detach()) for name, p in named.items()}

    return gradients


@pytest.mark.parametrize(
    "how",
    [
        *("ones", "zeros", "noise", "the weights", "huge", "NaN", "infinite", "another shape"),
        *("a large shape", "text", "none", "right for the plain sum"),
    ],
)
def test_a_forged_service_is_no_witness(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Operations, "op_gradients", forge(how))
    for seed in range(3):
        assert run(body, NoGrad, seed).status == "failed"


def test_a_forged_service_is_no_witness_at_grading_either() -> None:
    with remote() as session:
        session.run_cell(
            "import torch\n"
            "from torch import nn\n"
            "from stats220.line.operations import Operations\n"
            "Operations.op_gradients = lambda self, f, args, model, weights: {\n"
            "    name: torch.ones_like(p) for name, p in model.named_parameters()}\n"
            "class Tracker(nn.Linear):\n"
            "    def forward(self, x):\n"
            "        return super().forward(x).detach()\n"
        )
        session.checks_seed = 7
        with session.activate():
            checks = Checks("Tracker")
            with checks(1, "learns"):
                model = session.get("Tracker")(3, 2)
                checks.learns(model, torch.ones(3), parameters=["weight", "bias"])
    assert checks.results[0].status == "failed"
    assert "is not that of the output" in checks.results[0].message


def test_the_model_is_left_as_it_was() -> None:
    def looks(checks: Checks, cls: Any) -> None:
        model = cls()
        before = model.state_dict()
        checks.learns(model, torch.ones(1, 4, 5), parameters=NAMES)
        checks.equal(dict(model.state_dict()), dict(before))

    assert run(looks, Tracker).status == "passed"


def test_a_loss_of_the_model_may_be_differentiated() -> None:
    class Model(nn.Linear):
        def loss(self, x: torch.Tensor) -> torch.Tensor:
            return (self(x) ** 2).mean()

        def cut(self, x: torch.Tensor) -> Any:
            return (self(x) ** 2).mean().item()

    def of(name: str) -> Callable[[Checks, Any], None]:
        def looks(checks: Checks, cls: Any) -> None:
            model = cls(4, 3)
            x = torch.tensor(checks.rng.normal(size=4), dtype=torch.float32)
            checks.learns(model, x, parameters=["weight", "bias"], function=getattr(model, name))

        return looks

    assert run(of("loss"), Model).status == "passed"
    result = run(of("cut"), Model)
    assert (result.status, result.message[:13]) == ("failed", "the output is")


def test_a_result_without_a_graph_is_a_failure_with_its_hint_and_no_exception() -> None:
    def looks(checks: Checks, f: Any) -> None:
        x = torch.tensor(checks.rng.normal(size=4))
        checks.close(checks.gradients(f, x)[0], 2 * x, atol=1e-6, name="gradient")

    assert run(looks, lambda x: x**2).status == "passed"
    for student in (lambda x: (x**2).detach(), lambda x: float((x**2).sum())):
        result = run(looks, student)
        assert (result.status, result.hint) == ("failed", "so")
        assert result.message.startswith("no gradient: ")
    raises = run(looks, lambda x: x.nope)
    assert (raises.status, raises.hint) == ("failed", "")


@pytest.mark.parametrize(
    ("student", "number"),
    [
        (lambda x, n: x + n[0], 0),
        (lambda x, n: x.clone().add_(n[0]), 0),
        (lambda x, n: x.add_(n[0]), 1),
        (lambda x, n: x.resize_(3), 1),
        (lambda x, n: x.nan_to_num_(), 1),
        (lambda x, n: n.append(1) or x, 2),
        (lambda x, n: n.__setitem__(0, None) or x, 2),
        (lambda x, n: n.clear() or x, 2),
    ],
)
def test_arguments_that_may_not_change(student: Any, number: int) -> None:
    def looks(checks: Checks, f: Any) -> None:
        x = torch.tensor([1.0, 2.0, float("nan"), 4.0])
        result = checks.unchanged(f, x, [3.0], F.relu, "text", None)
        checks.that(type(result) is torch.Tensor, "the result comes back")

    result = run(looks, lambda x, n, *others: student(x, n))
    if number:
        where = f"the caller's own array was changed: argument {number}, afterwards,"
        assert (result.status, result.message[: len(where)]) == ("failed", where)
    else:
        assert (result.status, result.message) == ("passed", "")
    assert run(looks, lambda *inputs: None).status == "not attempted"


def bernoulli_gradient(checks: Checks, loss: Any) -> None:
    """As a lab checks the gradient of a loss by its inputs: a closed form, on inputs that are drawn."""
    logits = torch.tensor(checks.rng.normal(size=(2, 3)), dtype=torch.float32)
    targets = torch.tensor(checks.rng.integers(0, 2, size=(2, 3)), dtype=torch.float32)
    expected = (torch.sigmoid(logits) - targets) / logits.numel()
    gradient = checks.gradients(loss, logits, targets)[0]
    checks.close(gradient, expected, atol=1e-5, name="gradient")


def test_gradients_that_were_read_off_the_wheel_earn_nothing_at_grading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Any] = []

    def remember(self: Operations, function: Any, args: Any, *others: Any) -> Any:
        logits, targets = args
        seen.append(((torch.sigmoid(logits) - targets) / logits.numel(), None))
        return seen[0]

    monkeypatch.setattr(Operations, "op_gradients", remember)
    assert (
        run(bernoulli_gradient, lambda a, y: torch.tensor(0.0)).status == "passed"
    )  # it was read here
    for seed in range(1, 21):
        assert run(bernoulli_gradient, lambda a, y: torch.tensor(0.0), seed).status == "failed"
