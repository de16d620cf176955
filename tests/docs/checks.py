# SPDX-License-Identifier: BSD-3-Clause
"""What has to be so once the blocks of a page have run; each takes its session."""

import json

import numpy as np


def python(session):
    names = session.names
    assert names["heating"].shape == (64, 10)
    np.testing.assert_array_equal(names["emulated"], (250.0 - names["temperature"]) / 864000.0)
    assert (names["native"] == -1e-5).all()
    assert (names["inputs"].values == names["temperature"][0, 0]).all()
    assert names["results"].shape == (128, 10)


def m7(session):
    particles = session.names["particles"]
    assert (particles.wet_radius[..., 2] > particles.dry_radius[..., 2]).all()


def command_line(session):
    assert json.loads((session.folder / "doctor.json").read_text())["works"]
    assert (session.folder / "radiation_site.mod").is_file()


def recording(session):
    assert session.names["temperature"].shape == (3 * 40, 47)


CHECKS = {
    "docs/python.md": python,
    "docs/m7.md": m7,
    "docs/command-line.md": command_line,
    "docs/recording.md": recording,
}
