# SPDX-License-Identifier: BSD-3-Clause
"""numpy arrays as ``hyb_view``: address and strides, or a refusal."""

import numpy as np
import pytest

from pyhybrid import _abi, errors

_BASE = np.arange(24, dtype=np.float64).reshape(4, 6)


@pytest.mark.parametrize(
    "array",
    [
        _BASE,
        np.asfortranarray(_BASE),
        _BASE.T,
        _BASE[::-1, ::-2],
        _BASE[1:3, 2:5],
        _BASE[:, 0],
        np.array(3.0),
        np.zeros((0, 3), np.float32),
        np.zeros((2, 3, 4, 5), np.int32),
    ],
)
def test_view_is_the_array(array):
    view = _abi.as_view(array, "x")
    rank = array.ndim
    assert int(_abi.ffi().cast("intptr_t", view.data)) == array.ctypes.data
    assert view.size == _abi.ffi().sizeof("hyb_view")
    assert view.rank == rank
    assert tuple(view.extent)[:rank] == array.shape
    assert tuple(view.stride)[:rank] == array.strides
    assert tuple(view.axes) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "dtype, kind", [("f4", "HYB_REAL32"), ("f8", "HYB_REAL64"), ("i4", "HYB_INT32")]
)
def test_kind(dtype, kind):
    assert _abi.as_view(np.zeros(2, dtype), "x").kind == _abi.enumeration("hyb_kind")[kind]


def test_kind_of_truth_values():
    view = _abi.as_view(np.ones(2, np.int32), "x", logical=True)
    assert view.kind == _abi.enumeration("hyb_kind")["HYB_LOGICAL32"]
    assert view.truth == 1


@pytest.mark.parametrize(
    "dtype, message",
    [
        ("f2", "x: expected dtype float32 or float64 or int32, found float16"),
        ("i8", "x: expected dtype float32 or float64 or int32, found int64"),
        (">f8", "x: expected dtype .* found >f8 of foreign byte order"),
        ("c16", "found complex128"),
        ("O", "found object"),
        ("bool", "x: expected int32 for truth values, found bool"),
    ],
)
def test_other_dtypes_are_refused(dtype, message):
    with pytest.raises(errors.FieldError, match=message):
        _abi.as_view(np.zeros(3, dtype), "x")


def test_truth_values_are_int32():
    with pytest.raises(errors.FieldError, match="expected dtype int32, found float64"):
        _abi.as_view(np.zeros(3), "x", logical=True)


@pytest.mark.parametrize("thing, found", [([1.0], "list"), (3.0, "float"), (None, "NoneType")])
def test_what_is_no_array_is_refused(thing, found):
    with pytest.raises(errors.ArgumentError, match=f"x: expected a numpy array, found {found}"):
        _abi.as_view(thing, "x")


def test_masked_array_is_refused():
    with pytest.raises(errors.ArgumentError, match="found a masked array"):
        _abi.as_view(np.ma.masked_equal(np.zeros(3), 0.0), "x")


def test_rank_above_four_is_refused():
    with pytest.raises(errors.ShapeError, match="expected an array of rank 0 to 4, found rank 5"):
        _abi.as_view(np.zeros((1, 1, 1, 1, 1)), "x")


def test_read_only_is_refused_for_writing_only():
    array = np.zeros(3)
    array.flags.writeable = False
    _abi.as_view(array, "x")
    with pytest.raises(errors.ArgumentError, match="to write into, found a read-only one"):
        _abi.as_view(array, "x", write=True)
