# SPDX-License-Identifier: BSD-3-Clause
"""What levels and fields count in the training, which samples it sees and when it ends."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
for package in ("netCDF4", "scoringrules", "tqdm", "xarray"):
    pytest.importorskip(package)

import netCDF4
import recorded_physics as physics

from pyhybrid import Card, errors, training
from pyhybrid.baseline import Options, learning
from pyhybrid.baseline.matrices import Matrices
from pyhybrid.baseline.scaling import scaling_of
from pyhybrid.baseline.times import split, times_of
from pyhybrid.card import Field
from pyhybrid.validation.samples import Recording

LEVEL = ("column", "level")
CARD = Card(
    name="two", sample="column", kind="real64",
    inputs=(Field("temperature", "K", "state", "real", LEVEL, 3),),
    outputs=(Field("heating", "K s-1", "tendency", "real", LEVEL, 3),
             Field("flux", "W m-2", "state", "real", ("column",))),
)  # fmt: skip


def random(columns):
    return np.random.default_rng(3).normal(size=(200, columns))


def test_a_level_where_next_to_nothing_happens_is_scaled_by_a_hundredth_of_the_largest():
    y = random(4) * [1.0, 0.5, 1e-4, 1e-9]
    found = scaling_of(CARD, random(3), y)
    deviation = y.std(0)
    wanted = [deviation[0], deviation[1], 0.01 * deviation[0], deviation[3]]
    assert found.spread == pytest.approx(wanted, rel=1e-12)


def test_fields_count_the_same_whatever_their_levels():
    y = random(4)
    assert scaling_of(CARD, random(3), y).weight == pytest.approx([1 / 6] * 3 + [1 / 2])
    y[:, 1] = 7.0  # never varies
    assert scaling_of(CARD, random(3), y).weight == pytest.approx([1 / 4, 0, 1 / 4, 1 / 2])


@pytest.fixture
def recording(netcdf_plugin, tmp_path):
    return physics.run(tmp_path / "physics.nc", physics.STEPS[:4])


def dated(path, texts, columns=None):
    """The recording with other dates of its steps, and other numbers of columns."""
    with netCDF4.Dataset(path, "a") as file:
        step = np.asarray(file["step"][:])
        for sample, number in enumerate(step):
            file["date"][sample] = texts[number - 1]
        if columns is not None:
            file["column"][:] = np.tile(columns, len(texts))
    return times_of(Recording(path))


def test_samples_are_in_the_order_of_their_columns(recording):
    columns = np.random.default_rng(5).permutation(physics.NCOL) + 1
    times = dated(recording, ["2001-01-01"] * 4, columns)
    found = np.tile(columns, 4)[times.order]
    assert found.tolist() == list(range(1, physics.NCOL + 1)) * 4


def test_late_years_are_held_out_not_early_ones(recording):
    times = dated(recording, ["9999-11-30", "9999-12-31T12:00", "10000-01-01", "10000-2-1"])
    assert times.names == ["9999-11-30", "9999-12-31T12:00", "10000-01-01", "10000-2-1"]
    assert split(times, Options(held_out=0.25)).begins == "10000-2-1"
    for text in ("10000", "10000-01", "10000-01-01", "9999-12-31T12:01"):
        assert split(times, Options(split_date=text)).begins == "10000-01-01"


def test_one_date_in_two_texts_is_one_time(recording):
    times = dated(recording, ["2001-01-01", "2001-1-1", "2001-01-01T00:00:00Z", "2001-01-02"])
    assert len(times.names) == 2 and times.number.max() == 1
    assert np.count_nonzero(times.number) == physics.NCOL


def test_what_is_no_date_is_a_message(recording):
    with pytest.raises(errors.RecordingError, match="expected a date .*, found '20010103'"):
        dated(recording, ["2001-01-01", "2001-01-02", "20010103", "2001-01-04"])


def test_some_bad_epochs_do_not_end_the_training(monkeypatch):
    losses = iter([1.0, *[2.0] * 12, 0.5, *[2.0] * 40])
    monkeypatch.setattr(training, "validate", lambda *_: next(losses))

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.line = torch.nn.Linear(3, 4, dtype=torch.float64)

        def learned(self, x):
            return self.line(x)

    x, y = random(3), random(4)
    scaling, matrices = scaling_of(CARD, x, y), Matrices(x, y, 0)
    found = learning.learn(Network(), scaling, matrices, matrices, Options(epochs=40),
                           lambda *_: None)  # fmt: skip
    assert found.loss == 0.5
    assert 14 < found.epochs < 40
