"""What is said of a wrong result as a whole, and that nothing is said where nothing simple is true."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from stats220.checks import compare
from stats220.checks.patterns import pattern
from stats220.line.failures import CheckFailed

WANT = np.random.default_rng(3).normal(size=(6, 8))
POSITIVE, SQUARE, MASK = np.abs(WANT), WANT[:, :6], (WANT > 0).astype(float)
FIRST, LAST = np.arange(6)[:, None] == 0, np.arange(8) == 7


def words(got: Any, want: Any = WANT, tolerance: float = 1e-6) -> str:
    got, want = np.asarray(got, float), np.asarray(want, float)
    return pattern(got, want, np.full(want.shape, tolerance))


@pytest.mark.parametrize(
    ("got", "want", "says"),
    [
        (-WANT, WANT, "each is -1 times what is expected"),
        (WANT / 2, WANT, "each is 1/2 of what is expected"),
        (1.5 * WANT, WANT, "each is 1.5 times what is expected"),
        (0 * WANT, WANT, "all is 0"),
        (WANT - 3, WANT, "each is 3 less than expected"),
        (np.maximum(WANT, 0), WANT, "0 stands where a number below zero is expected"),
        (np.abs(WANT), WANT, "each is the absolute value of what is expected"),
        (WANT**2, WANT, "each is the square of what is expected"),
        (np.sqrt(POSITIVE), POSITIVE, "each is the square root of what is expected"),
        (np.exp(WANT), WANT, "each is the exponential of what is expected"),
        (np.log(POSITIVE), POSITIVE, "each is the logarithm of what is expected"),
        (1 / WANT, WANT, "each is 1 over what is expected"),
        (1 - MASK, MASK, "each is 1 minus what is expected"),
        (WANT[::-1], WANT, "what is expected, in reverse order along axis 0"),
        (WANT[0, ::-1], WANT[0], "what is expected, in reverse order"),
        (SQUARE.T, SQUARE, "what is expected, with axes 0 and 1 exchanged"),
        (np.roll(WANT, 1, axis=1), WANT, "all stands one place later than expected along axis 1"),
        (np.roll(WANT[0], -1), WANT[0], "all stands one place earlier than expected"),
        (np.roll(WANT, 3, axis=0), WANT, "the expected numbers, in another order"),
        (WANT + 5 * FIRST, WANT, "what is off is at the first place of axis 0, and nowhere else"),
        (WANT + 5 * LAST, WANT, "what is off is at the last place of axis 1, and nowhere else"),
        (WANT + (WANT < 0), WANT, "what is off is just where a number below zero is expected"),
        (WANT * (1 - LAST * MASK), WANT, "what is off is just where 0 came out"),
        (0.5, 1.0, "1/2 of what is expected"),
        (-3.0, 3.0, "-1 times what is expected"),
    ],
)
def test_one_simple_thing_is_said(got: Any, want: Any, says: str) -> None:
    assert words(got, want) == says


def test_a_norm_or_a_mean_along_an_axis_is_told_by_its_numbers() -> None:
    norms = np.linalg.norm(WANT, axis=1, keepdims=True)
    low, high = (1 / norms).min(), (1 / norms).max()
    assert words(WANT / norms) == (
        f"what is expected, times {low:.4g} to {high:.4g}, another number for each index of axis 0"
    )
    means = WANT.mean(axis=0)
    assert words(WANT - means) == (
        f"what is expected, plus {-means.max():.4g} to {-means.min():.4g}, another number for each index of axis 1"
    )


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (np.random.default_rng(4).normal(size=(6, 8)), WANT),
        (0.51234, 1.0),  # any number is some multiple of another
        ([2.0, 4.0], [1.0, 2.0]),  # as are two of them, nearly
        ([1.0, 1.0, 1.0, 1.0, 2.0], [1.0, 1.0, 1.0, 1.0, 1.0]),
        ([1.0, 0.0, 0.0, 1.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0, 1.0, 1.0]),
    ],
)
def test_nothing_is_said_where_nothing_simple_is_true(got: Any, want: Any) -> None:
    assert words(got, want) == ""


def test_nothing_is_said_where_all_expected_numbers_are_nearly_within_the_tolerance() -> None:
    assert words(-0.001 * WANT, 0.001 * WANT, tolerance=1e-3) == ""


FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=32)


@given(arrays.arrays(float, (4, 5), elements=FLOATS), arrays.arrays(float, (4, 5), elements=FLOATS))
def test_any_numbers_will_do(got: Any, want: Any) -> None:
    assert isinstance(words(got, want), str)


def test_comparisons_add_it_to_what_they_say() -> None:
    for compare_them in (lambda a, b: compare.close(a, b, atol=1e-6), compare.equal):
        with pytest.raises(CheckFailed, match=r"entries \w+; each is 1/2 of what is expected$"):
            compare_them(WANT / 2, WANT)
    with pytest.raises(CheckFailed, match=r"; 1/4 of what is expected$"):
        compare.close(math.pi, 4 * math.pi, atol=1e-6)
