"""The ports say everything that their implementers must know."""

from __future__ import annotations

import inspect
import typing

import pytest

from desktop_app.domain import ports

METHODS = [
    pytest.param(method, id=f"{name}.{method.__name__}")
    for name, port in vars(ports).items()
    if inspect.isclass(port) and port.__module__ == ports.__name__
    for method in vars(port).values()
    if inspect.isfunction(method) and not method.__name__.startswith("_")
]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_fully_annotated_with_types_that_exist(method):
    hints = typing.get_type_hints(method)
    names = set(inspect.signature(method).parameters) - {"self"}
    assert set(hints) == names | {"return"}
