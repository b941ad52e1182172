"""What crosses by value comes back the same; what may not is refused; nothing malformed gets further than the decoder."""

from __future__ import annotations

import collections
import json
import math
import random
from typing import Any

import numpy as np
import pytest
import scipy.signal
import scipy.sparse
import torch
from boundary import SIDE, Plain
from fuzzing import FUZZ
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from stats220.line import plain, wire
from stats220.line.wire import PREFIX, WireError, pack, read_prefix, unpack


def split(value: object) -> tuple[bytes, bytes]:
    """Header and buffers of the frame of a value."""
    frame = b"".join(pack(value, SIDE))
    header_size, buffer_size = read_prefix(frame[: PREFIX.size])
    header = frame[PREFIX.size : PREFIX.size + header_size]
    buffers = frame[PREFIX.size + header_size :]
    assert len(buffers) == buffer_size
    return header, buffers


def there_and_back(value: object) -> Any:
    return unpack(*split(value), SIDE)


def same(a: Any, b: Any) -> bool:
    """The same type and value, NaN included, bit by bit for arrays."""
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        graph = a.requires_grad == b.requires_grad and (a.grad is None) == (b.grad is None)
        values = not a.numel() or torch.equal(
            a.detach().contiguous().reshape(-1).view(torch.uint8),
            b.detach().reshape(-1).view(torch.uint8),
        )
        return graph and a.dtype == b.dtype and a.shape == b.shape and values
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(map(repr, a)) == list(map(repr, b)) and all(map(same, a.values(), b.values()))
    return repr(a) == repr(b)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.complex_numbers()
    | texts
    | st.binary(max_size=20)
)
dtypes = st.sampled_from(plain.NUMPY_DTYPES).map(np.dtype)
shapes = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
np_arrays = arrays.arrays(dtypes, shapes)
tensors = np_arrays.filter(lambda a: a.dtype.name in plain.TORCH_DTYPES).map(
    lambda a: torch.from_numpy(np.asarray(a).copy())
)
keys = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts | st.tuples(texts)
values = st.recursive(
    scalars | np_arrays | np_arrays.map(lambda a: a.reshape(-1)[0] if a.size else a) | tensors,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
@example([math.nan, -0.0, math.inf, 2**63, -(2**63), {}, (), [], "", b"", slice(1, None, -2), ...])
@example({(1, ("a", None)): np.float16(3), True: 1, "1": torch.ones(2, 0)})
@settings(deadline=None)
def test_plain_values_come_back_the_same(value: Any) -> None:
    assert same(there_and_back(value), value)


def test_what_the_strategies_do_not_make() -> None:
    for name, dtype in plain.TORCH_DTYPES.items():
        tensor = torch.tensor([[0, 1], [1, 1]]).to(dtype).T
        assert same(there_and_back(tensor), tensor), name
        assert there_and_back(dtype) is dtype
    assert there_and_back(np.dtype(">f8")) == np.dtype("f8")
    big_endian = np.arange(4, dtype=">i4")
    assert same(there_and_back(big_endian), np.arange(4, dtype="i4"))
    assert same(
        there_and_back(np.arange(12).reshape(3, 4)[::-1, ::2]), np.array([[8, 10], [4, 6], [0, 2]])
    )
    assert there_and_back(np.str_("paw")) == "paw"
    assert type(there_and_back(np.str_("paw"))) is str
    assert there_and_back(torch.Size([2, 3])) == (2, 3)
    assert there_and_back(collections.OrderedDict(b=1, a=2)) == {"b": 1, "a": 2}
    assert there_and_back(collections.defaultdict(list, a=[1])) == {"a": [1]}
    assert there_and_back(torch.tensor([1 + 2j]).conj()).tolist() == [1 - 2j]
    assert there_and_back(torch.ones(2, 3).expand(4, 2, 3)).sum() == 24


class Sub(torch.Tensor):
    """Lies whatever it is asked."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return torch.tensor(True)


class SubArray(np.ndarray):
    """A subclass with opinions."""

    def __array_finalize__(self, obj: object) -> None:
        self.opinion = "yes"


def test_subclasses_cross_as_the_plain_thing() -> None:
    parameter = torch.nn.Parameter(torch.arange(3.0))
    (parameter**2).sum().backward()
    back = there_and_back(parameter)
    assert type(back) is torch.Tensor
    assert back.requires_grad
    assert back.is_leaf
    assert back.grad.tolist() == [0, 2, 4]
    assert there_and_back(parameter * 2).grad_fn is None
    lying = torch.arange(3.0).as_subclass(Sub)
    assert same(there_and_back(lying), torch.arange(3.0))
    assert same(there_and_back(np.arange(3.0).view(SubArray)), np.arange(3.0))
    assert same(there_and_back(np.ma.masked_array([1.0, 2.0], [True, False])), np.array([1.0, 2.0]))
    with pytest.warns(PendingDeprecationWarning):
        matrix = np.matrix([[1.0]])
    assert type(there_and_back(matrix)) is np.ndarray


@pytest.mark.parametrize("kept", ["csr", "csc", "coo", "dia", "lil", "dok", "bsr"])
@pytest.mark.parametrize("make", [scipy.sparse.random, scipy.sparse.random_array])
def test_sparse_matrices(kept: str, make: Any) -> None:
    shape = (30, 20) if make is scipy.sparse.random_array else 30
    args = (shape,) if make is scipy.sparse.random_array else (30, 20)
    matrix = make(*args, density=0.2, rng=np.random.default_rng(0)).asformat(kept)
    back = there_and_back([matrix])[0]
    assert back.format == (kept if kept in plain.SPARSE_FORMATS else "csr")
    assert isinstance(back, scipy.sparse.sparray) == isinstance(matrix, scipy.sparse.sparray)
    np.testing.assert_array_equal(back.toarray(), matrix.toarray())


def nested(depth: int) -> list[Any]:
    return [] if depth == 0 else [nested(depth - 1)]


def endless() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("\ud800", "surrogates"),
        (["a", {"b\udfff": 1}], "surrogates"),
        (np.str_("\ud800"), "surrogates"),
        ([1 << 99_000], "99001 bits"),
        (nested(30), "deep"),
        (endless(), "deep"),
        ([0] * (plain.MAX_ITEMS + 1), "items"),
        ("x" * (plain.MAX_HEADER + 1), "too much text"),
        (np.broadcast_to(np.float64(1), (10**6, 10**6)), "too large"),
        (torch.zeros(1).expand(10**6, 10**6), "too large"),
        ([np.zeros(plain.MAX_BYTES // 16)] * 3, "MB"),
        (np.array([object()]), "not plain"),
        (np.array(["a"]), "not plain"),
        (np.zeros(2, dtype="M8[s]"), "not plain"),
        (np.zeros(2, dtype=[("a", int)]), "not plain"),
        (np.longdouble(1), "not plain"),
        (torch.zeros(2, device="meta"), "not plain"),
        (torch.eye(2).to_sparse(), "not plain"),
        ({1, 2}, "not plain"),
        (object(), "not plain"),
        ({frozenset(): 1}, "not plain"),
        ({2**63: 1}, "not plain"),
        (type("Odd", (int,), {})(3), "not plain"),
        (type("Odd", (str,), {})("a"), "not plain"),
        (type("Odd", (list,), {})([1]), "not plain"),
        (type("Odd", (dict,), {})(), "not plain"),
    ],
)
def test_what_may_not_cross_is_refused(value: Any, says: str) -> None:
    with pytest.raises(WireError, match=says):
        pack(value, SIDE)


def test_a_hostile_array_can_only_be_refused() -> None:
    class Hostile(np.ndarray):
        @property
        def dtype(self) -> Any:  # type: ignore[override]
            raise ValueError("boo")

    with pytest.raises(WireError, match="ValueError"):
        pack(np.zeros(2).view(Hostile), SIDE)


def header(entry: Any) -> bytes:
    return json.dumps(entry).encode()


@pytest.mark.parametrize(
    ("head", "buffers"),
    [
        (b"", b""),
        (b"\xff\xfe", b""),
        ("null".encode("utf-16"), b""),
        (b"nul", b""),
        (b"NaN", b""),
        (b"[" * 100_000, b""),
        (b"[" * 100_000 + b"]" * 100_000, b""),
        (b'"\\ud800"', b""),
        (b"1" * 5000, b""),
        (header(2**63), b""),
        (header({}), b""),
        (header([]), b""),
        (header([1]), b""),
        (header([["list"]]), b""),
        (header(["nonsense"]), b""),
        (header(["int"]), b""),
        (header(["int", 3]), b""),
        (header(["int", "zz"]), b""),
        (header(["int", "f" * 5000]), b""),
        (header(["float", "one"]), b""),
        (header(["float", [1]]), b""),
        (header(["complex", "1"]), b""),
        (header(["str", 1]), b""),
        (header(["slice", 1]), b""),
        (header(["dict", 3]), b""),
        (header(["dict", [1]]), b""),
        (header(["dict", [["list"], 1]]), b""),
        (header(["dict", [["int", "0x" + "f" * 20], 1]]), b""),
        (header(["bytes", 4]), b"abc"),
        (header(["bytes", -1]), b""),
        (header(["bytes", True]), b"a"),
        (header(["bytes", 2]), b"abc"),
        (header(["bytes"]), b""),
        (header(["array", "float32", [1], 4]), b"abc"),
        (header(["array", "float32", [2], 4]), b"abcd"),
        (header(["array", "float32", [-1], 4]), b"abcd"),
        (header(["array", "float32", [-1, -1], 4]), b"abcd"),
        (header(["array", "float32", [1.0], 4]), b"abcd"),
        (header(["array", "float32", [True], 4]), b"abcd"),
        (header(["array", "float32", "1", 4]), b"abcd"),
        (header(["array", "float32", [2**40, 2**40], 0]), b""),
        (header(["array", "float32", [0] * 17, 0]), b""),
        (header(["array", "float32", [0, 2**62], 0]), b""),
        (header(["array", "object", [1], 8]), b"12345678"),
        (header(["array", "O", [1], 8]), b"12345678"),
        (header(["array", ["float32"], [1], 4]), b"abcd"),
        (header(["array", "bool", [1], 1]), b"\x07"),
        (header(["scalar", "float32", [2], 8]), b""),
        (header(["tensor", "float32", [1], 4, False]), b"abcd"),
        (header(["tensor", "qint8", [1], 1, False, None]), b"a"),
        (header(["tensor", ["float32"], [1], 4, False, None]), b"abcd"),
        (header(["tensor", "bool", [1], 1, False, None]), b"\x02"),
        (header(["tensor", "int64", [1], 8, True, None]), b"12345678"),
        (header(["tensor", "float32", [1], 4, True, ["list"]]), b"abcd"),
        (
            header(["tensor", "float32", [1], 4, True, ["tensor", "float32", [2], 8, False, None]]),
            b"abcdabcdabcd",
        ),
        (
            header(["tensor", "float32", [1], 4, True, ["tensor", "int32", [1], 4, False, None]]),
            b"abcdabcd",
        ),
        (header(["torch_dtype", "float33"]), b""),
        (header(["torch_dtype", ["float32"]]), b""),
        (header(["numpy_dtype", "object"]), b""),
        (header(["sparse", "csr", False, [2, 2]]), b""),
        (header(["sparse", "dia", False, [2, 2], ["array"], ["array"], ["array"]]), b""),
        (header(["list", *[0] * (plain.MAX_ITEMS + 1)]), b""),
    ],
)
def test_a_malformed_frame_raises_only_wire_errors(head: bytes, buffers: bytes) -> None:
    with pytest.raises(WireError):
        unpack(head, buffers, SIDE)


@pytest.mark.parametrize(
    ("shape", "rows", "columns"),
    [
        ([3, 3], [3], [0]),
        ([3, 3], [0], [-1]),
        ([3, 3], [2**40], [0]),
        ([3, 3], [0, 1], [0]),
        ([3, 3], [0.0], [0.0]),
        ([10**8, 1], [0], [0]),
        ([3], [0], [0]),
        ([3, 3, 3], [0], [0]),
    ],
)
def test_sparse_indices_are_checked(shape: list[int], rows: list[Any], columns: list[Any]) -> None:
    """SciPy's compiled code would follow them anywhere."""
    parts = [np.array(rows), np.array(columns), np.ones(1)]
    entries = [json.loads(split(part)[0]) for part in parts]
    buffers = b"".join(part.tobytes() for part in parts)
    with pytest.raises(WireError):
        unpack(header(["sparse", "csr", False, shape, *entries]), buffers, SIDE)


@pytest.mark.parametrize(
    "prefix",
    [b"PKL\0" + bytes(12), PREFIX.pack(b"S220", 2**31, 0), PREFIX.pack(b"S220", 0, 2**60)],
)
def test_a_bad_prefix_is_refused(prefix: bytes) -> None:
    with pytest.raises(WireError):
        read_prefix(prefix)


RICH = [
    {"ok": (np.arange(6.0).reshape(2, 3), "text", None)},
    [torch.ones(2, 2, requires_grad=True), b"abc", 2**70, slice(1, 2), 1.5],
    scipy.sparse.eye(3, format="csr"),
    {"error": {"bases": ["ValueError"], "line": 3}, "printed": ""},
]


def mutated(frame: tuple[bytes, bytes], rng: random.Random) -> tuple[bytes, bytes]:
    """A frame with a few bytes of its header changed, or an entry of it replaced."""
    head, buffers = frame
    if rng.random() < 0.5:
        changed = bytearray(head)
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(changed))
            if rng.random() < 0.3:
                del changed[place]
            else:
                changed[place] = rng.choice(b'[]{}",0123456789-e.ntf\\\x00\xff:a')
        return bytes(changed), buffers
    tree = json.loads(head)
    spot, node = [], tree
    while isinstance(node, list) and node:
        spot.append(rng.randrange(len(node)))
        if rng.random() < 0.3:
            break
        node = node[spot[-1]]
    odd: list[Any] = [
        None,
        -1,
        2**62,
        10**9,
        1.5,
        "",
        "list",
        "tensor",
        [],
        {},
        [[]],
        True,
        "handle",
    ]
    holder = tree
    for index in spot[:-1]:
        holder = holder[index]
    if spot:
        holder[spot[-1]] = rng.choice(odd)
    return json.dumps(tree).encode(), buffers[: rng.randrange(len(buffers) + 1)]


