# SPDX-License-Identifier: BSD-3-Clause
"""Modules as other couplers have them: compiled by TorchScript, with several arguments."""

import warnings

import numpy as np
import pytest

from pyhybrid import Emulator, errors, export

torch = pytest.importorskip("torch")

from pyhybrid.export.notices import torchscript_accepted


def linear():
    return torch.nn.Linear(5, 5, dtype=torch.float64)


def scripted_quietly(module):
    with torchscript_accepted():
        return torch.jit.script(module)


class Warmer(torch.nn.Module):
    def forward(self, temperature, pressure):
        return temperature + pressure[:, None]


@pytest.mark.parametrize(
    "scripted, suffix", [(False, ".pt"), (False, ".safetensors"), (True, ".pt")]
)
def test_one_result_need_be_no_tuple(
    torch_plugin, builtin_plugin, make_card, columns, tmp_path, scripted, suffix
):
    card = make_card(arguments="fields", outputs=make_card().outputs[:1])
    module = scripted_quietly(Warmer()) if scripted else Warmer()
    with Emulator(export(module, card, tmp_path / f"one{suffix}")) as emulator:
        heating = emulator.predict(columns)["heating"]
    inputs = [columns[field.name] for field in card.inputs]
    assert (heating == inputs[0] + inputs[1][:, None]).all()


@pytest.mark.parametrize("make", [lambda one: one, scripted_quietly])
@pytest.mark.parametrize(
    "module, arguments, advice",
    [
        (Warmer(), "packed", r"it takes 2 arrays: arguments='fields' in the card"),
        (torch.nn.ReLU(), "fields", r"it takes 1 array: arguments='packed' in the card"),
    ],
)
def test_another_number_of_arrays(make_card, tmp_path, make, module, arguments, advice):
    with pytest.raises(errors.ShapeError, match=advice):
        export(make(module), make_card(arguments=arguments), tmp_path / "bad.pt")


def test_arrays_that_need_not_be_given_are_no_advice(make_card, tmp_path):
    class Scaled(torch.nn.Module):
        def forward(self, x, factor: float = 2.0):
            return (factor * x)[:, :, :, 0]

    with pytest.raises(errors.ShapeError) as raised:
        export(Scaled(), make_card(), tmp_path / "bad.pt")
    assert "arguments=" not in str(raised.value)


def test_what_torchscript_says_of_a_wrong_shape(make_card, tmp_path):
    module = scripted_quietly(torch.nn.Linear(4, 4, dtype=torch.float64))
    with pytest.raises(errors.ShapeError, match="found .*shapes cannot be multiplied"):
        export(module, make_card(), tmp_path / "bad.pt")


def test_torchscript_with_weights_that_were_trained_gives_no_warnings(
    torch_plugin, make_card, tmp_path
):
    module = scripted_quietly(linear())
    assert all(one.requires_grad for one in module.parameters())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for method in ("script", "trace"):
            export(module, make_card(), tmp_path / "good.pt", method=method)
    assert all(one.requires_grad for one in module.parameters())


@pytest.mark.parametrize("suffix", [".safetensors", ".pt2"])
def test_torchscript_becomes_no_other_file(make_card, tmp_path, suffix):
    wanted = f"expected for {suffix} the module that TorchScript was made of, found a TorchScript"
    for module in (scripted_quietly(linear()), torch.nn.Sequential(scripted_quietly(linear()))):
        with pytest.raises(errors.ArgumentError, match=wanted):
            export(module, make_card(), tmp_path / f"bad{suffix}")
    assert not list(tmp_path.iterdir())


def test_torchscript_inside_a_module_becomes_pt(torch_plugin, make_card, tmp_path):
    module = torch.nn.Sequential(scripted_quietly(linear()), torch.nn.ReLU())
    with Emulator(export(module, make_card(), tmp_path / "good.pt")) as emulator:
        assert (emulator.run(np.full((3, 5), 200.0)) >= 0).all()
