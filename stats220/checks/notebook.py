"""`checked`: one check function for the notebook, where it runs looped back, and for the grader, where it runs as it is."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

from stats220.checks import kernel
from stats220.checks.history import remember
from stats220.checks.recorder import Checks
from stats220.checks.results import CheckResult
from stats220.checks.validating import judge
from stats220.errors import InputError
from stats220.line.capture import captured, no_display
from stats220.line.devices import accelerators
from stats220.line.session import Loopback, Session, active_session
from stats220.line.surroundings import undisturbed

CheckFunction = Callable[..., Checks]


def checked(check: CheckFunction) -> CheckFunction:
    """Decorate a check function, which takes the student's object and returns its `Checks`.

    In the grader a session is active, and the function runs on the proxy it is given. In a notebook there is none: the
    student's object is put behind a loopback, so that the verdict is that of the grader; and where there is a GPU, the
    checks run on the CPU, with the GPU hidden as at grading, and on the GPU, and a block passes if it passes on both.
    """

    @functools.wraps(check)
    def run(*objects: Any) -> Checks:
        if (session := active_session.get()) is not None:
            return _run(check, objects, session)
        others = accelerators()
        checks = _run_looped_back(check, objects, "cpu", hidden=others)
        if checks.points and "cuda" in others:
            checks = merge_devices(checks, _run_looped_back(check, objects, "cuda"))
        answer = objects[0] if objects else None
        checks.notes += filter(None, [kernel.stale(checks.exercise, answer)])
        remember(checks, answer)
        vars(run)["failed_call"] = checks.failed_call
        judge(checks)
        return checks

    vars(run)["failed_call"] = None
    return run


def _run_looped_back(
    check: CheckFunction, objects: tuple[Any, ...], device: str, *, hidden: tuple[str, ...] = ()
) -> Checks:
    # It knows the notebook's settings, which the check is about to be spared.
    session = Loopback(device)
    session.hidden = hidden
    with undisturbed(), captured(), no_display(), session.activate():
        checks = _run(check, tuple(map(session.put, objects)), session)
    if not checks.hidden:
        checks.printed = session.printed_so_far
    return checks


# What is said of settings that a notebook has set, and of those that an exercise's code leaves behind.
SET = {
    "gradients": "gradients off (torch.set_grad_enabled(True) turns them on again)",
    "inference mode": "torch's inference mode on (begin anew: Kernel > Restart)",
    "default dtype": "another default dtype (torch.set_default_dtype(torch.float32) puts it back)",
    "default device": "a default device (torch.set_default_device(None) puts it back)",
    "autocast": "autocast on (use it in a with-block only)",
}
LEFT = {
    "gradients": "gradients off: use `with torch.no_grad():` in place of torch.set_grad_enabled(False)",
    "inference mode": "torch's inference mode on: use `with torch.inference_mode():`",
    "default dtype": "another default dtype: give dtype= to what needs it",
    "default device": "a default device: give device= to what needs it",
    "autocast": "autocast on: use it in a with-block",
}


def _run(check: CheckFunction, objects: tuple[Any, ...], session: Session) -> Checks:
    """Run a check function; whatever settings the exercise's code changes are put back, so that they cost no other exercise."""
    found = session.keep_settings()
    checks = settle(check(*objects))
    left = session.put_settings_back()
    if texts := [SET[name] for name in found if name in SET]:
        checks.notes.append(f"Your notebook has {', and '.join(texts)}. Your code was run so.")
    checks.notes += [f"Your code leaves {LEFT[name]}." for name in left if name in LEFT]
    return checks


def settle(checks: Checks) -> Checks:
    """Where a stub is in place and nothing is earned, blocks that failed were not attempted either.

    The module that a stub makes has no parameters, the list that it fills is empty: that is no mistake yet.
    """
    if not checks.points and any(result.status == "not attempted" for result in checks.results):
        checks.results = [
            dataclasses.replace(result, status="not attempted", hint="")
            if result.status == "failed"
            else result
            for result in checks.results
        ]
    return checks


def merge_devices(cpu: Checks, gpu: Checks) -> Checks:
    """Both runs of one check function: what fails on the GPU only says so.

    Raises
    ------
    InputError
        The check has other blocks on the one than on the other.
    """
    if [result.what for result in cpu.results] != [result.what for result in gpu.results]:
        raise InputError(f"{cpu.exercise}: the check has other blocks on cuda than on the CPU")
    pairs = zip(cpu.results, gpu.results, strict=True)
    cpu.results = [_merge(on_cpu, on_gpu) for on_cpu, on_gpu in pairs]
    return cpu


def _merge(cpu: CheckResult, gpu: CheckResult) -> CheckResult:
    seconds = cpu.seconds + gpu.seconds
    if cpu.status != "passed" or gpu.status == "passed":
        return dataclasses.replace(cpu, seconds=seconds)
    return dataclasses.replace(gpu, message=f"on cuda: {gpu.message}", seconds=seconds)
