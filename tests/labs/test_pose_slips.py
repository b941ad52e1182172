"""Known mistakes in lab 4 are named: the key with a line or two changed, and the words that the first hint has for it."""

import inspect
from typing import Any

import pytest
from pose_model_slips import SLIPS as MODEL_SLIPS
from pose_slips import SLIPS
from test_pose_checks import LAB

from stats220.checks.block import Block

CASES = [
    pytest.param(exercise, lines, words, id=f"{exercise}-{words}")
    for exercise, cases in (SLIPS | MODEL_SLIPS).items()
    for words, lines in cases
]


class FoundError(Exception):
    """A check has named a mistake: the others need not run."""


@pytest.mark.parametrize(("exercise", "lines", "words"), CASES)
def test_first_hint_names_the_mistake(
    exercise: str, lines: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, leave = inspect.getsource(getattr(LAB.key, exercise)), Block.__exit__
    for marker in ("# BEGIN SOLUTION", "# END SOLUTION"):
        source = source.replace(marker, "")
    for line, slip in lines.items():
        assert line in source
        source = source.replace(line, slip)

    def stop_at_a_hint(self: Block[Any], *args: Any) -> bool:
        handled = leave(self, *args)
        if self.checks.slips:
            raise FoundError(self.checks.results[-1].hint)
        return handled

    monkeypatch.setattr(Block, "__exit__", stop_at_a_hint)
    with pytest.raises(FoundError) as found:
        LAB.run_checks(exercise, LAB.define(source, exercise))
    assert f"this is what comes out if {words}" in str(found.value)
