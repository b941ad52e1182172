"""What comparisons accept, what they refuse, and what they say."""

from __future__ import annotations

import collections
import functools
import math
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from stats220.checks import compare, forms
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
        (np.array([INF, -INF]), np.array([INF, -INF])),
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
        "loss is 0.5, expected 0.25 (tolerance 0.1 + 0.01 × |expected|); 2 times what is expected"
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


def test_a_failure_names_the_known_mistake_that_it_is() -> None:
    slips = {"the mean is taken": [1.0, 2.0], "signs are lost": [3.0, 6.0]}
    for compare_them in (functools.partial(compare.close, atol=1e-6), compare.equal):
        with pytest.raises(CheckFailed, match="expected -6") as failure:
            compare_them([3.0, 6.0], [3.0, -6.0], looks_like=slips)
        assert failure.value.slip == "signs are lost"
        with pytest.raises(CheckFailed) as failure:
            compare_them([1.0, 2.0], [3.0, -6.0], looks_like=slips)
        assert failure.value.slip == "the mean is taken"


@pytest.mark.parametrize("odd", [[3.0, 5.0], [3.0], NAN, "hello", [3.0, 6.0 + 1j]])
def test_another_mistake_is_none_of_the_known_ones(odd: Any) -> None:
    slips = {"signs are lost": np.array([3.0, 6.0])}
    for compare_them in (functools.partial(compare.close, atol=1e-6), compare.equal):
        with pytest.raises(CheckFailed) as failure:
            compare_them(odd, [3.0, -6.0], looks_like=slips)
        assert failure.value.slip == ""


def test_a_right_value_is_right_whatever_mistakes_would_give_it_too() -> None:
    compare.close(1.0, 1.0, atol=0, looks_like={"it is taken twice": 1.0})
    compare.equal(1, 1, looks_like={"it is taken twice": 1})
    with pytest.raises(NotAttempted):
        compare.close(None, 1.0, atol=0, looks_like={"it is taken twice": 1.0})


@pytest.mark.parametrize("nothing", [None, ...])
def test_nothing_is_not_attempted(nothing: Any) -> None:
    for function, expected in [
        (compare.equal, 1),
        (forms.shape, (1,)),
        (forms.dtype, "float32"),
        (forms.truth, "so"),
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
    assert agrees == np.array_equal(actual, expected)


@given(arrays.arrays(np.float64, (2, 3)), arrays.arrays(np.float64, (2, 3)))
def test_nan_equals_nan_where_the_check_says_so(actual: np.ndarray, expected: np.ndarray) -> None:
    for compare_them in (compare.equal, functools.partial(compare.close, atol=0.0)):
        try:
            compare_them(actual, expected, nan_equal=True)
            agrees = True
        except CheckFailed:
            agrees = False
        assert agrees == np.array_equal(actual, expected, equal_nan=True)


def test_nan_else_equals_nothing() -> None:
    """An answer that is NaN throughout would else pass wherever the expected value became NaN on its way."""
    for compare_them in (compare.equal, functools.partial(compare.close, atol=0.0)):
        message = said(compare_them, [1.0, NAN], [1.0, NAN])
        assert message.replace("[1]", "") in (
            "result is NaN at (1,): no NaN is right here",
            "result is NaN: no NaN is right here",
        )
    nested = {"a": [NAN, (1, NAN)]}
    compare.equal(nested, nested, nan_equal=True)
    assert "no NaN is right" in said(compare.equal, nested, nested)


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
            "result is 0 at (0, 0), expected 1; 2 of 4 entries wrong; all is 0",
        ),
        (torch.float64, torch.float32, "result is a dtype, expected a dtype"),
        (2**64 + 1, 2**64, None),
    ],
)
def test_equal_says_what_differs(actual: Any, expected: Any, message: str | None) -> None:
    found = said(compare.equal, actual, expected)
    assert message is None or found == message


def test_shape_and_dtype() -> None:
    forms.shape(torch.zeros(2, 3), (2, 3))
    forms.shape([[1, 2, 3]], torch.Size([1, 3]))
    assert said(forms.shape, np.zeros(3), (1, 3)) == "result has shape (3,), expected (1, 3)"
    for same in (torch.float32, "float32", np.float32, np.dtype("float32")):
        forms.dtype(torch.zeros(1), same)
        forms.dtype(np.zeros(1, np.float32), same)
        message = said(forms.dtype, torch.zeros(1, dtype=torch.float64), same)
        assert message == "result has dtype float64, expected float32"
    message = said(forms.dtype, [1.0], torch.float32)
    assert message == "result is a list of 1 items, expected an array or tensor of dtype float32"


def test_truth_needs_one_truth_value() -> None:
    for true in (True, np.True_, torch.tensor(True), torch.tensor([True]), np.array(True)):
        forms.truth(true, "so")
        assert said(forms.truth, ~true if true is not True else False, "so") == "so"
    for odd in (1, "yes", torch.tensor([True, True]), torch.tensor(1.0), []):
        with pytest.raises(TypeError, match="true or false was expected"):
            forms.truth(odd, "so")


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
    assert said(forms.shape, liar, (2,)).startswith("result is a test_compare.Liar")
    assert said(forms.tensor, liar, (2,), None).startswith("result is a test_compare.Liar")
    assert said(forms.array, liar, (2,)).startswith("result is a test_compare.Liar")
    assert said(forms.number, liar).startswith("result is a test_compare.Liar")
    assert said(forms.dtype, liar, torch.float32).startswith("result is a test_compare.Liar")
    with pytest.raises(TypeError, match=r"not a test_compare\.Liar"):
        forms.truth(liar, "so")


