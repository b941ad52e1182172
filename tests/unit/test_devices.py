"""A notebook with a GPU says what grading, which has none, would say. Torch's meta device stands for the GPU."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from stats220.checks import Checks, checked, notebook
from stats220.line.devices import hidden
from stats220.line.session import Loopback
from stats220.line.settings import Settings


def check(f: Any) -> Checks:
    checks = Checks("scale")
    image = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    with checks(1, "doubles", hint="Mind the colors."):
        checks.close(f(image), 2 * image, atol=1e-6)
    with checks(1, "has gradients", hint="Mind the colors."):
        checks.close(checks.gradients(f, image)[0], torch.full((2, 2), 2.0), atol=1e-6)
    return checks


def run(student: Any, hide: str = "meta") -> Checks:
    return notebook._run_looped_back(check, (student,), "cpu", hidden=(hide,))


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(2.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.factor * x


RIGHT = {
    "plain": lambda x: 2 * x,
    "the input's device": lambda x: x * torch.full((2, 2), 2.0, device=x.device),
    "like the input": lambda x: x + x * torch.ones_like(x),
    "picked where there is one": lambda x: (
        x.to("meta" if torch.cuda.is_available() or torch.cuda.device_count() else "cpu") * 2
    ),
    "a module": lambda x: Layer()(x),
}
WRONG = {
    "to": lambda x: 2 * x.to("meta"),
    "to and back": lambda x: torch.empty_like(x.to("meta"), device="cpu").copy_(2 * x),
    "a factory": lambda x: x * torch.full((2, 2), 2.0, device="meta").sum(),
    "a module moved": lambda x: Layer().to("meta")(x),
    "the result": lambda x: torch.empty(2, 2, device="meta"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_takes_the_inputs_device_passes(name: str) -> None:
    checks = run(RIGHT[name])
    assert [row.message for row in checks.results] == ["", ""]


@pytest.mark.parametrize("name", WRONG)
def test_what_takes_a_device_of_its_own_is_told_so_without_a_hint(name: str) -> None:
    first, _ = run(WRONG[name]).results
    assert first.status == "failed"
    assert first.message.startswith("RuntimeError: a tensor was put on meta, though the input is")
    assert "image.device" in first.message
    assert first.hint == ""


def test_a_default_device_that_the_notebook_has_set_is_seen() -> None:
    before = Settings.now()
    torch.set_default_device("meta")
    try:
        checks = run(lambda x: x * torch.tensor(2.0))
        fine = run(lambda x: 2 * x)
    finally:
        before.apply()
    assert "put on meta" in checks.results[0].message
    assert "Your notebook has a default device" in checks.notes[0]
    assert fine.points == 2


def test_what_is_hidden_is_back_afterwards() -> None:
    available = torch.cuda.is_available
    with hidden(("meta",)):
        assert not torch.cuda.is_available()
        with pytest.raises(RuntimeError, match="put on meta"):
            torch.empty(2, device="meta")
    assert torch.cuda.is_available is available
    assert torch.empty(2, device="meta").device.type == "meta"
    with hidden(()):
        assert torch.empty(2, device="meta").device.type == "meta"


def test_nothing_is_hidden_from_the_checks_own_code() -> None:
    session = Loopback()
    session.hidden = ("meta",)
    f = session.put(lambda x: 2 * x)
    assert torch.empty(2, device="meta").device.type == "meta"
    assert f(torch.ones(2)).tolist() == [2, 2]


@pytest.mark.gpu
@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: 2 * x.to("cuda"),
        lambda x: 2 * x.cuda(),
        lambda x: (2 * x.cuda()).cpu(),
        lambda x: torch.full((2, 2), 2.0, device="cuda") * x.cuda(),
        lambda x: Layer().cuda()(x.cuda()),
    ],
)
def test_on_a_gpu_a_hard_wired_device_fails_as_at_grading(wrong: Any) -> None:
    rows = checked(check)(wrong).results
    assert rows[0].status == "failed"
    assert "put on cuda" in rows[0].message
    assert "image.device" in rows[0].message
    assert rows[0].hint == ""


@pytest.mark.gpu
def test_on_a_gpu_right_answers_pass_on_both_devices() -> None:
    for right in (RIGHT["plain"], RIGHT["the input's device"], RIGHT["like the input"]):
        assert [row.message for row in checked(check)(right).results] == ["", ""]
    picked = lambda x: 2 * x.to("cuda" if torch.cuda.is_available() else "cpu")  # noqa: E731
    assert checked(check)(picked).points == 2


@pytest.mark.gpu
def test_on_a_gpu_a_default_device_is_seen() -> None:
    before = Settings.now()
    torch.set_default_device("cuda")
    try:
        checks = checked(check)(lambda x: x * torch.full((2, 2), 2.0))
    finally:
        before.apply()
    assert "put on cuda" in checks.results[0].message
    assert "Your notebook has a default device" in checks.notes[0]
