# SPDX-License-Identifier: BSD-3-Clause
"""The emulator of M7: conserving and positive whatever its weights, M7 itself but for rates."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from m7_boxes import hostile, usual

from pyhybrid import Emulator, export
from pyhybrid.board.metrics import imbalance
from pyhybrid.errors import ShapeError
from pyhybrid.m7.layout import FIRST_TRACER, NFEATURE, NOUTPUT, NTRACER, SPECIES, VARIABLES, m7_card
from pyhybrid.m7.network import M7Network
from pyhybrid.m7.nucleation import Nucleation
from pyhybrid.m7.transfers import Transfers

# A sum of 19 numbers in real64, each after some ten operations.
ROUNDING = 1e-14


def wild(seed, spread):
    """A network that was never trained, whose rates are anything."""
    torch.manual_seed(seed)
    network = M7Network().eval()
    network.fit(torch.from_numpy(usual(200)))
    with torch.no_grad():
        for one in network.parameters():
            one.copy_(spread * torch.randn_like(one))
    return network


def run(network, x):
    with torch.inference_mode():
        return network(torch.from_numpy(x)).numpy()


def relative_imbalance(x, y):
    wrong, expected = imbalance(x, y)
    return np.abs(wrong) / np.where(expected > 0, expected, 1.0)


@pytest.mark.parametrize("spread", [0.0, 0.1, 1.0, 30.0])
@pytest.mark.parametrize("boxes", [usual, hostile])
def test_species_are_conserved_and_nothing_is_negative(boxes, spread):
    x = boxes(3000, seed=4)
    y = run(wild(3, spread), x)
    assert np.isfinite(y).all()
    assert (y >= 0).all()
    assert relative_imbalance(x, y).max() < ROUNDING


def test_a_species_appears_in_no_mode_that_has_none():
    x = usual(500)
    x[:, FIRST_TRACER:] = 0.0
    x[:, FIRST_TRACER + SPECIES["SS"].start] = 1e-9  # in AS
    x[:, FIRST_TRACER + 21] = 1e8
    y = run(wild(1, 1.0), x)
    absent = [*range(5, 13), *range(15, 19)]
    assert (y[:, absent] == 0).all()
    assert (y[:, 13:15].sum(1) > 0).all()


def test_nothing_stays_nothing():
    x = usual(10)
    x[:, 4] = 0.0
    x[:, FIRST_TRACER:] = 0.0
    assert (run(wild(1, 1.0), x) == 0).all()


def test_what_is_produced_is_found_again():
    x = usual(100)
    x[:, FIRST_TRACER:] = 0.0
    y = run(wild(1, 1.0), x)
    np.testing.assert_allclose(y[:, SPECIES["SO4"]].sum(1), x[:, 4] * x[:, 5], rtol=1e-14)


def test_a_box_does_not_depend_on_others():
    x = hostile(200)
    network = wild(5, 0.3)
    together, alone = run(network, x), run(network, x[57:58])
    # Products of matrices may add up in another order for another number of boxes.
    np.testing.assert_allclose(alone[0], together[57], rtol=1e-4, atol=0)


def test_numbers_are_lost_or_move_but_are_not_made():
    x = usual(2000)
    x[:, 3] = 1.0  # in clouds nothing nucleates
    y = run(wild(2, 0.3), x)
    assert (y[:, 19:NTRACER].sum(1) <= x[:, FIRST_TRACER + 19 :].sum(1) * (1 + 1e-6)).all()


def test_no_nan_in_gradients():
    network = wild(1, 0.1)
    network.train()
    x = np.concatenate([usual(500), hostile(500)])
    with np.errstate(over="ignore"):
        y = torch.asinh(network(torch.from_numpy(np.minimum(x, 1e12))))
    y.mean().backward()
    assert all(torch.isfinite(one.grad).all() for one in network.parameters())


class Knowing(M7Network):
    """It knows the rates of the native scheme and has nothing to learn."""

    def log_rates(self, features):
        return self.known


@pytest.mark.parametrize("step", [300.0, 1800.0, 3600.0])
def test_with_native_rates_it_is_native_m7(step):
    from pyhybrid.errors import PluginError
    from pyhybrid.m7.samples import native, random_boxes
    from pyhybrid.m7.teaching import rated

    try:
        x = np.concatenate([usual(1000), random_boxes(1000, 3).x])
    except PluginError as error:
        pytest.skip(str(error))
    x[:, 5] = step
    expected = native(x)
    network = Knowing(water_turns=6).eval()
    network.known = rated(x).rates
    y = run(network, x)
    before = np.pad(x[:, FIRST_TRACER:], ((0, 0), (0, 4)))
    error = np.abs(y - expected) / (expected + 1e-2 * before + 1e-30)
    # Fractions are real32. What is left of the gas, and the water of the smallest particles, whose
    # size hangs on how much of the gas they got, are less certain.
    certain = [i for i in range(NOUTPUT) if VARIABLES[i] not in ("H2SO4", "WAT_NS")]
    assert np.median(error[:, certain], axis=0).max() < 1e-5
    assert np.quantile(error[:, certain], 0.99, axis=0).max() < 5e-3
    assert (np.abs(y - expected)[:, 0] < 1e-4 * (before[:, 0] + x[:, 4] * step)).mean() > 0.99


def test_gas_of_clouds_nucleates_nowhere():
    """Without particles nobody takes the gas of clouds: neither here nor in native M7."""
    from pyhybrid.m7.samples import native

    pytest.importorskip("pyhybrid.native._fortran")
    x = usual(400)
    x[:, FIRST_TRACER:] = 0.0
    x[:, FIRST_TRACER] = 2e-11
    x[:, :5] = 230.0, 5e4, 0.6, 0.0, 0.0
    x[:, 3] = np.linspace(0.0, 0.999, len(x))
    x[:, 5] = 1.0
    y, expected = run(wild(0, 0.1), x), native(x)
    formed = VARIABLES.index("N_NS")
    assert expected[0, formed] > 1e6
    # Rates in real32 are the exponentials of polynomials; collisions hardly matter in a second.
    np.testing.assert_allclose(y[:, formed], expected[:, formed], rtol=2e-3)
    np.testing.assert_allclose(y[:, 0], expected[:, 0], rtol=1e-5)


# Vehkamaki et al. 2002, evaluated with all digits: T [K], RH, gas [cm-3], J [cm-3 s-1], n, x.
VEHKAMAKI = [(270.0, 0.7, 1e8, 4.481568e-2, 29.506655, 0.224511)]


@pytest.mark.parametrize("case", VEHKAMAKI)
def test_nucleation_is_that_of_the_paper(case):
    temperature, humidity, gas, rate, molecules, fraction = case
    given = (torch.tensor([[value]]) for value in (temperature, humidity, gas))
    found, size = Nucleation().fit(*given)
    # The polynomials in real32: 1e-5 of their sum, of which the rate is the exponential.
    assert float(found) == pytest.approx(rate, rel=2e-3)
    assert float(size) == pytest.approx(molecules * fraction, rel=2e-3)


def test_nucleation_is_that_of_the_native_scheme():
    from pyhybrid.errors import PluginError
    from pyhybrid.native import nucleation_rate

    rng = np.random.default_rng(2)
    lowest, highest = [190.0, 1e-3, 1e5], [305.0, 1.0, 1e11]
    given = np.exp(rng.uniform(np.log(lowest), np.log(highest), (20_000, 3))).T
    try:
        expected = nucleation_rate(*(np.ascontiguousarray(one) for one in given))
    except PluginError as error:
        pytest.skip(str(error))
    found = Nucleation()(*(torch.from_numpy(one).float()[:, None] for one in given))
    # The logarithm of the rate is a sum of terms up to 100, each rounded to real32.
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one[:, 0], other, rtol=5e-4, atol=0)


def test_barrierless_nucleation_is_as_fast_as_collisions():
    rate, molecules = Nucleation()(*(torch.tensor([[value]]) for value in (250.0, 0.5, 5e7)))
    assert float(molecules) == 2.0
    assert 1e3 < float(rate) < 1e6


@pytest.mark.parametrize("gas", [0.0, 1e3])
def test_too_little_gas_does_not_nucleate(gas):
    rate, _ = Nucleation()(*(torch.tensor([[value]]) for value in (230.0, 0.9, gas)))
    assert float(rate) == 0.0


def test_transfers_take_and_give():
    transfers = Transfers([(0, 1, 2), (1, 1, None)])
    state = torch.zeros(1, NTRACER, dtype=torch.float64)
    state[0, 1] = 8.0
    after = transfers(state, state, torch.tensor([[0.25, 0.5]]))
    assert after[0, :4].tolist() == [0.0, 2.0, 2.0, 0.0]


def test_wrong_features_are_refused(tmp_path, builtin_plugin):
    with pytest.raises(ShapeError, match=r"expected .*32"):
        export(
            wild(1, 0.1), m7_card("m7"), tmp_path / "m7.safetensors", example=np.ones((4, 31))
        )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The same wild network for two backends."""
    folder = tmp_path_factory.mktemp("m7")
    network = wild(7, 0.3)
    paths = [folder / "m7.safetensors", folder / "m7.pt"]
    for path in paths:
        export(network, m7_card("m7"), path, example=usual(64))
    return paths


