# SPDX-License-Identifier: BSD-3-Clause
"""Every operation that is converted does what torch does, by the reference of the file's page and
by the built-in engine."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from installed import plugin_exists
from reference_engine import Network

from pyhybrid import Card, Emulator, Field
from pyhybrid.export.builtin import save_builtin

# Of torch, about the memory that it takes.
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even")

nn, F = torch.nn, torch.nn.functional
BATCHES = (1, 3, 17)
LEVELS, FEATURES = 6, 4


def card_of(nin, nout, kind="real64"):
    dims = ("column", "species")
    x, y = (
        Field(name, "1", "state", "real", dims, None, n) for name, n in (("x", nin), ("y", nout))
    )
    return Card(name="test", sample="column", kind=kind, inputs=(x,), outputs=(y,))


class Cases(nn.Module):
    """Functions of x (sample, 6, 4) side by side, one export for all of them."""

    def __init__(self, cases, *modules):
        super().__init__()
        self.cases = cases
        self.held = nn.ModuleList(modules)

    def forward(self, x):
        x = x.reshape(-1, LEVELS, FEATURES)
        results = (case(x).to(x.dtype) for case in self.cases.values())
        return torch.cat([one.reshape(x.shape[0], -1) for one in results], 1)


def samples(nsample, seed=0):
    """Numbers on both sides of 0, of different sizes."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(nsample, LEVELS * FEATURES, generator=generator, dtype=torch.float64)
    return x * 2


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Of each case: what the file's page, the engine and torch make of 1, 3 and 17 samples."""
    module = Cases(CASES, *(one for one in CASES.values() if isinstance(one, nn.Module)))
    module = module.double().eval()
    path = tmp_path_factory.mktemp("cases") / "cases.safetensors"
    sizes = [case(samples(1).reshape(1, LEVELS, FEATURES)).numel() for case in CASES.values()]
    save_builtin(module, card_of(LEVELS * FEATURES, sum(sizes)), path)
    readers = [Network(path)] + ([Emulator(path)] if plugin_exists("builtin") else [])
    with torch.no_grad():
        pairs = [
            (reader.run(x.numpy()), module(x).numpy())
            for reader in readers
            for x in map(samples, BATCHES)
        ]
    pieces = [[np.split(one, np.cumsum(sizes)[:-1], 1) for one in pair] for pair in pairs]
    return {
        name: [(found[place], expected[place]) for found, expected in pieces]
        for place, name in enumerate(CASES)
    }


def seeded(*shape):
    return torch.from_numpy(np.random.default_rng(sum(shape)).standard_normal(shape))


def module(kind, *arguments, **keywords):
    torch.manual_seed(0)
    made = kind(*arguments, **keywords).double().eval()
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=0.5)
    return made


class Applied(nn.Module):
    """A module on another view of x."""

    def __init__(self, view, inner):
        super().__init__()
        self.view, self.inner = view, inner

    def forward(self, x):
        return self.view(self.inner, x)


def channels_first(inner):
    return Applied(lambda inner, x: inner(x.transpose(1, 2)), inner)


