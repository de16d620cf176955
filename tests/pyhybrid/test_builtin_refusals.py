# SPDX-License-Identifier: BSD-3-Clause
"""Files that the built-in engine refuses, each with a message of what is wrong."""

import json
import resource
import struct
import subprocess
import sys
import time

import numpy as np
import pytest

from pyhybrid import Card, Emulator, Field, HybridError

pytestmark = pytest.mark.usefixtures("builtin_plugin")

DTYPES = {"float32": "F32", "float64": "F64", "int32": "I32"}


def tensors_of(**arrays):
    """Header entries of arrays and their bytes."""
    entries, data = {}, b""
    for name, array in arrays.items():
        end = len(data) + array.nbytes
        dtype = DTYPES[array.dtype.name]
        entries[name] = {
            "dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), end]
        }
        data += array.tobytes()
    return entries, data


def card_of(nin=6, nout=3, kind="real32", **changed):
    dims = ("column", "species")
    x = Field("x", "1", "state", "real", dims, None, nin)
    y = Field("y", "1", "state", "real", dims, None, nout)
    return Card(name="test", sample="column", kind=kind, inputs=(x,), outputs=(y,), **changed)


ARRAYS = {
    "w": np.ones((3, 6), "f4"),
    "b": np.ones(3, "f4"),
    "w64": np.ones((3, 6), "f8"),
    "empty": np.ones((0, 6), "f4"),
    "kernel": np.ones((3, 2, 2), "f4"),
    "one": np.ones((1, 1), "f4"),
    "gw": np.ones((9, 2), "f4"),
    "gs": np.ones((9, 3), "f4"),
    "lw": np.ones((12, 2), "f4"),
    "ls": np.ones((12, 3), "f4"),
    "index": np.array([0, 1, 6], "i4"),
    "below": np.array([0, -2, 1], "i4"),
    "three": np.array([0, 1, 2], "i4"),
    "six": np.array([0, 1, 2, 0, 1, 2], "i4"),
}
DENSE = {"op": "dense", "name": "d", "in": [0], "weight": "w", "bias": "b"}


def network_of(*operations, output=None, **changed):
    head = {"format": "pyhybrid network", "version": 1}
    body = {"operations": list(operations), "output": len(operations) if output is None else output}
    return json.dumps({**head, **body, **changed})


def packed_card_of(nin, nout, **changed):
    entries = json.loads(card_of(nin, nout).to_json())
    return json.dumps({**entries, "arguments": "packed", **changed})


def packed_card(**changed):
    return packed_card_of(6, 3, **changed)


