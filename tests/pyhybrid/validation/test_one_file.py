# SPDX-License-Identifier: BSD-3-Clause
"""Scores are those of one file, whose sum is told, in every process."""

import hashlib

import netCDF4
import pytest

from pyhybrid import errors
from pyhybrid.validation import Plan, samples, validate
from pyhybrid.validation.result import as_json


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(samples, "_LEAST", 40)
    monkeypatch.setattr(samples, "_MOST", 40)


def test_a_file_that_is_replaced_between_two_parts_is_a_message(emulator, recording):
    path, other = emulator(), emulator("other.py", factor=2.0)

    def done(count, total):
        if count == 160:
            path.write_bytes(other.read_bytes())

    with pytest.raises(errors.HybridError, match="SHA-256: expected .*, found"):
        validate(Plan((path,), (str(recording),)), done=done)


def test_workers_open_the_file_that_was_opened_first(emulator, recording):
    pytest.importorskip("distributed")
    path, other = emulator(), emulator("other.py", factor=2.0)

    def check(runner, recording):
        path.write_bytes(other.read_bytes())

    with pytest.raises(errors.HybridError, match="SHA-256: expected .*, found"):
        validate(Plan((path,), (str(recording),)), workers=1, check=check)


def test_the_sum_is_that_of_what_was_scored(emulator, recording):
    path = emulator()
    content = path.read_bytes()
    found = validate(Plan((path,), (str(recording),)))
    path.write_text("something else")  # as soon as it is over
    (told,) = as_json(found)["emulators"].values()
    assert told["sha256"] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("name", ['a "dotted.name"', "Konvektion über Land", "two\nlines", ""])
def test_whatever_the_scheme_was_called(emulator, recording, name):
    with netCDF4.Dataset(recording, "a") as file:
        file.scheme = name
    (told,) = as_json(validate(Plan((emulator(),), (str(recording),))))["emulators"].values()
    assert told["field"]["rain"]["n"] == told["samples"] > 0
