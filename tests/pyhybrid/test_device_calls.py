# SPDX-License-Identifier: BSD-3-Clause
"""Calls of a scheme whose emulator is on a device: the core's queue and Torch's batches in flight
together, on the CPU taken for a device (``cpu:async``)."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pyhybrid import Domain, Emulator, errors, export

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.usefixtures("torch_plugin"),
    pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning"),
]

NCOL = 500
BLOCKS = (1, 16, 37, NCOL)


class Network(torch.nn.Module):
    """Sums of products: another order of adding them would show. NaN below 0 K."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.hidden, self.last = torch.nn.Linear(5, 64).double(), torch.nn.Linear(64, 5).double()

    def forward(self, x):
        return self.last(torch.tanh(self.hidden(x / 300))) + torch.sqrt(x[:, :1]) * 0


class Failing(torch.nn.Module):
    """Fails while it runs if the first sample of a batch is below 0 K."""

    def forward(self, x):
        if bool(x[0, 0] < 0):
            raise ValueError("below 0 K")
        return x * 2


@pytest.fixture
def columns():
    random = np.random.default_rng(3)
    return {
        "air_temperature": 200 + 100 * random.random((NCOL, 4)),
        "surface_air_pressure": 300 + random.random(NCOL),
    }


@pytest.fixture
def scheme_of(tmp_path, make_card):
    """Opens the scheme of a module on a device."""
    opened = []

    def make(module, device="cpu:async", size=64):
        path = tmp_path / f"{type(module).__name__}.pt"
        if not path.exists():
            card = {"card.json": make_card().to_json()}
            torch.jit.save(torch.jit.script(module), path, _extra_files=card)
        text = f"mode = 'emulate'\nemulator = '{path}'\ndevice = '{device}'\nbatch.columns = {size}"
        domain = Domain(text=f"[scheme.radiation]\n{text}")
        opened.append(domain)
        domain.step(1, dt=1800.0)
        return domain.scheme("radiation")

    yield make
    for domain in opened:
        domain.close()


def submitted(scheme, columns, first, ncol):
    call = scheme.open(ncol, first + 1)
    for name, array in columns.items():
        call.put(name, array[first : first + ncol])
    call.run()
    return call


def taken(call, first, ncol, heating):
    with call:
        call.get("heating", heating[first : first + ncol])
        call.get("flux", np.empty(ncol))


def parts(size):
    return [(first, min(size, NCOL - first)) for first in range(0, NCOL, size)]


def one_loop(scheme, columns, size):
    heating = np.empty((NCOL, 4))
    for first, ncol in parts(size):
        taken(submitted(scheme, columns, first, ncol), first, ncol, heating)
    return heating


def two_loops(scheme, columns, size):
    heating = np.empty((NCOL, 4))
    calls = [(submitted(scheme, columns, *part), *part) for part in parts(size)]
    for call, first, ncol in reversed(calls):
        taken(call, first, ncol, heating)
    return heating


def threads(scheme, columns, size):
    heating = np.empty((NCOL, 4))

    def block(part):
        taken(submitted(scheme, columns, *part), *part, heating)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(block, parts(size)))
    return heating


@pytest.mark.parametrize("form", [one_loop, two_loops, threads])
def test_form_and_blocks_do_not_change_bits(scheme_of, columns, form):
    module = Network()
    expected = one_loop(scheme_of(module, device="cpu"), columns, NCOL)
    assert np.isfinite(expected).all() and expected.std() > 0.01
    scheme = scheme_of(module)
    for size in BLOCKS:
        np.testing.assert_array_equal(form(scheme, columns, size), expected, err_msg=str(size))


def test_calls_that_nobody_asks_about_keep_nobody_waiting(scheme_of, columns):
    """A thread that submits and never comes back; more blocks than batches in flight."""
    scheme = scheme_of(Network())
    expected = one_loop(scheme, columns, 16)
    left = [submitted(scheme, columns, *part) for part in parts(16)]
    np.testing.assert_array_equal(threads(scheme, columns, 16), expected)
    with pytest.raises(errors.FieldError, match="a get of every output"):
        left[3].close()
    np.testing.assert_array_equal(two_loops(scheme, columns, 16), expected)


def test_failure_on_the_device_is_told_once_and_spoils_no_other(scheme_of, columns):
    scheme = scheme_of(Failing(), size=16)
    columns["air_temperature"][32] = -1.0
    calls = [(submitted(scheme, columns, *part), *part) for part in parts(16)]
    heating = np.full((NCOL, 4), -9.0)
    for number, (call, first, ncol) in enumerate(calls):
        if number == 2:
            with pytest.raises(errors.BackendError, match="below 0 K"):
                call.get("heating", heating[first : first + ncol])
            assert call.native_wanted()
            call.close()
        else:
            taken(call, first, ncol, heating)
    failed = slice(32, 48)
    assert (heating[failed] == -9.0).all()
    kept = np.delete(np.arange(NCOL), np.r_[failed])
    np.testing.assert_array_equal(heating[kept], 2 * columns["air_temperature"][kept])


def test_emulator_on_a_device_runs(tmp_path, make_card):
    path = export(Network(), make_card(), tmp_path / "network.pt")
    x = 300 * np.random.default_rng(5).random((100, 5))
    with Emulator(path) as host, Emulator(path, device="cpu:async") as device:
        np.testing.assert_array_equal(device.run(x), host.run(x))


@pytest.mark.parametrize("device", ["cpu:sync", "cpu:0", "cuda:async", "auto:1"])
def test_no_other_word_after_the_colon(tmp_path, make_card, device):
    path = export(Network(), make_card(), tmp_path / "network.pt")
    with pytest.raises(errors.ConfigError, match="expected 'cpu', 'auto' or an accelerator"):
        Emulator(path, device=device)