def test_builtin_conserves_to_real64(files, builtin_plugin):
    x = np.concatenate([usual(2000, seed=1), hostile(4000, seed=2)])
    with Emulator(files[0]) as emulator:
        y = emulator.run(np.asfortranarray(x))
    assert np.isfinite(y).all()
    assert (y >= 0).all()
    assert relative_imbalance(x, y).max() < 1e-12


def test_torchscript_conserves(files, torch_plugin):
    x = np.concatenate([usual(200, seed=1), hostile(400, seed=2)])
    with Emulator(files[1]) as emulator:
        y = emulator.run(np.asfortranarray(x))
    assert (y >= 0).all()
    assert relative_imbalance(x, y).max() < 1e-6


def test_backends_agree(files, builtin_plugin, torch_plugin):
    x = np.asfortranarray(usual(500, seed=9))
    with Emulator(files[0]) as one, Emulator(files[1]) as other:
        found, expected = other.run(x), one.run(x)
    # What is left of nearly nothing is the difference of two numbers of real32.
    assert (np.abs(found - expected) <= 1e-4 * expected + 1e-5 * expected.max(0)).all()


def test_fields_of_columns_and_levels(files, builtin_plugin):
    x = usual(6)
    with Emulator(files[0]) as emulator:
        names = [field.name for field in emulator.card.inputs]
        fields = {name: x[:, i].reshape(2, 3) for i, name in enumerate(names[:5])}
        fields["time_step"] = np.array(1800.0)
        fields[names[6]] = x[:, 6:25].reshape(2, 3, 19)
        fields[names[7]] = x[:, 25:].reshape(2, 3, 7)
        result = emulator.predict(fields)
        plain = emulator.run(np.asfortranarray(x))
    assert result["aerosol_water_mixing_ratios"].shape == (2, 3, 4)
    np.testing.assert_array_equal(result[names[6]].reshape(6, 19), plain[:, :19])


def test_sizes():
    assert (NFEATURE, NOUTPUT) == (32, 30)
    assert run(wild(1, 0.1), usual(5)).shape == (5, 30)
