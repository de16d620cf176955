# SPDX-License-Identifier: BSD-3-Clause
"""From a ``torch.nn.Module`` to an emulator file and back."""

import json
import os
import stat
from dataclasses import replace

import numpy as np
import pytest

from pyhybrid import Emulator, Field, errors, export

torch = pytest.importorskip("torch")

from pyhybrid.export.checks import Check, working_kind


def linear(nin=5, nout=5, dtype=torch.float64):
    torch.manual_seed(0)
    return torch.nn.Linear(nin, nout, dtype=dtype)


class Uncompilable(torch.nn.Module):
    def forward(self, x):
        return x + int(type(self).__name__ == "Uncompilable")


class WithoutMethod(torch.nn.Module):
    def forward(self, x):
        return x + x.__len__()


class Importing(torch.nn.Module):
    def forward(self, x):
        import math

        return x * math.pi


class PerField(torch.nn.Module):
    """Takes (sample, level, species) and (sample), returns (sample, level)."""

    def forward(self, tracers, pressure):
        return (tracers[:, :, 0] + 10 * tracers[:, :, 1] + pressure[:, None],)


def test_file_does_what_torch_does(torch_plugin, make_card, tmp_path):
    module, x = linear(), np.random.default_rng(0).random((50, 5))
    path = export(module, make_card(), tmp_path / "linear.pt")
    assert [one.name for one in tmp_path.iterdir()] == ["linear.pt"]
    with Emulator(path) as emulator:
        assert emulator.card == make_card()
        found = emulator.run(x)
    with torch.no_grad():
        expected = module(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)


def test_card_travels_inside_the_file(torch_plugin, make_card, tmp_path):
    path = export(linear(), make_card(scores={"r2": 0.99}), str(tmp_path / "linear.pt"))
    files = {"card.json": ""}
    with pytest.warns(DeprecationWarning, match="torch.jit.load"):
        torch.jit.load(path, _extra_files=files)
    assert json.loads(files["card.json"])["scores"] == {"r2": 0.99}


def test_module_is_left_as_it_was(torch_plugin, make_card, tmp_path):
    module = torch.nn.Sequential(linear(), torch.nn.Dropout(0.5))
    export(module, make_card(), tmp_path / "dropout.pt")
    assert module.training and module[1].training


def test_one_array_for_each_field(torch_plugin, make_card, tmp_path):
    dims = ("column", "level", "species")
    card = make_card(
        arguments="fields",
        inputs=(
            Field("tracers", "1", "state", "real", dims, levels=3, species=2),
            Field("surface_air_pressure", "Pa", "state", "real", ("column",)),
        ),
        outputs=(Field("heating", "K s-1", "tendency", "real", ("column", "level"), 3),),
    )
    tracers, pressure = np.arange(24.0).reshape(4, 3, 2), np.arange(4.0)
    with Emulator(export(PerField(), card, tmp_path / "fields.pt")) as emulator:
        found = emulator.predict({"tracers": tracers, "surface_air_pressure": pressure})
    expected = tracers[..., 0] + 10 * tracers[..., 1] + pressure[:, None]
    np.testing.assert_array_equal(found["heating"], expected)


def test_trace_takes_what_script_cannot(torch_plugin, make_card, tmp_path):
    path = tmp_path / "uncompilable.pt"
    with pytest.raises(errors.ArgumentError, match="expected a module that TorchScript can"):
        export(Uncompilable(), make_card(), path)
    assert not path.exists()
    with Emulator(export(Uncompilable(), make_card(), path, method="trace")) as emulator:
        np.testing.assert_array_equal(emulator.run(np.zeros((2, 5))), np.ones((2, 5)))


