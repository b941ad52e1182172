"""One digest of all that a result hangs on: code down to the functions it calls, data, settings and versions. Or a refusal, never a guess."""

from __future__ import annotations

import collections
import enum
import functools
import hashlib
import pathlib
import types
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from stats220.checkpoints.codes import global_names, imported_modules, is_of_python
from stats220.checkpoints.installed import environment, is_installed, public_name
from stats220.errors import Stats220Error

MAX_OBJECTS = 50_000
# What reads from elsewhere: then the outcome hangs on more than can be seen here. Builtins, and names of functions and methods.
READERS = frozenset({"eval", "exec", "globals", "locals", "vars", "input", "__import__"})
READS = frozenset(
    {"open", "load", "loadtxt", "loadmat", "genfromtxt", "fromfile", "imread", "read", "read_csv", "read_text", "read_bytes", "read_image", "urlopen", "getenv", "environ", "import_module"}
)  # fmt: skip
ATOMS = (type(None), bool, int, str, bytes, type(...), type(NotImplemented), range, torch.dtype, torch.device)  # fmt: skip
DICTS = (dict, collections.OrderedDict, collections.defaultdict, types.MappingProxyType)
DESCRIPTORS = (
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)
# Of a class: what says nothing of what it does, or differs from run to run.
UNSAID = frozenset(
    {"__dict__", "__weakref__", "__doc__", "__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__", "__firstlineno__", "__static_attributes__", "__abstractmethods__", "_abc_impl", "__dataclass_fields__", "__dataclass_params__"}
)  # fmt: skip


class UnsureError(Stats220Error):
    """It cannot be told whether something is what it was."""


def digest(*parts: Any, bare: Iterable[torch.nn.Module] = ()) -> str:
    """A digest of values, of functions with all that they use, and of the versions that they run with.

    Parameters
    ----------
    *parts
        Numbers, text, arrays, tensors, modules, generators, functions, classes, and objects and collections of these.
    bare : modules
        Of which the numbers in parameters and buffers, and the mode (training or not), are left out.

    Returns
    -------
    str
        The same in another process where code, data and versions are the same.

    Raises
    ------
    UnsureError
        Where something is of a kind of which that cannot be told, or code reads from elsewhere: files, the clock.
    """
    walk = _Walk(bare)
    try:
        walk.put("environment", environment())
        walk.put("settings", repr((torch.get_default_dtype(), torch.get_default_device())))
        walk.put("precision", torch.get_float32_matmul_precision())
        for part in parts:
            walk.add(part)
    except UnsureError:
        raise
    except (
        Exception
    ) as error:  # an object of a student's that cannot be looked at, or one nested too deeply
        raise walk.refuse(f"cannot be looked at ({type(error).__name__})") from error
    return walk.hash.hexdigest()


