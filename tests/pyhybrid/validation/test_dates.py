# SPDX-License-Identifier: BSD-3-Clause
"""Dates of recordings: those that the library takes, in the order of time."""

import netCDF4
import pytest
from recorded_runs import NCOL, STEPS

from pyhybrid import errors
from pyhybrid._dates import Date, parsed_date
from pyhybrid.validation import Plan, validate
from pyhybrid.validation.result import as_json

TAKEN = {
    "2001-02-30": (2001, 2, 30, 0.0),
    "2001-1-1": (2001, 1, 1, 0.0),
    "10000-01-01T06:30": (10000, 1, 1, 23400.0),
    "-001-12-31 24:00:00": (-1, 12, 31, 86400.0),
    "2001-01-01T00:00:01.5Z": (2001, 1, 1, 1.5),
}
REFUSED = ("", "garbage", "20010101", "2001-01", "2001-13-01", "2001-01-32", "2001-00-01",
           "2001-01-01T", "2001-01-01T25:00", "2001-01-01T00:60", "2001-01-01T00:00:61",
           "2001-01-01x", "1000001-01-01", "2001-01-01T06:00+01:00", "٢٠٠١-01-01")  # fmt: skip


@pytest.mark.parametrize("text, date", TAKEN.items())
def test_what_is_a_date(text, date):
    assert parsed_date(text) == Date(*date)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_none(text):
    assert parsed_date(text) is None


def dated(recording, texts):
    """The recording with other dates of its steps."""
    with netCDF4.Dataset(recording, "a") as file:
        for place, text in enumerate(texts):
            for sample in range(place * NCOL, (place + 1) * NCOL):
                file["date"][sample] = text
    return recording


def parts(emulator, recording):
    found = as_json(validate(Plan((emulator,), (str(recording),), split="date")))
    (told,) = found["emulators"].values()
    return {name: one["samples"] // NCOL for name, one in told["split"].items()}


def test_months_of_late_years_are_apart_and_in_order(emulator, recording):
    texts = ["9999-11-30", "9999-12-01", "10000-01-01", "10000-02-01", "10000-2-28", "2001-1-1",
             "-0001-03-01", ""]  # fmt: skip
    assert list(parts(emulator(), dated(recording, texts)).items()) == [
        ("-001-03", 1), ("2001-01", 1), ("9999-11", 1), ("9999-12", 1), ("10000-01", 1),
        ("10000-02", 2), ("no date", 1),
    ]  # fmt: skip


def test_ranges_of_steps_are_in_order(emulator, record):
    steps = (8, 16, 64, 120)
    path = record("late.nc", steps=steps)
    found = as_json(validate(Plan((emulator(),), (str(path),), split="step")))
    (told,) = found["emulators"].values()
    first = [int(name.split()[1]) for name in told["split"]]
    assert first == sorted(first) and len(first) > 2 and first[-1] >= 64


def test_what_is_no_date_is_a_message(emulator, recording):
    dated(recording, ["2001-01-01"] * (len(STEPS) - 1) + ["garbage"])
    with pytest.raises(errors.RecordingError, match="expected a date .*, found 'garbage'"):
        parts(emulator(), recording)
