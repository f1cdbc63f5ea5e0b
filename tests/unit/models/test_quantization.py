"""The tables of tensor types agree with themselves and with the bits that the names promise."""

from __future__ import annotations

import pytest

from desktop_app.models.quantization import FILE_TYPES, TENSOR_TYPES


@pytest.mark.parametrize(("name", "block", "size"), TENSOR_TYPES.values())
def test_bits_of_a_number(name, block, size):
    bits = 8 * size / block
    digits = next(int(part) for part in (name.lstrip("ABFIMNPQTVX").split("_")[0],) if part)
    assert digits <= bits < digits + 2.1


def test_names_are_unique():
    assert len({name for name, _, _ in TENSOR_TYPES.values()}) == len(TENSOR_TYPES)
    assert len(set(FILE_TYPES.values())) == len(FILE_TYPES)


def test_mixtures_are_made_of_tensor_types():
    tensors = {name for name, _, _ in TENSOR_TYPES.values()}
    for name in FILE_TYPES.values():
        base = name.removesuffix("_S").removesuffix("_M").removesuffix("_L").removesuffix("_XS")
        assert any(tensor.startswith(base) for tensor in tensors), name