class _Walk:
    """Goes through values once, in an order that is the same in each process, and hashes what it meets."""

    def __init__(self, bare: Iterable[torch.nn.Module]) -> None:
        self.hash = hashlib.sha256()
        self.seen: dict[int, int] = {}
        self.kept: list[Any] = []  # so that no number of `seen` is given to another object
        self.trail: list[str] = []
        self.count = 0
        self.bare_modules = {id(m) for model in bare for m in model.modules()}
        self.bare_tensors = {
            id(t) for model in bare for t in (*model.parameters(), *model.buffers())
        }

    def put(self, tag: str, *fields: str | bytes) -> None:
        """Hash a tag and its fields, each with its length, so that no two sequences look alike."""
        for field in (tag, *fields):
            raw = field.encode("utf-8", "surrogatepass") if isinstance(field, str) else field
            self.hash.update(len(raw).to_bytes(8, "little"))
            self.hash.update(raw)

    def refuse(self, what: str) -> UnsureError:
        """The error that says where on the way something was met."""
        return UnsureError(f"{' → '.join(self.trail)} {what}" if self.trail else what)

    @contextmanager
    def within(self, name: str) -> Iterator[None]:
        """Remember the way, for the error."""
        self.trail.append(name)
        yield
        self.trail.pop()

    def add(self, value: Any) -> None:
        """Hash a value and what it is made of."""
        self.count += 1
        if self.count > MAX_OBJECTS:
            raise self.refuse("is made of too many parts")
        kind = type(value)
        if kind in ATOMS:
            self.put(kind.__name__, value if isinstance(value, bytes) else repr(value))
        elif isinstance(value, float | complex) and kind in (float, complex):
            self.put(kind.__name__, value.real.hex(), value.imag.hex())
        elif kind is slice:
            self._all("slice", (value.start, value.stop, value.step))
        elif kind is tuple:
            self._all("tuple", value)
        elif isinstance(value, enum.Enum):
            self.put("enum", value.name)
            self.add(kind)
        elif kind in (set, frozenset):
            self.put("set", *sorted(_alone(item, self) for item in value))
        elif kind is types.CodeType:
            self._code(value)
        elif isinstance(value, pathlib.PurePath):
            self.put("path", str(value))
        elif name := public_name(value):
            self.put("installed", name)
        elif id(value) in self.seen:
            self.put("seen", str(self.seen[id(value)]))
        else:
            self.seen[id(value)] = len(self.seen)
            self.kept.append(value)
            if not (self._data(value, kind) or self._callable(value, kind)):
                self._object(value, kind)

    def _all(self, tag: str, values: Iterable[Any]) -> None:
        items = list(values)
        self.put(tag, str(len(items)))
        for item in items:
            self.add(item)

    def _data(self, value: Any, kind: type) -> bool:
        if kind is list:
            self._all("list", value)
        elif kind in DICTS:
            self._all(kind.__name__, (x for pair in value.items() for x in pair))
            self.add(getattr(value, "default_factory", None))
        elif isinstance(value, np.dtype):
            self.put("dtype", repr(value))
        elif isinstance(value, np.ndarray | np.generic) and not value.dtype.hasobject:
            self._array(value, kind)
        elif isinstance(value, torch.Tensor) and kind in (torch.Tensor, torch.nn.Parameter):
            self._tensor(value)
        elif isinstance(value, np.random.Generator):
            self.add(value.bit_generator.state)
        elif isinstance(value, torch.Generator):
            self.put("torch generator", str(value.device), value.get_state().numpy().tobytes())
        else:
            return False
        return True

    def _array(self, value: Any, kind: type) -> None:
        if isinstance(value, np.ndarray) and kind not in (np.ndarray, np.memmap):
            raise self.refuse(f"is a {kind.__name__}")
        # The order in memory decides the order of sums.
        self.put("array", value.dtype.str, repr(value.shape), repr(value.strides))
        self.put("scalar" if isinstance(value, np.generic) else "values")
        # Row by row where a copy of the whole would be needed.
        for part in (value,) if value.flags.c_contiguous or value.ndim < 2 else value:
            if part.nbytes:
                flat = np.ascontiguousarray(part).reshape(-1).view(np.uint8)
                self.hash.update(flat.data)

    def _tensor(self, value: torch.Tensor) -> None:
        if value.layout is not torch.strided or value.device.type == "meta":
            raise self.refuse(f"is a tensor with the layout {value.layout}")
        form = (value.dtype, tuple(value.shape), value.stride(), value.device, value.requires_grad)
        self.put("tensor", repr(form))
        if id(value) in self.bare_tensors:
            return
        plain = value.detach().resolve_conj().resolve_neg().cpu().contiguous().reshape(-1)
        if plain.numel():
            self.hash.update(plain.view(torch.uint8).numpy().data)
        self.add(value.grad if value.is_leaf else None)

    def _callable(self, value: Any, kind: type) -> bool:
        if isinstance(value, types.FunctionType):
            with self.within(value.__name__):
                self._function(value)
        elif isinstance(value, types.MethodType):
            self._all("method", (value.__func__, value.__self__))
        elif isinstance(value, types.BuiltinFunctionType | types.MethodWrapperType):
            owner = value.__self__
            self.put("builtin", value.__qualname__, str(getattr(value, "__module__", "")))
            self.add(None if isinstance(owner, types.ModuleType | type) else owner)
        elif isinstance(value, DESCRIPTORS):
            self.put("descriptor", value.__qualname__)
        elif kind is functools.partial:
            self._all("partial", (value.func, value.args, value.keywords, vars(value)))
        elif kind is property:
            self._all("property", (value.fget, value.fset, value.fdel))
        elif kind in (staticmethod, classmethod):
            self._all(kind.__name__, (value.__func__,))
        elif kind is type(functools.cache(lambda: None)):
            self._all("cached", (value.__wrapped__,))
        elif isinstance(value, type):
            with self.within(value.__name__):
                self._class(value)
        else:
            return False
        return True

    def _function(self, value: types.FunctionType) -> None:
        self.put("function", value.__name__)
        self._code(value.__code__)
        self._all("defaults", (value.__defaults__, value.__kwdefaults__, vars(value)))
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
            with self.within(name):
                self.put("cell", name)
                try:
                    content = cell.cell_contents
                except ValueError:  # nothing in it yet
                    self.put("empty")
                else:
                    self.add(content)
        builtin = getattr(value, "__builtins__", {})
        for name in global_names(value.__code__):
            with self.within(name):
                if name in READERS and name not in value.__globals__:
                    raise self.refuse("is called, which may read what cannot be seen here")
                self.put("global", name)
                if name in value.__globals__:
                    self.add(value.__globals__[name])
                elif name in builtin:
                    self.put("builtin", name)

    def _code(self, code: types.CodeType) -> None:
        if reads := READS & set(code.co_names):
            raise self.refuse(f"uses {min(reads)!r}, which may read what cannot be seen here")
        for module in imported_modules(code):
            if not is_installed(module):
                raise self.refuse(f"imports {module}, which is not installed")
        self.put("code", code.co_name, code.co_code, getattr(code, "co_exceptiontable", b""))
        self.put("flags", str(code.co_flags))
        names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
        counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
        self.put("names", repr(names), repr(counts))
        self._all("constants", code.co_consts)

    def _class(self, value: type) -> None:
        if public_name(type(value)) == "" or not is_of_python(value):
            raise self.refuse("is a class of a kind that is not known")
        self.put("class", value.__name__)
        self._all("bases", (type(value), *value.__bases__))
        for name, member in vars(value).items():
            if name not in UNSAID:
                with self.within(name):
                    self.put("member", name)
                    self.add(member)

    def _object(self, value: Any, kind: type) -> None:
        """A named tuple, or what has all that it holds in its `__dict__`."""
        if isinstance(value, types.ModuleType):
            raise self.refuse(f"is the module {value.__name__}, which is not installed")
        if not is_of_python(kind):
            raise self.refuse(
                f"is a {kind.__name__}, of which it cannot be told whether it changed"
            )
        content = dict(getattr(value, "__dict__", {}))
        if id(value) in self.bare_modules:
            content.pop("training", None)
        self.put("object")
        self.add(kind)
        if isinstance(value, tuple):
            self._all("items", tuple(value))
        for name, member in content.items():
            with self.within(name):
                self.put("attribute", name)
                self.add(member)


def _alone(item: Any, within: _Walk) -> str:
    """The digest of an element of a set, which has no order."""
    walk = _Walk(())
    walk.trail = within.trail
    walk.add(item)
    return walk.hash.hexdigest()
