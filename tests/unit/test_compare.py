"""What comparisons accept, what they refuse, and what they say."""

from __future__ import annotations

import collections
import math
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from stats220.checks import compare
from stats220.line.failures import CheckFailed, NotAttempted
from stats220.line.session import Loopback

NAN, INF = math.nan, math.inf


def said(compare_them: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(CheckFailed) as caught:
        compare_them(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (0.5, 0.5 + 9e-7),
        (torch.tensor(0.5), 0.5),
        (np.float32(0.1), torch.tensor(0.1, dtype=torch.float64)),
        (torch.ones(2, 3, dtype=torch.bfloat16), np.ones((2, 3))),
        ([1, 2, 3], torch.tensor([1.0, 2.0, 3.0])),
        ((torch.tensor(1.0), 2), [1, 2]),
        (np.array([NAN, INF, -INF]), np.array([NAN, INF, -INF])),
        (np.array([1 + 2j]), torch.tensor([1 + 2j])),
        (scipy.sparse.eye(3, format="csr"), np.eye(3)),
        (torch.zeros(0, 3), np.zeros((0, 3))),
        (torch.ones(2, requires_grad=True), [1, 1]),
        (np.array([True, False]), [1, 0]),
    ],
)
def test_close_accepts_every_form_of_the_same_numbers(actual: Any, expected: Any) -> None:
    compare.close(actual, expected, atol=1e-6)


def test_close_says_how_far_off_and_where() -> None:
    expected = torch.full((2, 4, 5), 0.25)
    actual = expected.clone()
    actual[1, 3, 4] = 0.5
    actual[0, 0, 0] = 0.3
    assert said(compare.close, actual, expected, atol=1e-5) == (
        "result: max |difference| 0.25 at (1, 3, 4): got 0.5, expected 0.25 (tolerance 1e-05); 2 of 40 entries off"
    )
    assert said(compare.close, 0.5, 0.25, atol=0.1, rtol=0.01, name="loss") == (
        "loss is 0.5, expected 0.25 (tolerance 0.1 + 0.01 × |expected|)"
    )


def test_close_tells_numbers_apart_that_six_digits_do_not() -> None:
    message = said(compare.close, 1.0000000001, 1.0, atol=1e-12)
    assert "1.0000000001" in message
    assert "expected 1 " in message


@pytest.mark.parametrize(
    ("actual", "expected", "message"),
    [
        (torch.zeros(3, 4), torch.zeros(4, 3), "result has shape (3, 4), expected (4, 3)"),
        (torch.zeros(1), 0.0, "result has shape (1,), expected ()"),
        ([0.0, NAN, NAN], [0, 1, 2], "result is NaN at (1,), expected 1; 2 of 3 entries such"),
        (INF, 3.0, "result is infinite, expected 3"),
        ("hello", 3.0, "result is 'hello', expected 3.0"),
        (
            "hello",
            torch.zeros(2),
            "result is 'hello', expected a tensor of shape (2,) and dtype float32",
        ),
        (
            [[1, 2], [3]],
            np.zeros((2, 2)),
            "result is a list of 2 items that make no array of numbers, expected an array of shape (2, 2) and dtype float64",
        ),
        (
            {"a": 1},
            np.zeros(1),
            "result is a dict of 1 items, expected an array of shape (1,) and dtype float64",
        ),
        (np.array(["a"]), 1.0, "result is an array of shape (1,) and dtype <U1, expected 1.0"),
    ],
)
def test_close_says_what_else_is_wrong(actual: Any, expected: Any, message: str) -> None:
    assert said(compare.close, actual, expected, atol=1e-6) == message


def test_a_relative_tolerance_does_not_make_everything_close_to_infinity() -> None:
    assert "expected inf" in said(compare.close, [5.0], [INF], atol=0.1, rtol=0.1)
    assert "expected NaN" in said(compare.close, [5.0], [NAN], atol=0.1, rtol=0.1)


@pytest.mark.parametrize("nothing", [None, ...])
def test_nothing_is_not_attempted(nothing: Any) -> None:
    for function, expected in [
        (compare.equal, 1),
        (compare.shape, (1,)),
        (compare.dtype, "float32"),
        (compare.truth, "so"),
    ]:
        with pytest.raises(NotAttempted):
            function(nothing, expected)
        with pytest.raises(NotAttempted):
            function(Loopback().put(nothing), expected)
    with pytest.raises(NotAttempted):
        compare.close(nothing, 1.0, atol=1)


finite = arrays.arrays(np.float64, (3, 4), elements=st.floats(-1e6, 1e6))


@given(finite, finite, st.floats(0, 10), st.floats(0, 0.1))
def test_close_agrees_with_numpy(
    actual: np.ndarray, expected: np.ndarray, atol: float, rtol: float
) -> None:
    try:
        compare.close(actual, expected, atol=atol, rtol=rtol)
        agrees = True
    except CheckFailed:
        agrees = False
    assert agrees == np.allclose(actual, expected, atol=atol, rtol=rtol)