@pytest.mark.parametrize(
    "module, line",
    [
        (WithoutMethod(), r"return x \+ x\.__len__\(\)"),
        (Importing(), "import math"),
    ],
)
def test_compile_error_points_at_the_line(make_card, tmp_path, module, line):
    message = rf"(?s)records one run instead, found ['\w].*test_export\.py.*{line}\n *~+ <--- HERE"
    with pytest.raises(errors.ArgumentError, match=message):
        export(module, make_card(), tmp_path / "bad.pt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "module, error, message",
    [
        (linear(4), errors.ShapeError, r"takes \(33, 5\) torch.float64 .*, found mat1"),
        (linear(dtype=torch.float32), errors.ShapeError, r"takes \(33, 5\) torch.float64"),
        (linear(5, 6), errors.ShapeError, r"result 1 .* \(33, 5\), found \(33, 6\)"),
        (torch.nn.Flatten(0), errors.ShapeError, r"\(33, 5\), found \(165,\)"),
    ],
)
def test_modules_that_do_not_fit_the_card(make_card, tmp_path, module, error, message):
    with pytest.raises(error, match=message):
        export(module, make_card(), tmp_path / "bad.pt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "kind, advice",
    [
        ("real32", r"module has float64 parameters; use kind='real64' or module.float\(\)"),
        ("real64", r"module has float32 parameters; use kind='real32' or module.double\(\)"),
    ],
)
def test_module_of_another_kind(make_card, tmp_path, kind, advice):
    module = linear(dtype={"real32": torch.float64, "real64": torch.float32}[kind])
    with pytest.raises(errors.ShapeError, match=advice):
        export(module, make_card(kind=kind), tmp_path / "bad.pt")


def test_kind_that_no_card_has(make_card, tmp_path):
    told = r"module has bfloat16 parameters; use module.float\(\)$"
    with pytest.raises(errors.ShapeError, match=told):
        export(linear().bfloat16(), make_card(kind="real32"), tmp_path / "bad.pt")


@pytest.mark.parametrize(
    "changed, error, message",
    [
        ({"module": linear().state_dict()}, errors.ArgumentError, r"OrderedDict \(a state_dict\?"),
        ({"module": "net"}, errors.ArgumentError, "module: expected a torch.nn.Module, found str"),
        ({"card": {"name": "x"}}, errors.CardError, "expected a pyhybrid.Card .*, found dict"),
        ({"card": "card.json"}, errors.CardError, "expected a pyhybrid.Card .*, found str"),
    ],
)
def test_what_is_no_module_or_card(make_card, tmp_path, changed, error, message):
    given = {"module": linear(), "card": make_card(), "path": tmp_path / "a.safetensors"}
    with pytest.raises(error, match=message):
        export(**given | changed)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name, found", [("none", "none"), ("file", "a file")])
def test_folder_that_is_none(make_card, tmp_path, name, found):
    (tmp_path / "file").touch()
    told = f"{name}: expected a folder, found {found}$"
    with pytest.raises(errors.EmulatorFileError, match=told):
        export(linear(), make_card(), tmp_path / name / "a.pt")


class Single(torch.nn.Module):
    def forward(self, x):
        return x.float()


class Pair(torch.nn.Module):
    def forward(self, x):
        return x, x


@pytest.mark.parametrize(
    "module, changed, message",
    [
        (Single(), {}, r"torch.float64 \(real64\), found torch.float32"),
        (Pair(), {}, "result 1 of the network: expected a tensor, found tuple"),
        (PerField(), {"arguments": "packed"}, "takes .* found"),
    ],
)
def test_results_that_do_not_fit_the_card(make_card, tmp_path, module, changed, message):
    with pytest.raises((errors.CardError, errors.ShapeError), match=message):
        export(module, make_card(**changed), tmp_path / "bad.pt")


def test_results_that_are_no_tuple(make_card, tmp_path):
    class Tensor(torch.nn.Module):
        def forward(self, t, p):
            return t

    card = make_card(arguments="fields")
    with pytest.raises(errors.CardError, match="a tuple of 2 tensors, found Tensor"):
        export(Tensor(), card, tmp_path / "bad.pt")