UNARY = {
    "abs": torch.abs,
    "atan": torch.atan,
    "ceil": torch.ceil,
    "cos": torch.cos,
    "erf": torch.erf,
    "exp": torch.exp,
    "expm1": torch.expm1,
    "floor": torch.floor,
    "gelu": F.gelu,
    "gelu tanh": lambda x: F.gelu(x, approximate="tanh"),
    "hardsigmoid": F.hardsigmoid,
    "hardswish": F.hardswish,
    "hardtanh": F.hardtanh,
    "log": lambda x: torch.log(x.abs()),
    "log10": lambda x: torch.log10(x.abs()),
    "log1p": lambda x: torch.log1p(x.abs()),
    "log2": lambda x: torch.log2(x.abs()),
    "logsigmoid": F.logsigmoid,
    "mish": F.mish,
    "negative": lambda x: -x,
    "reciprocal": torch.reciprocal,
    "relu": F.relu,
    "relu6": F.relu6,
    "round": lambda x: torch.round(
        torch.cat([x, x.new_tensor([0.5, 1.5, -2.5]).expand(x.shape[0], 6, 3)], 2)
    ),
    "rsqrt": lambda x: torch.rsqrt(x.abs()),
    "selu": F.selu,
    "sigmoid": torch.sigmoid,
    "sign": torch.sign,
    "silu": F.silu,
    "sin": torch.sin,
    "softsign": F.softsign,
    "sqrt": lambda x: torch.sqrt(x.abs()),
    "square": torch.square,
    "tanh": torch.tanh,
    "tanhshrink": F.tanhshrink,
    "trunc": torch.trunc,
}
PARAMETERS = {
    "celu": lambda x: F.celu(x, 0.7),
    "clamp": lambda x: x.clamp(-0.5, 0.7),
    "clamp below": lambda x: x.clamp(min=-0.5),
    "clamp above": lambda x: x.clamp(max=0.5),
    "clamp at infinity": lambda x: x.clamp(-0.5, float("inf")),
    "clamp to tensors": lambda x: x.clamp(-seeded(4).abs(), seeded(4).abs()),
    "elu": lambda x: F.elu(x, 0.3),
    "glu": lambda x: F.glu(x, -1),
    "leaky relu": lambda x: F.leaky_relu(x, 0.2),
    "prelu": module(nn.PReLU, 6),
    "softplus": F.softplus,
    "softplus with threshold": lambda x: F.softplus(x, 2.0, 1.0),
    "threshold": lambda x: F.threshold(x, 0.1, 7.0),
    "hardshrink": F.hardshrink,
    "softshrink": F.softshrink,
    "logit": lambda x: torch.logit(torch.sigmoid(x)),
    "nan to num": lambda x: torch.nan_to_num(torch.log(x)),
    "lerp": lambda x: torch.lerp(x[:, 0], x[:, 1], 0.3),
    "addcmul": lambda x: torch.addcmul(x[:, 0], x[:, 1], x[:, 2], value=0.5),
    "addcdiv": lambda x: torch.addcdiv(x[:, 0], x[:, 1], x[:, 2], value=0.5),
}
BINARY = {
    "add": lambda x: x[:, 1:] + x[:, :-1],
    "add scaled": lambda x: torch.add(x[:, 1:], x[:, :-1], alpha=0.3),
    "add number scaled": lambda x: torch.add(x, 2, alpha=3),
    "subtract scaled": lambda x: torch.sub(x[:, 1:], x[:, :-1], alpha=2),
    "from number": lambda x: 1.5 - x,
    "multiply tensor": lambda x: x * seeded(6, 4),
    "multiply vector": lambda x: x * seeded(4),
    "multiply column": lambda x: x * seeded(6, 1),
    "multiply by one row": lambda x: x * x[:, :1, :1],
    "broadcast both ways": lambda x: x[:, :, :1] * x[:, :1, :],
    "divide": lambda x: x[:, 1:] / x[:, :-1],
    "divide number": lambda x: 3 / x,
    "divide to floor": lambda x: torch.div(x, 0.7, rounding_mode="floor"),
    "divide to zero": lambda x: torch.div(x, 0.7, rounding_mode="trunc"),
    "floor divide": lambda x: x // 0.7,
    "power": lambda x: x.abs() ** x[:, :1],
    "power half": lambda x: x.abs() ** 0.5,
    "power two": lambda x: x**2,
    "power three": lambda x: x**3,
    "power minus one": lambda x: x**-1,
    "power of number": lambda x: 2.0**x,
    "power tensor": lambda x: x.abs() ** seeded(4),
    "maximum": lambda x: torch.maximum(x, seeded(4)),
    "minimum": lambda x: torch.minimum(x[:, 1:], x[:, :-1]),
    "remainder": lambda x: torch.remainder(x, 0.7),
    "remainder negative": lambda x: torch.remainder(x, -0.7),
    "atan2": lambda x: torch.atan2(x[:, 1:], x[:, :-1]),
    "compare": lambda x: torch.stack([x > 0, x >= 0.5, x < 0, x <= 0.5, x == x.round(), x != 1], 1),
    "compare tensors": lambda x: x[:, 1:] > x[:, :-1],
    "logic": lambda x: (x > 0) & (x < 1) | ~(x > -1) ^ (x > 2),
    "logic of numbers": lambda x: torch.logical_and(x, x > 0) | torch.logical_not(x.round()),
    "where": lambda x: torch.where(x > 0, x, x * 0.1),
    "where numbers": lambda x: torch.where(x > 0, 1.0, -1.0),
    "where number": lambda x: torch.where(x > 0, x, 7.0),
    "where known": lambda x: torch.where(seeded(4) > 0, x, -x),
    "masked fill": lambda x: x.masked_fill(x < 0, 3.0),
    "is nan": lambda x: torch.isnan(torch.log(x)) | torch.isinf(1 / (x - x)),
    "is finite": lambda x: torch.isfinite(torch.log(x)),
    "twice the same": lambda x: x * x + x * x,
    "on a transposed one": lambda x: (x.transpose(1, 2) * seeded(6)).exp().transpose(1, 2) + x,
    "in place": lambda x: x.clone().mul_(2).add_(1).relu_(),
}
KINDS = {
    "to single": lambda x: x.float() * 3.1,
    "to single and back": lambda x: x.float().double(),
    "single and double": lambda x: x.float() * x,
    "to whole": lambda x: (x * 3).long() + 1,
    "whole division": lambda x: (x * 9).long() // 4,
    "whole remainder": lambda x: (x * 9).int() % 4,
    "whole by whole": lambda x: (x * 9).long() / 4,
    "truth": lambda x: x.round().bool(),
    "truth times single": lambda x: (x > 0) * x.float(),
    "sum of truth": lambda x: (x > 0).sum(1),
    "mean of truth": lambda x: (x > 0).double().mean(1),
    "mixed cat": lambda x: torch.cat([x.float(), x, (x > 0).double()], 1),
}
VIEWS = {
    "reshape": lambda x: x.reshape(-1, 4, 6) * seeded(6),
    "permute": lambda x: x.permute(0, 2, 1) + 1,
    "samples in the middle": lambda x: (x.permute(1, 0, 2) * 2).permute(1, 0, 2),
    "samples last": lambda x: (x.permute(1, 2, 0) * seeded(4, 1)).permute(2, 0, 1),
    "merged": lambda x: (x.reshape(-1, 4) * seeded(4)).reshape(-1, 6, 4),
    "merged outside": lambda x: (
        (x.transpose(0, 1).reshape(-1, 4) * 2).reshape(6, -1, 4).transpose(0, 1)
    ),
    "flatten": lambda x: torch.flatten(x.transpose(1, 2), 1) * seeded(24),
    "slice": lambda x: x[:, 1:5:2, ::2],
    "select": lambda x: x[:, -1, 2],
    "split": lambda x: torch.cat([2 * one for one in reversed(torch.split(x, [1, 2, 3], 1))], 1),
    "chunk": lambda x: torch.cat(x.chunk(2, 1)[::-1], 1),
    "unbind": lambda x: torch.stack([one + 1 for one in x.unbind(2)], 1),
    "expand": lambda x: x[:, :1].expand(-1, 5, -1) * seeded(5, 1),
    "squeeze": lambda x: x[:, :1].squeeze(1).unsqueeze(-1),
    "flip": lambda x: x.flip([1, 2]) + x,
    "roll": lambda x: x.roll(2, 1) - x,
    "stack": lambda x: torch.stack([x, x * 2], -1),
    "cat": lambda x: torch.cat(
        [x, x[:, :2] * 2, torch.zeros_like(x[:, :1]), torch.ones_like(x)], 1
    ).exp(),
    "cat with nothing": lambda x: torch.cat([x[:, :0], x, x[:, :0]], 1) * 2,
    "repeat": lambda x: x.repeat(1, 2, 3),
    "repeat interleave": lambda x: x.repeat_interleave(2, 1),
    "pad": lambda x: F.pad(x, (1, 2, 0, 1), value=3.0),
    "pad reflect": lambda x: F.pad(x, (2, 1), mode="reflect"),
    "pad replicate": lambda x: F.pad(x, (2, 1), mode="replicate"),
    "pad circular": lambda x: F.pad(x, (2, 1), mode="circular"),
    "pad negative": lambda x: F.pad(x, (-1, 2)),
    "index": lambda x: x[:, [0, 3, 3, -1]],
    "index two axes": lambda x: x[:, torch.tensor([0, 2]), torch.tensor([3, 1])],
    "index select": lambda x: x.index_select(2, torch.tensor([2, 0, 2])),
    "gather": lambda x: x.gather(1, torch.tensor([[[2, 0, 1, 5]]]).expand(x.shape[0], -1, -1)),
    "diff": lambda x: torch.diff(x, dim=1),
    "assign": lambda x: assigned(x),
    "assign list": lambda x: assigned_list(x),
    "triangle": lambda x: x * torch.tril(torch.ones(6, 4, dtype=x.dtype)),
    "constants only": lambda x: (
        torch.arange(4.0, dtype=x.dtype).expand(x.shape[0], 4) * 2 + torch.zeros_like(x[:, 0])
    ),
    "known infinities": lambda x: torch.cat(
        [x, torch.full_like(x[:, :1], torch.inf), -torch.full_like(x[:, :1], torch.inf)], 1
    ),
    "upsample": lambda x: F.interpolate(x, scale_factor=2, mode="nearest"),
    "upsample linear": lambda x: F.interpolate(
        x, scale_factor=2, mode="linear", align_corners=True
    ),
    "move axis": lambda x: torch.movedim(x, 2, 1) + 0.5,
    "unfold": lambda x: x.unfold(1, 3, 2).sum(-1),
}