@given(arrays.arrays(np.float64, (2, 3)), arrays.arrays(np.float64, (2, 3)))
def test_equal_agrees_with_numpy(actual: np.ndarray, expected: np.ndarray) -> None:
    try:
        compare.equal(actual, expected)
        agrees = True
    except CheckFailed:
        agrees = False
    assert agrees == np.array_equal(actual, expected, equal_nan=True)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ((3, 4), [3, 4]),
        (torch.tensor([3, 9]), [3, 9]),
        ([3, 9], torch.tensor([3, 9])),
        (torch.Size([2, 3]), (2, 3)),
        ({"a": [1, torch.ones(2)]}, {"a": (1, np.ones(2))}),
        ("paw", "paw"),
        (2**70, 2**70),
        (None, None),
        ([], ()),
        (torch.float32, torch.float32),
    ],
)
def test_equal_accepts_what_is_equal(actual: Any, expected: Any) -> None:
    compare.equal(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "message"),
    [
        ([1, 2], [1, 3], "result[1] is 2, expected 3"),
        ([1, 2, 3], [1, 2], "result has 3 items, expected 2"),
        (torch.tensor([3, 9]), [3, 8], "result is 9 at (1,), expected 8"),
        ({"a": 1}, {"a": 1, "b": 2}, "result has the keys 'a', expected 'a', 'b'"),
        ({"a": {"b": [0]}}, {"a": {"b": [1]}}, "result['a']['b'][0] is 0, expected 1"),
        ("paw", "tongue", "result is 'paw', expected 'tongue'"),
        (3, "3", "result is 3, expected '3'"),
        (3, None, "result is 3, expected None"),
        (
            np.zeros((2, 2), int),
            np.eye(2, dtype=int),
            "result is 0 at (0, 0), expected 1; 2 of 4 entries wrong",
        ),
        (torch.float64, torch.float32, "result is a dtype, expected a dtype"),
        (2**64 + 1, 2**64, None),
    ],
)
def test_equal_says_what_differs(actual: Any, expected: Any, message: str | None) -> None:
    found = said(compare.equal, actual, expected)
    assert message is None or found == message


def test_shape_and_dtype() -> None:
    compare.shape(torch.zeros(2, 3), (2, 3))
    compare.shape([[1, 2, 3]], torch.Size([1, 3]))
    assert said(compare.shape, np.zeros(3), (1, 3)) == "result has shape (3,), expected (1, 3)"
    for same in (torch.float32, "float32", np.float32, np.dtype("float32")):
        compare.dtype(torch.zeros(1), same)
        compare.dtype(np.zeros(1, np.float32), same)
        message = said(compare.dtype, torch.zeros(1, dtype=torch.float64), same)
        assert message == "result has dtype float64, expected float32"
    message = said(compare.dtype, [1.0], torch.float32)
    assert message == "result is a list of 1 items, expected an array or tensor of dtype float32"


def test_truth_needs_one_truth_value() -> None:
    for true in (True, np.True_, torch.tensor(True), torch.tensor([True]), np.array(True)):
        compare.truth(true, "so")
        assert said(compare.truth, ~true if true is not True else False, "so") == "so"
    for odd in (1, "yes", torch.tensor([True, True]), torch.tensor(1.0), []):
        with pytest.raises(TypeError, match="true or false was expected"):
            compare.truth(odd, "so")


class Liar:
    """Says yes to everything, and that it is a float32 tensor."""

    dtype = torch.float32
    shape = (2,)
    ndim = 1

    def __eq__(self, other: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True

    def __array__(self, *args: object, **kwargs: object) -> np.ndarray:
        return np.ones(2)

    def __float__(self) -> float:
        return 1.0

    def __len__(self) -> int:
        return 2

    def __iter__(self) -> Any:
        return iter([1.0, 1.0])

    __hash__ = None  # type: ignore[assignment]


def test_an_object_of_the_students_own_is_never_what_was_expected() -> None:
    session = Loopback()
    liar = session.call(session.put(Liar))[0]
    assert said(compare.close, liar, np.ones(2), atol=1).startswith(
        "result is a test_compare.Liar, expected"
    )
    assert said(compare.equal, liar, np.ones(2)).startswith("result is a test_compare.Liar")
    assert said(compare.equal, liar, [1.0, 1.0]).startswith("result is a test_compare.Liar")
    assert said(compare.equal, liar, "text").startswith("result is a test_compare.Liar")
    assert said(compare.equal, [liar], [1.0]).startswith("result[0] is a test_compare.Liar")
    assert said(compare.shape, liar, (2,)).startswith("result is a test_compare.Liar")
    assert said(compare.dtype, liar, torch.float32).startswith("result is a test_compare.Liar")
    with pytest.raises(TypeError, match=r"not a test_compare\.Liar"):
        compare.truth(liar, "so")


def test_a_sparse_matrix_too_large_to_fill_in_is_refused() -> None:
    huge = scipy.sparse.coo_array(([1.0], ([0], [0])), shape=(10**6, 10**6))
    assert said(compare.close, huge, np.zeros((2, 2)), atol=1).startswith("result is a coo_array")


def test_describe_is_short() -> None:
    assert compare.describe("x" * 500).endswith("...")
    assert len(compare.describe("x" * 500)) == 80
    assert compare.describe(collections.OrderedDict(a=1)) == "an OrderedDict"
