# SPDX-License-Identifier: BSD-3-Clause
"""docs/network-file.md a second time, in plain NumPy: what the built-in engine is tested against.

Every value is a matrix (row, sample) in the dtype of its kind. Sums are NumPy's, so results agree
with the engine's to rounding, not in their bits.
"""

import json
import math
import struct

import numpy as np

DTYPES = {"F32": np.float32, "F64": np.float64, "I32": np.int32}
KINDS = {"real32": np.float32, "real64": np.float64}


class Network:
    """A file, read without the library that wrote it."""

    def __init__(self, path):
        data = path.read_bytes()
        (length,) = struct.unpack_from("<Q", data)
        header = json.loads(data[8 : 8 + length])
        texts = header.pop("__metadata__")
        self.card, self.network = json.loads(texts["card"]), json.loads(texts["network"])
        assert (self.network["format"], self.network["version"]) == ("pyhybrid network", 1)
        assert self.card["arguments"] == "packed"
        body = data[8 + length :]
        self.tensors = {name: self._tensor(body, entry) for name, entry in header.items()}

    @staticmethod
    def _tensor(body, entry):
        first, end = entry["data_offsets"]
        numbers = np.frombuffer(body[first:end], DTYPES[entry["dtype"]])
        return numbers.reshape(entry["shape"])

    @property
    def operations(self):
        return self.network["operations"]

    def words(self):
        """The operations, by their words."""
        return [operation["op"] for operation in self.operations]

    def run(self, x):
        """(sample, feature) to (sample, output)"""
        values = [np.ascontiguousarray(x.T, KINDS[self.card["kind"]])]
        with np.errstate(all="ignore"):
            for operation in self.operations:
                values.append(self._result(operation, values))
        return self._operand(self.network["output"], values).T

    def _result(self, operation, values):
        attributes = {
            key: value for key, value in operation.items() if key not in ("op", "name", "in")
        }
        op, operands = operation["op"], operation["in"]
        if op in ELEMENTWISE:
            return self._elementwise(op, operands, values, attributes)
        named = {
            key: self.tensors[value] if isinstance(value, str) and key != "kind" else value
            for key, value in attributes.items()
        }
        operands = [self._operand(one, values) for one in operands]
        (kind,) = {one.dtype for one in operands} or {named["tensor"].dtype}
        for tensor in named.values():
            assert not isinstance(tensor, np.ndarray) or tensor.dtype in (kind, np.int32)
        if op == "constant":
            return np.repeat(named["tensor"].reshape(-1, 1), values[0].shape[1], axis=1)
        result = OPERATIONS[op](*operands, **named)
        assert result.ndim == 2 and (op == "cast" or result.dtype == kind), op
        return result

    def _operand(self, operand, values):
        """A value or some of its rows."""
        if isinstance(operand, dict):
            first, rows = operand["first"], operand["rows"]
            assert 0 <= first and 0 < rows and first + rows <= len(values[operand["value"]])
            return values[operand["value"]][first : first + rows]
        assert type(operand) is int
        return values[operand]

    def _elementwise(self, op, operands, values, attributes):
        found = [self._any_operand(one, values) for one in operands]
        (kind,) = {one.dtype for one in found if one.ndim == 2}
        rows = {len(one) for one in found if one.ndim and len(one) > 1}
        assert len(rows) <= 1, f"{op}: rows {rows}"
        for one in found:
            assert one.ndim in (0, 2) or one.dtype == kind
        columns = [one.reshape(-1, 1) if one.ndim == 1 else one.astype(kind) for one in found]
        return np.asarray(ELEMENTWISE[op](*columns, **attributes), kind)

    def _any_operand(self, operand, values):
        """A tensor has one axis here, and a number none."""
        if isinstance(operand, str):
            return self.tensors[operand].reshape(-1)
        if isinstance(operand, float):
            return np.asarray(operand)
        return self._operand(operand, values)


def groups(x, size):
    """G x n rows as (G, n, sample)."""
    assert len(x) % size == 0
    return x.reshape(-1, size, x.shape[1])


def rows(x):
    """The inverse."""
    return np.ascontiguousarray(x).reshape(-1, x.shape[-1])


def dense(x, weight, bias=None):
    y = np.einsum("mn,gns->gms", weight, groups(x, weight.shape[1]))
    return rows(y if bias is None else y + bias[:, None])


def convolution(x, weight, channels, stride, dilation, groups, padding, bias=None):
    signal = np.pad(x.reshape(-1, channels, x.shape[1]), (padding, (0, 0), (0, 0)))
    out, each, width = weight.shape
    length = (len(signal) - dilation * (width - 1) - 1) // stride + 1
    y = np.zeros((length, out, x.shape[1]), x.dtype)
    for o in range(out):
        first = o // (out // groups) * each
        for k in range(width):
            start = k * dilation
            taken = signal[start : start + stride * (length - 1) + 1 : stride, first : first + each]
            y[:, o] += np.einsum("c,lcs->ls", weight[o, :, k], taken)
    return rows(y if bias is None else y + bias[None, :, None])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def recurrent(cell, gates, x, states, input_weight, state_weight, input_bias, state_bias, reverse):
    features, hidden = input_weight.shape[1], state_weight.shape[1]
    assert len(input_weight) == len(state_weight) == gates * hidden
    signal = groups(x, features)
    if not states:
        states = [np.zeros((hidden, x.shape[1]), x.dtype)] * (1 if gates == 3 else 2)
    result = [None] * len(signal)
    for level in reversed(range(len(signal))) if reverse else range(len(signal)):
        of_input = input_weight @ signal[level]
        of_state = state_weight @ states[0]
        if input_bias is not None:
            of_input, of_state = of_input + input_bias[:, None], of_state + state_bias[:, None]
        states = cell(groups(of_input, hidden), groups(of_state, hidden), *states)
        result[level] = states[0]
    return np.concatenate(result)


