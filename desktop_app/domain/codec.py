"""The frozen values to JSON-able ones and back: what is saved beside an answer and printed by commands.

Reading is forgiving where versions differ and strict where data is wrong: unknown keys are ignored, missing
ones take their default, a value of the wrong kind raises ValueError.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


def encode(value: Any) -> Any:
    """`value` in dicts, lists, text, numbers, booleans and None. Raises TypeError for anything else."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return encode(value.value)
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot be encoded")


def decode(kind: type[T], data: Any) -> T:
    """A `kind` (a dataclass of the domain) from what `encode` made of one. Raises ValueError."""
    result: T = _read(kind, data, kind.__name__)
    return result


def _read(kind: Any, data: Any, where: str) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        return _read_fields(kind, data, where)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        if data is None and type(None) in arguments:
            return None
        (inner,) = (argument for argument in arguments if argument is not type(None))
        return _read(inner, data, where)
    if origin is tuple:
        if not isinstance(data, list):
            raise _wrong(where, "a list", data)
        return tuple(_read(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(data))
    if origin is typing.Literal:
        if data not in arguments:
            raise _wrong(where, " or ".join(map(str, arguments)), data)
        return data
    if issubclass(kind, Enum):
        try:
            return kind(data)
        except ValueError as error:
            raise _wrong(where, f"one of {', '.join(kind)}", data) from error
    if kind is float and type(data) is int:
        return float(data)
    if type(data) is not kind:
        raise _wrong(where, kind.__name__, data)
    return data


def _read_fields(kind: type, data: Any, where: str) -> Any:
    if not isinstance(data, Mapping):
        raise _wrong(where, "an object", data)
    values = {}
    for name, (field, annotation) in _fields(kind).items():
        if name in data:
            values[name] = _read(annotation, data[name], f"{where}.{name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"{where}.{name} is missing")
    return kind(**values)


@functools.cache
def _fields(kind: type) -> dict[str, tuple[Field[Any], Any]]:
    annotations = typing.get_type_hints(kind)
    return {field.name: (field, annotations[field.name]) for field in fields(kind)}


def _wrong(where: str, expected: str, data: Any) -> ValueError:
    return ValueError(f"{where} must be {expected}, not {repr(data)[:40]}")