def file_of(header, data, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def valid(network=None, card=None, arrays=None):
    entries, data = tensors_of(**(ARRAYS if arrays is None else arrays))
    texts = {"card": card or packed_card(), "network": network or network_of(DENSE)}
    return {"__metadata__": texts, **entries}, data


def opened(tmp_path, data, **options):
    path = tmp_path / "test.safetensors"
    path.write_bytes(data)
    return Emulator(path, **options)


def refused(tmp_path, data, *words, **options):
    with pytest.raises(HybridError) as caught:
        opened(tmp_path, data, **options).run(np.ones((6, 4), "f4").T)
    for word in words:
        assert word in str(caught.value)


def test_valid_file_runs(tmp_path):
    """Else the refusals below would be of something else."""
    emulator = opened(tmp_path, file_of(*valid()))
    np.testing.assert_array_equal(emulator.run(np.ones((6, 4), "f4").T), np.full((4, 3), 7.0))


def op(word, *operands, **attributes):
    return {"op": word, "name": "t", "in": list(operands), **attributes}


CONVOLUTION = op("convolution", 0, weight="kernel", channels=2, padding=[0, 0])
GRU = op("gru", 0, input_weight="gw", state_weight="gs", reverse=False)
LSTM = op("lstm", 0, input_weight="lw", state_weight="ls", reverse=False)
NETWORKS = {
    "unknown op": ([op("magic", 0)], "op: expected", "'magic'"),
    "identity is no word": ([op("identity", 0)], "op: expected", "'identity'"),
    "unknown attribute": ([op("relu", 0, slope=1.0)], "attributes: expected", "'slope'"),
    "missing attribute": ([op("leaky_relu", 0)], "'slope'", "expected a value, found none"),
    "no name": ([{"op": "relu", "in": [0]}], "'name'", "found none"),
    "no operands": ([op("relu")], "operands: expected 1, found 0"),
    "operands no list": ([{**DENSE, "in": 0}], "in: expected a list, found number"),
    "operation no object": ([7], "entry: expected an object, found number"),
    "later value": ([op("relu", 1)], "value: expected one made before, 0 to 0, found 1"),
    "negative value": ([op("relu", -1)], "value: expected one made before", "found -1"),
    "value 2^64 - 1": ([op("relu", 2**64 - 1)], "value: expected a whole number"),
    "deep operand": ([op("relu", json.loads("[" * 40 + "]" * 40))], "nested at most 16"),
    "rows outside": (
        [op("relu", {"value": 0, "first": 4, "rows": 3})], "expected within its 6, found 3 from 4"
    ),
    "rows overflow": (
        [op("relu", {"value": 0, "first": 1, "rows": 2**63 - 1})], "expected within its 6"
    ),
    "no rows": ([op("relu", {"value": 0, "first": 1, "rows": 0})], "found 0 from 1"),
    "half a row": ([op("relu", {"value": 0, "first": 0.5, "rows": 1})], "first: expected a whole"),
    "constants only": ([op("add", 1.0, 2.0)], "a value among them, found constants only"),
    "number for a value": ([op("relu", 1.5)], "expected a value, found a constant"),
    "no such tensor": ([op("add", 0, "none")], "expected a tensor of the file, found 'none'"),
    "tensor of another kind": ([op("add", 0, "w64")], "expected real32, found real64"),
    "rows do not agree": ([op("add", 0, "b")], "expected 6 or 1, found 3"),
    "rows of tensor 0": ([op("add", 0, "empty")], "expected 6 or 1, found 0"),
    "weight of another kind": ([{**DENSE, "weight": "w64"}], "real32 (any, any), found real64"),
    "weight of another rank": ([{**DENSE, "weight": "b"}], "real32 (any, any), found real32 (3)"),
    "weight empty": ([{**DENSE, "weight": "empty"}], "extents of 1 or more", "(0, 6)"),
    "bias too long": ([{**DENSE, "bias": "w"}], "expected real32 (3), found real32 (3, 6)"),
    "kinds of values": (
        [op("cast", 0, kind="real64"), op("add", 0, 1)], "kind of operand 2: expected real32"
    ),
    "cast to nothing": ([op("cast", 0, kind="int")], "'real32' or 'real64', found 'int'"),
    "index too large": ([op("gather", 0, index="index")], "index 2: expected -1 to 5, found 6"),
    "index too small": ([op("gather", 0, index="below")], "index 1: expected -1 to 5, found -2"),
    "index of reals": ([op("gather", 0, index="b")], "expected int32 (any), found real32 (3)"),
    "fill no number": ([op("gather", 0, index="three", fill="x")], "fill: expected a number"),
    "scatter outside": (
        [op("scatter_add", 0, index="six", rows=2)], "index 2: expected -1 to 1, found 2"
    ),
    "scatter too short": (
        [op("scatter_add", 0, index="three", rows=3)], "expected int32 (6), found int32 (3)"
    ),
    "scatter 2^26 rows": ([op("scatter_add", 0, index="six", rows=2**26)], "found 67108864"),
    "scatter too large": (
        [op("scatter_add", 0, index="six", rows=2**22)] * 5
        + [op("add", 1, 2), op("add", 3, 6), op("add", 4, 7), op("add", 5, 8)]
        + [op("gather", 9, index="three")],
        "working memory of a column", "expected at most 67108864 bytes, found",
    ),
    "panels of 2^22 groups": (
        [op("scatter_add", 0, index="six", rows=2**22), op("dense", 1, weight="one")]
        + [op("dense", 2, weight="one"), op("dense", 3, weight="one")]
        + [op("gather", 4, index="three")],
        "panels, runs of rows and rearranged weights", "at most 1073741824 bytes, found",
    ),
    "size 0": ([op("sum", 0, size=0)], "size: expected a whole number from 1", "found 0"),
    "size does not divide": ([op("sum", 0, size=4)], "a multiple of 4, found 6"),
    "size 2^63": ([op("sum", 0, size=2**63)], "size: expected a whole number from 1"),
    "negative padding": ([{**CONVOLUTION, "padding": [-1, 0]}], "padding: expected 2 whole"),
    "one padding": ([{**CONVOLUTION, "padding": [1]}], "padding: expected 2 whole numbers"),
    "stride 0": ([{**CONVOLUTION, "stride": 0}], "stride: expected a whole number from 1"),
    "huge padding": ([{**CONVOLUTION, "padding": [2**22, 2**22]}], "found 8388610 times 2"),
    "groups do not divide": ([{**CONVOLUTION, "groups": 3}], "a multiple of its 3 groups, found 2"),
    "kernel too wide": ([{**CONVOLUTION, "dilation": 3}], "reach of the kernel, 4, found 3"),
    "channels": ([{**CONVOLUTION, "channels": 4}], "(any, 4, any)"),
    "lstm with one state": ([{**LSTM, "in": [0, 0]}], "operands: expected 3, found 2"),
    "state of other rows": ([{**GRU, "in": [0, 0]}], "rows of the initial state: expected 3"),
    "gru with lstm weights": ([{**GRU, "state_weight": "ls"}], "real32 (9, 3), found", "(12, 3)"),
    "one bias": ([{**GRU, "input_bias": "w"}], "expected real32 (9)"),
    "reverse 1": ([{**GRU, "reverse": 1}], "reverse: expected true or false, found 1"),
    "constant of rows": ([op("constant", tensor="six")], "real32 or real64", "found int32"),
    "constant empty": ([op("constant", tensor="empty")], "rows of the result", "found 0"),
    "output rows": ([op("relu", 0)], "rows of the output: expected 3 (card), found 6"),
    "output kind": ([DENSE, op("cast", 1, kind="real64")], "kind of the output: expected real32"),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_wrong_network_is_refused(tmp_path, name):
    operations, *words = NETWORKS[name]
    refused(tmp_path, file_of(*valid(network_of(*operations))), *words)


def test_weights_rearranged_too_often_are_refused(tmp_path):
    """300 times the 4 MiB of one tensor."""
    arrays = {"wide": np.ones((1024, 1, 1024), "f4"), "three": ARRAYS["three"]}
    convolution = op("convolution", 0, weight="wide", channels=1, padding=[1023, 1023])
    network = network_of(*[convolution] * 300, op("gather", 1, index="three"))
    data = file_of(*valid(network, arrays=arrays))
    refused(tmp_path, data, "rearranged weights", "at most 1073741824 bytes, found 1")


def test_too_many_runs_of_rows_are_refused(tmp_path):
    """2^20 rows in the wrong order, twelve times."""
    arrays = {"six": ARRAYS["six"], "back": np.arange(2**20, dtype="i4")[::-1]}
    gathers = [op("gather", i, index="back") for i in range(1, 13)]
    network = network_of(op("scatter_add", 0, index="six", rows=2**20), *gathers)
    refused(tmp_path, file_of(*valid(network, packed_card_of(6, 2**20), arrays)), "runs of rows")


DEEP = '{"a": ' * 100_000 + "0" + "}" * 100_000
TEXTS = {
    "another version": (network_of(DENSE, version=2), "version: expected 1, found 2"),
    "another format": (network_of(DENSE, format="onnx"), "found \"onnx\""),
    "no operations": ('{"format": "pyhybrid network", "version": 1}', "'operations'"),
    "too many": (network_of(*[op("relu", 0)] * 16385), "at most 16384, found 16385"),
    "no JSON": ("{", "network: expected JSON, found"),
    "a list": ("[]", "network: expected a JSON object, found array"),
    "deep": (DEEP, "nested at most 16 deep, found more"),
    "a name twice": ('{"version": 1, "version": 2}', "every name once, found 'version' twice"),
    "number too large": (
        network_of(op("leaky_relu", 0, slope=0.25)).replace("0.25", "1e999"), "expected JSON"
    ),
    "no number": (network_of(op("leaky_relu", 0, slope=float("nan"))), "expected JSON"),
    "later output": (network_of(DENSE, output=2), "value: expected one made before, 0 to 1"),
    "output of no value": (
        network_of(DENSE, output={"values": 0, "first": 0, "rows": 3}),
        "operand: expected a value, rows of one",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_wrong_text_is_refused(tmp_path, name):
    text, *words = TEXTS[name]
    refused(tmp_path, file_of(*valid(text)), *words)


def with_entry(**changed):
    """A file of two tensors whose first entry is changed."""
    header, data = valid(arrays={"w": ARRAYS["w"], "b": ARRAYS["b"]})
    return file_of({**header, "w": {**header["w"], **changed}}, data)


def without(header, key):
    return {name: entry for name, entry in header.items() if name != key}


HEADER, DATA = valid()
WHOLE = file_of(HEADER, DATA)
FILES = {
    "empty file": (b"", "expected a .safetensors file, found 0 bytes"),
    "7 bytes": (b"1234567", "found 7 bytes"),
    "no header": (file_of(b"", b""), "header: expected JSON"),
    "header too long": (file_of(HEADER, DATA, 10**6), "length of the header", "found 1000000"),
    "header negative": (file_of(HEADER, DATA, 2**64 - 1), "found 18446744073709551615"),
    "header too short": (file_of(HEADER, DATA, 11), "header: expected JSON"),
    "header a list": (file_of(b"[]", b""), "expected a JSON object, found array"),
    "header deep": (file_of(DEEP.encode(), b""), "nested at most 16 deep"),
    "name twice": (file_of(b'{"a": 1, "a": 2}', b""), "'a' twice"),
    "no metadata": (file_of(without(HEADER, "__metadata__"), DATA), "'card'", "found none"),
    "no network": (file_of({**HEADER, "__metadata__": {"card": packed_card()}}, DATA), "'network'"),
    "metadata no texts": (
        file_of({**HEADER, "__metadata__": {"card": 1}}, DATA),
        "header: __metadata__: 'card': expected a text, found number",
    ),
    "metadata no object": (
        file_of({**HEADER, "__metadata__": None}, DATA),
        "header: __metadata__: expected an object of texts, found null",
    ),
    "control characters": (
        file_of({"a\n\x1b[31mb": {}}, b""), "tensor 'a\\x0a\\x1b[31mb': expected dtype"
    ),
    "no dtype": (file_of({"w": {}}, b""), "expected dtype, shape and data_offsets"),
    "dtype F16": (with_entry(dtype="F16"), "F32, F64 or I32, found 'F16'"),
    "dtype too large": (with_entry(dtype="F64"), "expected 144 of real64 (3, 6), found 72"),
    "shape too large": (with_entry(shape=[3, 7]), "expected 84 of real32 (3, 7), found 72"),
    "negative extent": (with_entry(shape=[-3, -6]), "extent: expected 0 or more, found -3"),
    "extent 2^63": (with_entry(shape=[2**63]), "shape: expected a whole number"),
    "product overflows": (with_entry(shape=[2**32, 2**32]), "at most 2^40 elements"),
    "extent 2^41 beside 0": (with_entry(shape=[0, 2**41]), "at most 2^40 elements"),
    "half an extent": (with_entry(shape=[3.5, 6]), "shape: expected a whole number, found 3.5"),
    "overlap": (with_entry(data_offsets=[4, 76]), "begin"),
    "hole": (with_entry(shape=[2, 6], data_offsets=[0, 48]), "begin: expected 48, found 72"),
    "offsets outside": (with_entry(data_offsets=[0, 2**40]), "within the 84 bytes of data"),
    "offsets backwards": (with_entry(data_offsets=[72, 0]), "found 72 to 0"),
    "offset negative": (with_entry(data_offsets=[-4, 68]), "data_offsets: expected within"),
    "three offsets": (with_entry(data_offsets=[0, 72, 84]), "expected 2 numbers, found 3"),
    "more data": (WHOLE + b"1234", "bytes of data"),
    **{f"cut at {i}": (WHOLE[: len(WHOLE) * i // 7], "expected") for i in range(1, 7)},
}


@pytest.mark.parametrize("name", FILES)
def test_wrong_file_is_refused(tmp_path, name):
    data, *words = FILES[name]
    refused(tmp_path, data, *words)


def test_card_of_fields_is_refused(tmp_path):
    card = packed_card(arguments="fields")
    refused(tmp_path, file_of(*valid(card=card)), "'packed'", "'fields'")


def test_deep_card_is_refused(tmp_path):
    refused(tmp_path, file_of(*valid(card=DEEP)), "found")


def test_device_is_refused(tmp_path):
    refused(tmp_path, WHOLE, "'cpu' or 'auto'", "'cuda'", device="cuda")


def test_directory_is_refused(tmp_path):
    path = tmp_path / "folder.safetensors"
    path.mkdir()
    with pytest.raises(HybridError, match="expected a"):
        Emulator(path)


def test_endless_file_is_refused(tmp_path):
    path = tmp_path / "zero.safetensors"
    path.symlink_to("/dev/zero")
    with pytest.raises(HybridError, match="expected a"):
        Emulator(path)


def test_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "sparse.safetensors"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(HybridError, match="expected at most 4294967296 bytes"):
        Emulator(path)


def test_length_of_the_header_is_checked_before_the_rest_is_read(tmp_path):
    """3 GiB that are not there: reading them would take seconds, and that much memory."""
    path = tmp_path / "sparse.safetensors"
    with path.open("wb") as file:
        file.write(struct.pack("<Q", 2**31))
        file.truncate(3 * 2**30)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(HybridError, match="at most 100000000 in a whole .safetensors file"):
        Emulator(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


LITTLE_MEMORY = """
import resource, sys
from pyhybrid import Emulator, HybridError
with open("/proc/self/statm") as file:
    now = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + 48 * 2**20, resource.RLIM_INFINITY))
try:
    Emulator(sys.argv[1])
except HybridError as error:
    print(error)
"""


def test_lack_of_memory_is_told_with_the_file(tmp_path):
    """64 MiB of numbers, where a process has 48 MiB left."""
    path = tmp_path / "large.safetensors"
    path.write_bytes(file_of(*valid(arrays={**ARRAYS, "large": np.ones(2**24, "f4")})))
    command = [sys.executable, "-P", "-c", LITTLE_MEMORY, str(path)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert f"{path}: expected memory for its network, found too little" in printed


def test_time_to_open_grows_as_the_header_does(tmp_path):
    """40 000 tensors took 20 s when the time grew as their square."""
    entries = {f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
               for i in range(40_000)}  # fmt: skip
    header, _ = valid(network_of(op("add", 0, "x"), op("gather", 1, index="i")), arrays={})
    path = tmp_path / "many.safetensors"
    path.write_bytes(file_of({**header, **entries}, b""))
    start = time.perf_counter()
    with pytest.raises(HybridError, match="expected a tensor of the file, found 'x'"):
        Emulator(path)
    assert time.perf_counter() - start < 5


def test_time_to_open_does_not_grow_as_index_times_operands(tmp_path):
    """2^20 rows of 1024 operands: 10^9 steps, some seconds, if each were looked for in a row."""
    index = np.full(2**20, 6 * 1024 - 1, "i4")
    operations = (op("gather", *[0] * 1024, index="i"), op("largest", 1, size=2**20))
    data = file_of(*valid(network_of(*operations), packed_card_of(6, 1), {"i": index}))
    start = time.perf_counter()
    with opened(tmp_path, data) as emulator:
        taken = time.perf_counter() - start
        np.testing.assert_array_equal(emulator.run(np.arange(6.0, dtype="f4")[None]), [[5.0]])
    assert taken < 2
