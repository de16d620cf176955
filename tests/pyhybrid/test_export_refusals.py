# SPDX-License-Identifier: BSD-3-Clause
"""What the built-in engine has not, or must not do, is refused by its name and place."""

import re
import sys

import pytest

torch = pytest.importorskip("torch")

from test_export_builtin import FEATURES, LEVELS, card_of

from pyhybrid import errors, export
from pyhybrid.export.builtin import save_builtin

nn, F = torch.nn, torch.nn.functional


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x.reshape(-1, LEVELS, FEATURES))


@pytest.fixture
def refused(tmp_path):
    """The message by which a module of x (sample, 6, 4) is refused; no file is left."""

    def refuse(module):
        if not isinstance(module, nn.Module):
            module = Function(module)
        with pytest.raises(errors.ArgumentError) as caught:
            save_builtin(module.double(), card_of(LEVELS * FEATURES, 1), tmp_path / "a.safetensors")
        assert list(tmp_path.iterdir()) == []
        assert "\n" not in caught.value.message
        return caught.value.message

    return refuse


ACROSS = "expected an operation within each sample, found one along the axis of the samples"
APART = "expected samples that stay"
UNKNOWN = r"expected one that the built-in engine has \(docs/network-file.md\), found none"
DECLARED = "expected an input of role 'noise' in the card .*, found random numbers of the network's"
REFUSALS = {
    "sort": (lambda x: x.sort(1).values, rf"aten\.sort\.default .*{UNKNOWN}"),
    "topk": (lambda x: x.topk(2, 1).values, rf"aten\.topk\.default .*{UNKNOWN}"),
    "median": (lambda x: x.median(1).values, rf"aten\.median\.dim .*{UNKNOWN}"),
    "two dimensions": (
        lambda x: F.conv2d(x[:, None], torch.ones(1, 1, 2, 2, dtype=x.dtype)),
        rf"aten\.conv2d\.\w+ .*{UNKNOWN}|aten\.convolution.*{UNKNOWN}",
    ),
    "random": (lambda x: x + torch.rand(LEVELS, FEATURES), rf"aten\.rand\.default .*{DECLARED}"),
    "random like": (lambda x: x + torch.randn_like(x), rf"aten\.randn\w*\.default .*{DECLARED}"),
    "fft": (lambda x: torch.fft.rfft(x, dim=1).real, "aten"),
    "inverse": (lambda x: torch.linalg.inv(x[:, :4]), UNKNOWN),
    "mean of samples": (lambda x: x - x.mean(0), f"aten.mean.dim .*{ACROSS}"),
    "sum of all": (lambda x: x / x.sum(), f"aten.sum.default .*{ACROSS}"),
    "largest of samples": (lambda x: x / x.amax((0, 1)), f"aten.amax.default .*{ACROSS}"),
    "argmax of all": (lambda x: x.argmax() + x, ACROSS),
    "cumsum of samples": (lambda x: x.cumsum(0), ACROSS),
    "softmax of samples": (lambda x: x.softmax(0), ACROSS),
    "flip of samples": (lambda x: x.flip([0]), ACROSS),
    "roll of samples": (lambda x: x.roll(1, 0), ACROSS),
    "another sample": (lambda x: x - x[0], f"aten.select.int .*{ACROSS}"),
    "chosen samples": (lambda x: x[[0, 0]], ACROSS),
    "part of the samples": (lambda x: x[1:], "whole and apart|any number of samples"),
    "two samples": (lambda x: x[:2].sum(0) + x, r"aten.slice.Tensor .*along the axis"),
    "twice as many": (lambda x: torch.cat([x, x]), f"aten.cat.default .*{ACROSS}"),
    "repeated samples": (lambda x: x.repeat(2, 1, 1), APART),
    "all pairs": (lambda x: x[:, None] - x[None], APART),
    "linear over samples": (lambda x: x.permute(1, 2, 0) @ x.permute(1, 0, 2), "matrix"),
    "sum of merged": (lambda x: x.reshape(-1, 4).sum(0), ACROSS),
    "mixing reshape": (
        lambda x: x.reshape(4, -1) + 1,
        "samples",
    ),
    "merged against others": (
        lambda x: x.reshape(-1, 4) + x.transpose(0, 1).reshape(-1, 4),
        "samples that stay apart, found samples that meet others",
    ),
    "number of samples": (lambda x: x / x.shape[0], "aten.div.Tensor .*any number of samples"),
    "power of the number": (lambda x: x ** x.shape[0], "aten.pow.* .*any number of samples"),
    "rows of the number": (lambda x: x.roll(x.shape[0], 1), "any number of samples"),
    "filled with the number": (lambda x: x + torch.full_like(x, x.shape[0]), "a number, found"),
    "sample last": (lambda x: x.permute(1, 2, 0), "samples along axis 0"),
    "samples merged": (lambda x: x.reshape(-1, 4), "samples along axis 0"),
    "no samples": (lambda x: torch.ones(3, 3, dtype=x.dtype), "samples along axis 0"),
    "place of the sample": (
        lambda x: x + torch.arange(x.shape[0], dtype=x.dtype)[:, None, None],
        rf"aten\.arange\.\w+ .*{UNKNOWN}",
    ),
    "attention": (
        lambda x: (x @ x.transpose(1, 2)).softmax(-1) @ x,
        "two that depend on the input",
    ),
    "weights of the input": (lambda x: F.linear(x[:, 0], x[0, :3]), "weights that do not|along"),
    "index of the input": (
        lambda x: x.gather(1, x.argmax(1, keepdim=True)),
        "aten.gather.default .* expected an index that does not depend on the input",
    ),
    "embedding of the input": (
        lambda x: F.embedding(x[:, 0].long().clamp(0, 2), torch.ones(3, 2, dtype=x.dtype)),
        "embedding|index",
    ),
    "branch": (
        lambda x: x if x.sum() > 0 else -x,
        r"^export: `lambda x: x if x.sum\(\) > 0 else -x,` \(.*test_export_refusals.py, line \d+, "
        r"in <lambda>\): expected a module whose operations are the same for all values of the "
        r"input, found a branch, loop or size that depends on them; torch says: Could not guard on",
    ),
    "size": (
        lambda x: x[:, : int(x.sum())],
        r"^export: `lambda x: x\[:, : int\(x.sum\(\)\)\],` .* that depends on them; torch says",
    ),
    "numpy": (lambda x: x.numpy(), r"^export: `.*x.numpy\(\).*: expected a module that torch.ex"),
    "fixed number of samples": (lambda x: x.reshape(16, -1), "for any number of samples, found"),
    "chosen numbers": (lambda x: x[x > 0], "samples"),
    "nothing": (lambda x: x[:, :0].exp().sum(1), "expected numbers to compute with, found"),
    "complex": (lambda x: torch.view_as_real(x * 1j), "aten|float32, float64"),
    "half": (lambda x: x.half() + 1, "expected float32, float64, int32, int64 or bool, found"),
    "small whole numbers": (lambda x: x.to(torch.int8) * 100, "int64 or bool, found torch.int8"),
    "bits": (lambda x: x.long() & 3, "operands of dtype bool, found torch.int64"),
    "norm of another order": (lambda x: torch.linalg.vector_norm(x, 3, 1), "the norm 1, 2 or inf"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refused(refused, name):
    function, pattern = REFUSALS[name]
    assert re.search(pattern, refused(function))


def test_nothing_but_the_message_is_told_of_a_branch(refused, capfd):
    """Torch would print the graph up to it."""
    refused(lambda x: x if x.sum() > 0 else -x)
    assert capfd.readouterr() == ("", "")


def test_what_a_module_prints_is_kept(make_card, tmp_path, capsys):
    class Talking(nn.Module):
        def forward(self, x):
            print("hello", file=sys.stderr)
            return x

    save_builtin(Talking(), make_card(), tmp_path / "a.safetensors")
    assert "hello" in capsys.readouterr().err


class Memory(nn.Module):
    def __init__(self, **keywords):
        super().__init__()
        self.inner = nn.LSTM(FEATURES, 3, batch_first=True, **keywords)

    def forward(self, x):
        output, (_, memory) = self.inner(x.reshape(-1, LEVELS, FEATURES))
        return output[:, -1, :2] + memory[0, :, :2]


def test_last_cell_state_of_an_lstm(refused):
    assert "expected one of the first 2 results, found result 3" in refused(Memory())


def test_projected_lstm(refused):
    assert "a state that is not projected" in refused(Memory(proj_size=2))


def test_statistics_of_the_batch(refused):
    norm = nn.BatchNorm1d(LEVELS, track_running_stats=False).eval()
    assert re.search("batch_norm|axis of the samples", refused(Function(norm)))


def test_while_training(refused):
    assert "native_dropout" in refused(Function(nn.Dropout(0.5)).train())


class Deep(nn.Module):
    """An operation that is refused, three modules down."""

    def __init__(self):
        super().__init__()
        self.core = nn.Sequential(nn.Linear(24, 24), nn.ReLU(), Function(lambda x: x))
        self.core[2].function = self.sorted

    @staticmethod
    def sorted(x):
        return x.flatten(1).sort(1).values

    def forward(self, x):
        return self.core(x)


def test_place_is_named(refused):
    message = refused(Deep())
    assert re.match(
        r"export: operation aten\.sort\.default at core\.2 \(test_export_refusals\.py:\d+\): ",
        message,
    )


class Unsteady(nn.Module):
    """What a last bit of the input does to the second field grows with a factor."""

    def __init__(self, factor: float):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return torch.cat([x[:, :4], torch.sin(self.factor * x[:, :1])], 1)


@pytest.mark.usefixtures("builtin_plugin")
@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_results_that_are_rounding(torch_plugin, make_card, tmp_path, suffix):
    """The last bit of real32 is 1e-7: a thousandth of the sine or a millionth."""
    card = make_card(kind="real32")
    path = tmp_path / f"a{suffix}"
    with pytest.raises(errors.BackendError) as caught:
        export(Unsteady(1e4), card, path)
    told = caught.value.message
    assert told.startswith("export: torch's results for 'flux': expected a last bit of the inputs")
    assert "0.00025 of their largest number" in told and "example=" in told
    assert list(tmp_path.iterdir()) == []
    assert export(Unsteady(10.0), card, path).is_file()


@pytest.mark.usefixtures("builtin_plugin")
def test_one_level_may_be_rounding(make_card, tmp_path):
    """A field is as large as its largest level."""

    class Level(nn.Module):
        def forward(self, x):
            return torch.cat([1e-3 * torch.sin(1e4 * x[:, :1]), 1e2 * x[:, 1:]], 1)

    assert export(Level(), make_card(kind="real32"), tmp_path / "a.safetensors").is_file()