@pytest.mark.parametrize(
    "name, method, message",
    [
        ("a.onnx", "script", "suffix: expected one of '.pt', '.pt2' and '.saf.*', found '.onnx'"),
        ("a.pt", "compile", "method: expected one of 'script' and 'trace', found 'compile'"),
    ],
)
def test_other_files_and_methods(make_card, tmp_path, name, method, message):
    with pytest.raises(errors.ArgumentError, match=message):
        export(linear(), make_card(), tmp_path / name, method=method)


def test_a_pipe_stays_one(make_card, tmp_path):
    os.mkfifo(tmp_path / "e.pt")
    with pytest.raises(errors.ArgumentError, match="e.pt: expected a regular file"):
        export(linear(), make_card(), tmp_path / "e.pt")
    assert stat.S_ISFIFO(os.stat(tmp_path / "e.pt").st_mode)


def test_file_of_the_built_in_engine_does_what_torch_does(builtin_plugin, make_card, tmp_path):
    module, x = linear(), np.random.default_rng(0).random((50, 5))
    with Emulator(export(module, make_card(), tmp_path / "linear.safetensors")) as emulator:
        found = emulator.run(x)
    np.testing.assert_allclose(found, module(torch.from_numpy(x)).detach(), rtol=1e-12)


def normalised_card(make_card, **changed):
    """Temperature in tens of K around 250 K, pressure in 100 hPa; fluxes in 10 W m-2."""
    card = make_card(**changed)
    scales = {"air_temperature": ([250.0] * 4, [10.0, 11.0, 12.0, 13.0]),
              "surface_air_pressure": (1e5, 1e4), "flux": (-100.0, 10.0)}  # fmt: skip

    def changed_field(field):
        if field.name not in scales:
            return field
        offset, scale = scales[field.name]
        return replace(field, normalisation={"offset": offset, "scale": scale})

    fields = {key: tuple(map(changed_field, getattr(card, key))) for key in ("inputs", "outputs")}
    return replace(card, **fields)


@pytest.mark.parametrize("kind, tolerance", [("real64", 1e-12), ("real32", 1e-5)])
def test_module_sees_normalised_values(builtin_plugin, make_card, tmp_path, kind, tolerance):
    """The file takes and returns physical ones."""
    dtype = {"real64": torch.float64, "real32": torch.float32}[kind]
    module, card = linear(dtype=dtype), normalised_card(make_card, kind=kind)
    x = torch.rand(50, 5, dtype=dtype)
    offset, scale = (torch.tensor([*a, b], dtype=dtype) for a, b in (
        ((250.0,) * 4, 1e5), ((10.0, 11.0, 12.0, 13.0), 1e4)))  # fmt: skip
    with Emulator(export(module, card, tmp_path / "linear.safetensors")) as emulator:
        found = emulator.run((x * scale + offset).numpy())
    with torch.no_grad():
        y = module(x)
    expected = torch.cat([y[:, :4], y[:, 4:] * 10.0 - 100.0], 1)
    np.testing.assert_allclose(found, expected, rtol=0, atol=100 * tolerance)


class Unlike(torch.nn.Module):
    def forward(self, x):
        return x * 2 if torch.jit.is_scripting() else x


def test_other_results_than_torchs(torch_plugin, make_card, tmp_path):
    with pytest.raises(errors.BackendError, match="as torch, for output 1, found"):
        export(Unlike(), make_card(), tmp_path / "unlike.pt")
    assert list(tmp_path.iterdir()) == []


class Clipped(torch.nn.Module):
    """Another thing than its TorchScript, above 1 only."""

    def forward(self, x):
        return x if torch.jit.is_scripting() else x.clamp(max=1.0)


def test_example_shows_what_unit_numbers_do_not(torch_plugin, make_card, tmp_path):
    export(Clipped(), make_card(), tmp_path / "clipped.pt")
    with pytest.raises(errors.BackendError, match="expected 1.0, as torch"):
        export(Clipped(), make_card(), tmp_path / "b.pt", example=np.full((3, 5), 250.0))
    assert not (tmp_path / "b.pt").exists()