def test_a_sparse_matrix_too_large_to_fill_in_is_refused() -> None:
    huge = scipy.sparse.coo_array(([1.0], ([0], [0])), shape=(10**6, 10**6))
    message = "result has shape (1000000, 1000000), expected (2, 2)"
    assert said(compare.close, huge, np.zeros((2, 2)), atol=1) == message


def test_nothing_is_converted_before_its_shape_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """As float64, 200 MB of int8 would be 1.6 GB, for a number that was expected."""
    claimed = [
        np.broadcast_to(np.int8(1), (200, 1000, 1000)),
        torch.zeros(1, dtype=torch.int8).expand(10**9),
        [torch.zeros(1, dtype=torch.bool).expand(10**8)] * 1000,
        scipy.sparse.coo_array(([1], ([0], [0])), shape=(10**7, 10**7)),
    ]

    def convert(value: Any) -> np.ndarray:
        assert math.prod(np.shape(value)) <= 6
        return np.asarray(value)

    monkeypatch.setattr(compare, "to_numpy", convert)
    for huge in claimed:
        for compare_them in (compare.equal, functools.partial(compare.close, atol=0.0)):
            with pytest.raises(CheckFailed, match="has shape"):
                compare_them(huge, np.zeros((2, 3)))
        with pytest.raises(CheckFailed, match="expected one number"):
            forms.number(huge)
        with pytest.raises(CheckFailed, match=r"expected (a tensor|\(2, 3\))"):
            forms.tensor(huge, (2, 3), torch.float32)
        with pytest.raises(CheckFailed, match="has shape"):
            forms.shape(huge, (2, 3))


def test_what_holds_no_numbers_is_told_in_one_line() -> None:
    close = functools.partial(compare.close, atol=1.0)
    cases = [
        (torch.tensor([True, False]), "and dtype bool: true and false, expected numbers"),
        (np.array([1 + 1j, 0]), "and dtype complex128: complex, expected an array of shape (2,)"),
        (torch.ones(2, dtype=torch.complex64), "and dtype complex64: complex, expected"),
        (np.array(["a", "b"]), "and dtype <U1, expected an array of shape (2,)"),
        (np.array([{}, []], dtype=object), "and dtype object, expected an array"),
        (np.array(["2020", "2021"], dtype="M8[Y]"), "and dtype datetime64[Y], expected an array"),
        (["a", 1.0], "a list of 2 items that make no array of numbers, expected an array"),
        (2**8000, "result has shape (), expected (2,)"),
    ]
    for value, message in cases:
        assert message in said(close, value, np.array([1.0, 0.0]))
    assert "a huge number, expected a tensor" in said(forms.tensor, 2**8000, (2,), None)
    with pytest.raises(CheckFailed, match="expected 1"):
        close(2**8000, 1.0)
    close([True, False], [1, 0])  # where truth values are expected, they may come


def test_tensor_array_number_and_items_return_what_fits() -> None:
    value = torch.zeros(2, 3)
    assert forms.tensor(value, (2, 3), torch.float32) is value
    assert forms.tensor(value.long(), (2, 3), None).dtype == torch.int64
    for wrong in (value.double(), value[0], value.numpy(), value.tolist(), 0.0, "a", {}, object()):
        message = said(forms.tensor, wrong, (2, 3), torch.float32, name="masks")
        assert message.endswith("expected a tensor of shape (2, 3) and dtype float32")
        assert message.startswith("masks is ")
    array = np.zeros((2, 3), np.float32)
    assert forms.array(array, [2, 3]) is array
    assert forms.array(array, (2, 3), np.float32) is array
    for wrong in (array.astype(float), array[0], value, array.astype("U1"), [[0] * 3] * 2):
        message = said(forms.array, wrong, (2, 3), np.float32)
        assert message.endswith("expected a NumPy array of shape (2, 3) and dtype float32")
    for one in (1.5, np.float32(1.5), np.array(1.5), torch.tensor(1.5)):
        assert forms.number(one) == 1.5
    for wrong in (True, 1j, np.ones(1), torch.ones(1), [1.5], "1.5", np.array("a")):
        assert said(forms.number, wrong).endswith("expected one number")
    assert forms.items((1, "a"), 2) == (1, "a")
    assert said(forms.items, [1, 2, 3], 2, name="the pair") == "the pair has 3 values, expected 2"
    for wrong in (1.5, torch.ones(2), np.ones(2), "ab", {1: 2, 3: 4}):
        assert said(forms.items, wrong, 2).endswith("expected 2 values")
    for nothing in (None, ..., Loopback().put(None)):
        for ask in (
            lambda x: forms.tensor(x, (), None),
            lambda x: forms.array(x, ()),
            forms.number,
            lambda x: forms.items(x, 2),
        ):
            with pytest.raises(NotAttempted):
                ask(nothing)


def test_describe_is_short() -> None:
    assert forms.describe("x" * 500).endswith("...")
    assert len(forms.describe("x" * 500)) == 80
    assert forms.describe(collections.OrderedDict(a=1)) == "an OrderedDict"