def gru_cell(x, h, state):
    reset, update = sigmoid(x[0] + h[0]), sigmoid(x[1] + h[1])
    return [(1 - update) * np.tanh(x[2] + reset * h[2]) + update * state]


def lstm_cell(x, h, _, memory):
    enter, forget, new, leave = x + h
    memory = sigmoid(forget) * memory + sigmoid(enter) * np.tanh(new)
    return [sigmoid(leave) * np.tanh(memory), memory]


def gru(x, *states, input_weight, state_weight, input_bias=None, state_bias=None, reverse):
    weights = input_weight, state_weight, input_bias, state_bias
    return recurrent(gru_cell, 3, x, states, *weights, reverse)


def lstm(x, *states, input_weight, state_weight, input_bias=None, state_bias=None, reverse):
    weights = input_weight, state_weight, input_bias, state_bias
    return recurrent(lstm_cell, 4, x, states, *weights, reverse)


def gather(*operands, index, fill=0.0):
    counted = np.concatenate(operands)
    assert index.dtype == np.int32 and index.min() >= -1 and index.max() < len(counted)
    return np.where((index < 0)[:, None], counted.dtype.type(fill), counted[index])


def scatter_add(x, index, rows):
    y = np.zeros((rows, x.shape[1]), x.dtype)
    for row, place in zip(x, index, strict=True):
        if place >= 0:
            y[place] += row
    return y


def cast(x, kind):
    return x.astype(KINDS[kind])


def over_groups(function):
    """G x n to G, or to G x n."""

    def operation(x, size):
        return np.asarray(rows_of(function(groups(x, size))), x.dtype)

    return operation


def rows_of(y):
    return y if y.ndim == 2 else rows(y)


def log_softmax(x):
    shifted = x - x.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def layer_norm(x, size, epsilon, weight=None, bias=None):
    x = groups(x, size)
    anomaly = x - x.mean(1, keepdims=True)
    y = anomaly / np.sqrt((anomaly**2).mean(1, keepdims=True) + x.dtype.type(epsilon))
    y = y if weight is None else y * weight[:, None]
    return rows(y if bias is None else y + bias[:, None])


OPERATIONS = {
    "dense": dense,
    "convolution": convolution,
    "gru": gru,
    "lstm": lstm,
    "gather": gather,
    "scatter_add": scatter_add,
    "cast": cast,
    "sum": over_groups(lambda x: x.sum(1)),
    "mean": over_groups(lambda x: x.mean(1)),
    "product": over_groups(lambda x: x.prod(1)),
    "largest": over_groups(lambda x: x.max(1)),
    "least": over_groups(lambda x: x.min(1)),
    "place_of_largest": over_groups(lambda x: x.argmax(1)),
    "place_of_least": over_groups(lambda x: x.argmin(1)),
    "cumulative_sum": over_groups(lambda x: x.cumsum(1)),
    "cumulative_product": over_groups(lambda x: x.cumprod(1)),
    "softmax": over_groups(lambda x: np.exp(log_softmax(x))),
    "log_softmax": over_groups(log_softmax),
    "layer_norm": layer_norm,
}


erf = np.vectorize(math.erf, otypes=[float])


def softplus(x, beta, threshold):
    return np.where(x * beta > threshold, x, np.log1p(np.exp(x * beta)) / beta)


def elu(x, alpha):
    return np.where(x > 0, x, alpha * np.expm1(x))


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def clamp(x, lower=None, upper=None):
    x = x if lower is None else np.maximum(x, lower)
    return x if upper is None else np.minimum(x, upper)


def hard_sigmoid(x):
    return clamp(x + 3, 0, 6) / 6


ELEMENTWISE = {
    "negative": np.negative,
    "absolute": np.abs,
    "sign": np.sign,
    "square": np.square,
    "square_root": np.sqrt,
    "reciprocal": np.reciprocal,
    "reciprocal_root": lambda x: 1 / np.sqrt(x),
    "exp": np.exp,
    "exp_minus_1": np.expm1,
    "log": np.log,
    "log_1_plus": np.log1p,
    "log2": np.log2,
    "log10": np.log10,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "erf": erf,
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x * sigmoid(x),
    "gelu": lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))),
    "gelu_tanh": gelu_tanh,
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "hard_sigmoid": hard_sigmoid,
    "hard_swish": lambda x: x * hard_sigmoid(x),
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.round,
    "truncate": np.trunc,
    "not": lambda x: x == 0,
    "is_nan": np.isnan,
    "is_infinite": np.isinf,
    "leaky_relu": lambda x, slope: np.where(x > 0, x, x * slope),
    "elu": elu,
    "selu": lambda x: 1.0507009873554805 * elu(x, 1.6732632423543772),
    "softplus": softplus,
    "clamp": clamp,
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "power": np.power,
    "largest_of": np.maximum,
    "least_of": np.minimum,
    "remainder": np.remainder,
    "floor_divide": np.floor_divide,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "and": lambda x, y: (x != 0) & (y != 0),
    "or": lambda x, y: (x != 0) | (y != 0),
    "exclusive_or": lambda x, y: (x != 0) ^ (y != 0),
    "arc_tangent": np.arctan2,
    "where": lambda condition, x, y: np.where(condition != 0, x, y),
}