@pytest.mark.parametrize("shape", [(5,), (3, 4), (0, 5)])
def test_example_of_another_shape(make_card, tmp_path, shape):
    with pytest.raises(errors.ShapeError, match="example: expected .samples, 5 features., found"):
        export(linear(), make_card(), tmp_path / "a.pt", example=np.zeros(shape))


class Shares(torch.nn.Module):
    """Shares out the first of its inputs: the shares by real32, the amounts in real64."""

    def __init__(self):
        super().__init__()
        self.hidden, self.last = torch.nn.Linear(5, 16), torch.nn.Linear(16, 5)

    def forward(self, x):
        weight = torch.exp(self.last(torch.tanh(self.hidden(x.float())))).double()
        return x[:, :1] * weight / weight.sum(1, keepdim=True)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_last_operations_in_real64(builtin_plugin, torch_plugin, make_card, tmp_path, suffix):
    """The network is like torch's within real32's roundings, the sum within real64's."""
    path = export(Shares().eval(), make_card(kind="real64"), tmp_path / f"shares{suffix}")
    x = np.random.default_rng(1).random((1000, 5))
    with Emulator(path) as emulator:
        np.testing.assert_allclose(emulator.run(x).sum(1), x[:, 0], rtol=1e-15)


def test_real64_has_to_be_exact(builtin_plugin, make_card, tmp_path):
    """What excuses real32 layers does not excuse a module that has none."""
    card = make_card(kind="real64")
    x = torch.rand(20, 5, dtype=torch.float64)
    right, wrong = linear(dtype=torch.float64), linear(dtype=torch.float64)
    with torch.no_grad():
        wrong.weight += 1e-9
    path = export(wrong, card, tmp_path / "wrong.safetensors")
    with pytest.raises(errors.BackendError, match="as torch"):
        Check.of_network(right, card, x).compare(path, 1e-12)
    assert working_kind(right, card) == "real64"
    assert working_kind(Shares(), card) == "real32"


class Draws(torch.nn.Module):
    """Random numbers of its own, larger or smaller than what a check of results would notice."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def forward(self, x):
        return x + self.size * torch.randn_like(x)


@pytest.mark.parametrize("suffix", [".pt", ".pt2", ".safetensors"])
@pytest.mark.parametrize("size", [1.0, 1e-5])
@pytest.mark.parametrize("example", [None, np.full((3, 5), 2.0)])
def test_random_numbers_are_declared(make_card, tmp_path, suffix, size, example):
    message = "the same results for the same inputs, found others .* 'noise' in the card .docs/card"
    with pytest.raises(errors.ArgumentError, match=message):
        export(Draws(size), make_card(), tmp_path / f"draws{suffix}", example=example)
    assert list(tmp_path.iterdir()) == []


class Perturbed(torch.nn.Module):
    """heating = temperature times the first noise, flux = the second one."""

    def forward(self, x):
        return torch.cat([x[:, :4] * x[:, 5:6], x[:, 6:7]], 1)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_declared_random_numbers_are_an_input(
    builtin_plugin, torch_plugin, make_card, tmp_path, columns, suffix
):
    noise = [
        Field(name, "1", "noise", "real", ("column",), distribution=distribution)
        for name, distribution in (("wave", "normal"), ("phase", "uniform"))
    ]
    card = make_card(inputs=(*make_card().inputs, *noise), kind="real64")
    with Emulator(export(Perturbed(), card, tmp_path / f"noisy{suffix}")) as emulator:
        found = emulator.predict(columns, seed=1, step=2)
        again = emulator.predict(columns, seed=1, step=2)
    wave = found["heating"] / columns["air_temperature"]
    np.testing.assert_allclose(wave, wave[:, :1].repeat(4, 1), rtol=1e-15)
    assert (wave[:, 0] < 0).any() and (found["flux"] > 0).all() and (found["flux"] < 1).all()
    assert all(again[name].tobytes() == found[name].tobytes() for name in found)