@pytest.mark.parametrize("seed", range(40))
def test_fuzz_a_mutated_frame_is_read_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    refused = 0
    for value in RICH:
        frame = split(value)
        for _ in range(25):
            try:
                unpack(*mutated(frame, rng), SIDE)
            except WireError:
                refused += 1
    assert refused > 0  # and whatever else it was, no other error


@given(st.binary(max_size=200), st.binary(max_size=50))
@FUZZ
def test_fuzz_random_bytes_are_read_or_refused(head: bytes, buffers: bytes) -> None:
    try:
        unpack(head, buffers, SIDE)
    except WireError:
        return


json_trees = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from([*wire.Decoder(SIDE, memoryview(b"")).readers, "float32", "csr"]),
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=20,
)


@given(json_trees, st.binary(max_size=16))
@FUZZ
def test_fuzz_any_json_is_read_or_refused(tree: Any, buffers: bytes) -> None:
    try:
        unpack(json.dumps(tree).encode(), buffers, SIDE)
    except WireError:
        return


def test_many_keys_of_one_hash_cannot_be_made() -> None:
    """A dict with colliding keys takes quadratic time; only huge integers collide at will."""
    colliding = [k * (2**61 - 1) for k in range(1, 40)]
    assert len({hash(key) for key in colliding}) == 1
    kept = [key for key in colliding if plain.is_key(key)]
    assert len(kept) < 5


def test_tensors_land_on_the_sides_device() -> None:
    class Elsewhere(Plain):
        lands_on = "meta"  # a device that every machine has

    state = {"weight": torch.ones(2, 2, requires_grad=True), "steps": [torch.tensor(3)]}
    arrived = unpack(*split(state), Elsewhere())
    assert arrived["weight"].device.type == arrived["steps"][0].device.type == "meta"
    assert arrived["weight"].requires_grad
    assert arrived["weight"].is_leaf
