# SPDX-License-Identifier: BSD-3-Clause
"""Convolution and pooling along one axis."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..node import Node
from ..tensors import NUMPY, Array, Entries, Tensor
from .groups import over_last


def _convolved(
    node: Node,
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sequence[int] = (1,),
    padding: Sequence[int] | str = (0,),
    dilation: Sequence[int] = (1,),
    groups: int = 1,
) -> Tensor:
    """``x`` (sample, channel, length)"""
    if not all(one is None or one.fixed for one in (weight, bias)):
        node.refuse("weights that do not depend on the input", "some that do")
    kind = node.kind(x.dtype, x)
    attributes = _weights(node, weight, bias, kind) | {
        "channels": x.array.shape[1],
        "stride": stride[0],
        "dilation": dilation[0],
        "groups": groups,
        "padding": _both_sides(padding, weight.array.shape[-1], dilation[0]),
    }
    return _by_sample(node, x, kind, weight.array.shape[0], attributes)


def _both_sides(padding: Sequence[int] | str, width: int, dilation: int) -> list[int]:
    """ "same" has the odd one at the end."""
    if padding == "same":
        total = dilation * (width - 1)
        return [total // 2, total - total // 2]
    return [0, 0] if isinstance(padding, str) else [padding[0]] * 2


def _weights(node: Node, weight: Tensor, bias: Tensor | None, kind: str) -> dict[str, str]:
    words = {"weight": weight, "bias": bias}
    return {
        word: node.weight(one.array.astype(NUMPY[kind]), one, word)
        for word, one in words.items()
        if one is not None
    }


def _by_sample(node: Node, x: Tensor, kind: str, out: int, attributes: dict[str, Any]) -> Tensor:
    """An operation for each of the signals that are merged with a sample."""
    node.keep_apart(x, 1, 2)
    length = node.result.shape[-1]

    def one(signal: Entries) -> Entries:
        span = node.span(signal.T, kind)
        rows = node.emit("convolution", (span,), length * out, kind, **attributes)
        return rows.reshape(length, out).T

    signals = [one(signal) for signal in node.entries(x)]
    return node.made(np.stack(signals), x)


def _transposed(
    node: Node,
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sequence[int] = (1,),
    padding: Sequence[int] = (0,),
    output_padding: Sequence[int] = (0,),
    groups: int = 1,
    dilation: Sequence[int] = (1,),
) -> Tensor:
    """A convolution with the mirrored weight of the signal with zeros in between."""
    size = dilation[0] * (weight.array.shape[-1] - 1)
    spread = _spread(node, x, stride[0], output_padding[0])
    before = size - padding[0]
    mirrored = weight.with_array(_mirrored(weight.array, groups))
    cut = max(-before, 0)
    array = spread.array[..., cut : spread.array.shape[-1] - cut]
    return _convolved(
        node,
        Tensor(array, x.dtype, x.batch, False),
        mirrored,
        bias,
        padding=[max(before, 0)],
        dilation=dilation,
        groups=groups,
    )


def _spread(node: Node, x: Tensor, stride: int, more: int) -> Tensor:
    """The signal with stride - 1 zeros between its numbers, and some after them."""
    *rest, length = x.array.shape
    zero = node.network.constants(np.zeros(()))
    array = np.full((*rest, (length - 1) * stride + 1 + more), zero)
    array[..., : (length - 1) * stride + 1 : stride] = node.entries(x)
    return Tensor(array, x.dtype, x.batch, False)


def _mirrored(weight: Array, groups: int) -> Array:
    """(in, out / groups, width) to (out, in / groups, width), backwards."""
    *_, out, width = weight.shape
    parts = weight.reshape(groups, -1, out, width).swapaxes(1, 2)
    return parts.reshape(groups * out, -1, width)[..., ::-1]


def _pooled(
    op: str,
    outside: float,
    node: Node,
    x: Tensor,
    kernel_size: Sequence[int],
    stride: Sequence[int] = (),
    padding: Sequence[int] = (0,),
    dilation: Sequence[int] = (1,),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The extreme or the mean of windows."""
    if ceil_mode or not (count_include_pad or padding[0] == 0):
        node.refuse("windows within the padded signal", "ceil_mode or count_include_pad=False")
    node.keep_apart(x, -1)
    fill = node.network.constants(np.full((), outside))
    widths = [(0, 0)] * (x.array.ndim - 1) + [(padding[0], padding[0])]
    signal = np.pad(node.entries(x), widths, constant_values=fill)
    starts = np.arange(node.result.shape[-1]) * (stride or kernel_size)[0]
    windows = signal[..., starts[:, None] + np.arange(kernel_size[0]) * dilation[0]]
    result = over_last(node, op, windows, node.kind(x.dtype, x), reduces=True)
    return node.made(result, x)


def _pooled_to(node: Node, x: Tensor, output_size: Sequence[int]) -> Tensor:
    """Means of as many equal windows."""
    length = x.array.shape[-1]
    if length % output_size[0]:
        node.refuse(f"an output size that divides {length}", output_size[0])
    width = length // output_size[0]
    return _pooled("mean", 0.0, node, x, [width])


OPERATIONS: dict[str, Any] = {
    "adaptive_avg_pool1d": _pooled_to,
    "avg_pool1d": functools.partial(_pooled, "mean", 0.0),
    "conv1d": _convolved,
    "conv_transpose1d": _transposed,
    "max_pool1d": functools.partial(_pooled, "largest", -np.inf),
}