def assigned(x):
    y = torch.zeros_like(x)
    y[:, 1] = x[:, 2]
    y[:, 3:, 2] = 7.0
    y[:, ::2, 1:3] = x[:, ::2, 1:3] * 2
    return y


def assigned_list(x):
    y = x.clone()
    y[:, [0, 2]] = x[:, [2, 0]]
    return y


AXES = {
    "sum": lambda x: x.sum(1),
    "sum of last": lambda x: x.sum(-1, keepdim=True),
    "sum of two": lambda x: x.sum((1, 2)),
    "mean": lambda x: x.mean(1, keepdim=True) * x,
    "mean of two": lambda x: x.mean((1, 2)),
    "product": lambda x: x.prod(2),
    "largest": lambda x: x.amax(1),
    "least": lambda x: x.amin((1, 2)),
    "max": lambda x: torch.stack([*map(torch.Tensor.double, x.max(1))]).transpose(0, 1),
    "min": lambda x: x.min(2).indices,
    "argmax": lambda x: x.argmax(1),
    "argmin": lambda x: x.argmin(2, keepdim=True),
    "any": lambda x: (x > 2).any(1),
    "all": lambda x: (x > -2).all(2),
    "cumsum": lambda x: x.cumsum(1),
    "cumsum of last": lambda x: x.flip([2]).cumsum(2).flip([2]),
    "cumprod": lambda x: x.cumprod(2),
    "softmax": lambda x: x.softmax(1),
    "softmax of last": lambda x: x.softmax(-1),
    "log softmax": lambda x: x.log_softmax(1),
    "logsumexp": lambda x: x.logsumexp(1),
    "variance": lambda x: x.var(1),
    "deviation": lambda x: x.std((1, 2), correction=0),
    "norm": lambda x: torch.linalg.vector_norm(x, dim=1),
    "count": lambda x: (x.round() == 0).sum((1, 2)),
    "one level": lambda x: x[:, 0].sum(1, keepdim=True),
    "merged sum": lambda x: x.reshape(-1, 4).sum(1).reshape(-1, 6),
    "scatter add": lambda x: torch.zeros_like(x[:, :3]).scatter_add(
        1, INDEX.expand(x.shape[0], -1, -1), x
    ),
    "index add": lambda x: x[:, :3].index_add(1, torch.tensor([2, 0, 2]), x[:, 3:], alpha=2),
    "scatter": lambda x: x.scatter(
        1, torch.tensor([[[1, 2, 3, 4]]]).expand(x.shape[0], -1, -1), x[:, :1]
    ),
    "index put": lambda x: (
        x.transpose(0, 1)
        .index_put((torch.tensor([1, 1]),), x.transpose(0, 1)[2:4], accumulate=True)
        .transpose(0, 1)
    ),
}
INDEX = torch.tensor([0, 2, 0, 1, 1, 2]).reshape(1, 6, 1).expand(1, 6, 4)
PRODUCTS = {
    "linear": module(nn.Linear, 4, 3),
    "linear without bias": module(nn.Linear, 4, 3, bias=False),
    "linear over all": Applied(lambda inner, x: inner(x.flatten(1)), module(nn.Linear, 24, 5)),
    "linear over levels": channels_first(module(nn.Linear, 6, 3)),
    "linear of reversed levels": Applied(
        lambda inner, x: inner(x.flip([1])), module(nn.Linear, 4, 3)
    ),
    "linear of a product": lambda x: x @ seeded(4, 3),
    "matrix on the left": lambda x: seeded(5, 6) @ x,
    "matrix times vector": lambda x: x @ seeded(4),
    "vector times matrix": lambda x: x[:, 0] @ seeded(4, 3),
    "einsum": lambda x: torch.einsum("blf,fg->blg", x, seeded(4, 3)),
    "einsum over two": lambda x: torch.einsum("blf,lfg->bg", x, seeded(6, 4, 3)),
    "einsum by level": lambda x: torch.einsum("blf,lfg->blg", x, seeded(6, 4, 3)),
    "bmm": lambda x: torch.bmm(x, seeded(1, 4, 3).expand(x.shape[0], -1, -1)),
    "addmm": lambda x: torch.addmm(seeded(3), x[:, 1], seeded(4, 3), beta=0.5, alpha=2),
    "weight norm": torch.nn.utils.parametrizations.weight_norm(nn.Linear(4, 3).double()),
    "convolution": channels_first(module(nn.Conv1d, 4, 3, 3)),
    "convolution padded": channels_first(module(nn.Conv1d, 4, 3, 5, padding=2)),
    "convolution same": channels_first(module(nn.Conv1d, 4, 3, 4, padding="same")),
    "convolution strided": channels_first(module(nn.Conv1d, 4, 2, 2, stride=2)),
    "convolution dilated": channels_first(module(nn.Conv1d, 4, 2, 2, dilation=3, bias=False)),
    "convolution in groups": channels_first(module(nn.Conv1d, 4, 6, 3, groups=2)),
    "convolution by channel": channels_first(module(nn.Conv1d, 4, 4, 3, groups=4, padding=1)),
    **{
        f"convolution {mode}": channels_first(
            module(nn.Conv1d, 4, 3, 3, padding=1, padding_mode=mode)
        )
        for mode in ("circular", "reflect", "replicate")
    },
    "convolution of merged": Applied(
        lambda inner, x: inner(x.reshape(-1, 1, 4)).reshape(-1, 6, 2, 3), module(nn.Conv1d, 1, 2, 2)
    ),
    "two convolutions": channels_first(
        nn.Sequential(module(nn.Conv1d, 4, 3, 3, padding=1), nn.ReLU(), module(nn.Conv1d, 3, 2, 3))
    ),
    "transposed": channels_first(module(nn.ConvTranspose1d, 4, 3, 3, stride=2, padding=1)),
    "transposed in groups": channels_first(
        module(nn.ConvTranspose1d, 4, 6, 3, groups=2, dilation=2, stride=2, output_padding=1)
    ),
    "max pool": lambda x: F.max_pool1d(x.transpose(1, 2), 3, 2, padding=1),
    "mean pool": lambda x: F.avg_pool1d(x.transpose(1, 2), 3, 2, padding=1),
    "adaptive pool": lambda x: F.adaptive_avg_pool1d(x.transpose(1, 2), 3),
}
NORMS = {
    "layer norm": module(nn.LayerNorm, 4),
    "layer norm of two": module(nn.LayerNorm, (6, 4)),
    "layer norm without weight": module(nn.LayerNorm, 4, elementwise_affine=False),
    "layer norm without bias": module(nn.LayerNorm, 4, bias=False),
    "layer norm with bias only": lambda x: F.layer_norm(x, (4,), bias=seeded(4)),
    "rms norm": module(nn.RMSNorm, 4),
    "group norm": module(nn.GroupNorm, 3, 6),
    "group norm of one axis": Applied(lambda inner, x: inner(x[:, 0]), module(nn.GroupNorm, 2, 4)),
    "instance norm": module(nn.InstanceNorm1d, 6, affine=True),
    "batch norm": module(nn.BatchNorm1d, 6),
    "batch norm of one axis": Applied(lambda inner, x: inner(x[:, 0]), module(nn.BatchNorm1d, 4)),
    "dropout": nn.Dropout(0.5),
}
RECURRENT = {
    f"{kind.__name__} {layers} {bidirectional} {bias}": Applied(
        lambda inner, x: inner(x[:, :3])[0],
        module(kind, 4, 3, layers, bias=bias, bidirectional=bidirectional, batch_first=True),
    )
    for kind in (nn.GRU, nn.LSTM)
    for layers, bidirectional, bias in ((1, False, True), (1, True, False), (2, True, True))
}
RECURRENT |= {
    "gru length first": Applied(
        lambda inner, x: inner(x[:, :3].transpose(0, 1))[0].transpose(0, 1), module(nn.GRU, 4, 3)
    ),
    "gru backwards": Applied(
        lambda inner, x: inner(x[:, :3].flip([1]))[0].flip([1]),
        module(nn.GRU, 4, 3, batch_first=True),
    ),
    "gru final state": Applied(
        lambda inner, x: inner(x[:, :3])[1].transpose(0, 1),
        module(nn.GRU, 4, 3, 2, batch_first=True, bidirectional=True),
    ),
    "gru with state": Applied(
        lambda inner, x: inner(x[:, :3], x[:, :2, :3].transpose(0, 1).contiguous())[0],
        module(nn.GRU, 4, 3, batch_first=True, bidirectional=True),
    ),
    "gru with known state": Applied(
        lambda inner, x: inner(x[:, :3], seeded(1, 1, 3).expand(1, x.shape[0], 3).contiguous())[0],
        module(nn.GRU, 4, 3, batch_first=True),
    ),
    "lstm with states": Applied(
        lambda inner, x: inner(
            x[:, :3], (x[None, :, 0, :3].contiguous(), x[None, :, 1, :3].contiguous())
        )[0],
        module(nn.LSTM, 4, 3, batch_first=True),
    ),
    "lstm final state": Applied(
        lambda inner, x: inner(x[:, :3])[1][0].transpose(0, 1),
        module(nn.LSTM, 4, 3, batch_first=True),
    ),
    "gru of merged": Applied(
        lambda inner, x: inner(x.reshape(-1, 3, 4))[0], module(nn.GRU, 4, 2, batch_first=True)
    ),
    "gru cell": Applied(lambda inner, x: inner(x[:, 0], x[:, 1, :3]), module(nn.GRUCell, 4, 3)),
    "embedding": Applied(
        lambda inner, x: x + inner(torch.tensor([0, 2, 1, 1, 0, 2])), module(nn.Embedding, 3, 4)
    ),
}
CASES = UNARY | PARAMETERS | BINARY | KINDS | VIEWS | AXES | PRODUCTS | NORMS | RECURRENT


@pytest.mark.parametrize("name", CASES)
def test_operation_does_what_torch_does(results, name):
    """In real64; 1e-12 of the largest is more roundings than the longest sum here has terms."""
    tolerance = 1e-12 if "single" not in name and name != "mixed cat" else 1e-6
    for found, expected in results[name]:
        scale = np.abs(expected[np.isfinite(expected)]).max()
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * scale)
