# SPDX-License-Identifier: BSD-3-Clause
"""A domain that stops and starts again: in a file, and in arrays."""

import numpy as np
import pytest

from pyhybrid import Domain, errors

NCOL = 6
DT = 0.1  # whose multiples no other way of adding has


def make_domain(names=("radiation",), column=None, ncol=NCOL, text=""):
    """A domain and its schemes; guards of an emulating scheme have state too."""
    columns = np.arange(1, ncol + 1) if column is None else column
    domain = Domain(text=text, column=columns)
    return domain, [domain.scheme(name) for name in names]


def after_steps(domain, first, last):
    for step in range(first, last + 1):
        domain.step(step, dt=DT)
    return domain


def same(one, other):
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


@pytest.fixture
def saved(tmp_path, netcdf_plugin):
    """A domain after three steps, and its restart."""
    domain, schemes = make_domain()
    after_steps(domain, 1, 3).save(tmp_path / "restart.nc")
    yield domain, tmp_path / "restart.nc"


def test_file_goes_on_bit_for_bit(saved):
    domain, path = saved
    other, schemes = make_domain()
    other.load(path)
    assert same(after_steps(other, 4, 5).get_state(), after_steps(domain, 4, 5).get_state())


def test_arrays_go_on_bit_for_bit():
    domain, schemes = make_domain()
    other, others = make_domain()
    other.set_state(*after_steps(domain, 1, 3).get_state())
    assert same(after_steps(other, 4, 5).get_state(), after_steps(domain, 4, 5).get_state())


def test_state_of_another_run_differs():
    domain, schemes = make_domain()
    before = domain.get_state()
    assert not same(after_steps(domain, 1, 2).get_state(), before)


def test_columns_are_found_by_their_global_index(saved):
    _, path = saved
    other, schemes = make_domain(column=np.arange(NCOL, 0, -1))
    other.load(path)


def test_arrays_may_be_anywhere_in_memory():
    domain, schemes = make_domain()
    shared, columns = after_steps(domain, 1, 2).get_state()
    wide = np.zeros((shared.size, 3))
    wide[:, 1] = shared
    other, others = make_domain()
    other.set_state(wide[:, 1], np.asfortranarray(columns))
    assert same(other.get_state(), (shared, columns))


def test_file_replaces_the_former_one(saved):
    domain, path = saved
    after_steps(domain, 4, 4).save(path)
    other, schemes = make_domain()
    other.load(path)
    assert same(other.get_state(), domain.get_state())
    assert [entry.name for entry in path.parent.iterdir()] == ["restart.nc"]


def test_rank_in_the_path(tmp_path, netcdf_plugin):
    domain, schemes = make_domain()
    domain.save(tmp_path / "restart.{rank}.nc")
    assert (tmp_path / "restart.0.nc").exists()


def refused(domain, path, words):
    """`load` fails and nothing has changed."""
    before = domain.get_state()
    with pytest.raises(errors.StateError, match=words):
        domain.load(path)
    assert same(domain.get_state(), before)


@pytest.mark.parametrize("ncol", [NCOL - 1, NCOL + 1])
def test_other_number_of_columns(saved, ncol):
    domain, schemes = make_domain(ncol=ncol)
    difference = f"{'without' if ncol > NCOL else 'with'} column {max(ncol, NCOL)}"
    words = rf"the {ncol} of the domain, found {NCOL} \({difference}\)"
    refused(after_steps(domain, 1, 1), saved[1], words)


def test_other_columns(saved):
    domain, schemes = make_domain(column=np.arange(2, NCOL + 2))
    refused(domain, saved[1], r"found 6 \(with column 1\)")


def test_truncated_file(saved, tmp_path):
    domain, path = saved
    content = path.read_bytes()
    for length in np.linspace(0, len(content) - 1, 40, dtype=int):
        (tmp_path / "short.nc").write_bytes(content[:length])
        refused(domain, tmp_path / "short.nc", "complete NetCDF-4 file")


def test_files_that_are_none(saved, tmp_path):
    domain, _ = saved
    refused(domain, tmp_path / "missing.nc", "expected a file, found none")
    refused(domain, tmp_path, "found something else")


def test_folder_that_is_missing(saved, tmp_path):
    domain, _ = saved
    with pytest.raises(errors.StateError, match="No such file or directory"):
        domain.save(tmp_path / "none" / "restart.nc")


def emulating(path):
    return f"[scheme.radiation]\nmode = 'emulate'\nemulator = '{path}'\nguard.finite = 'native'\n"


def test_another_configuration(saved, plain):
    _, path = saved
    domain, schemes = make_domain(text=emulating(plain))
    refused(domain, path, "scheme 'radiation': expected mode emulate as this run has, found mode n")
    shared, columns = domain.get_state()
    other, others = make_domain()
    expected = "expected mode native as this run has, found mode emul"
    with pytest.raises(errors.StateError, match=expected):
        other.set_state(shared, columns)


@pytest.mark.parametrize(
    "change, error, words",
    [
        (lambda shared, columns: (shared[:-1], columns), errors.StateError, "number of shared"),
        (lambda shared, columns: (shared[:0], columns), errors.StateError, "1 more"),
        (lambda shared, columns: (shared * 2, columns), errors.StateError, "found others"),
        (lambda shared, columns: (shared.astype("f4"), columns), errors.ArgumentError, "float64"),
        (lambda shared, columns: (shared, columns[:, 1:]), errors.ShapeError, "6, found 5"),
        (lambda shared, columns: (shared, columns[0:0, 0]), errors.ShapeError, "rank 2"),
        (lambda shared, columns: (columns, columns), errors.ShapeError, "rank 1"),
        (lambda shared, columns: (shared, np.zeros((1, NCOL))), errors.StateError, "rows"),
    ],
)
def test_arrays_that_are_none(change, error, words):
    domain, schemes = make_domain()
    state = after_steps(domain, 1, 2).get_state()
    with pytest.raises(error, match=words):
        domain.set_state(*change(*state))
    assert same(domain.get_state(), state)


def test_closed_domain(tmp_path):
    domain, _ = make_domain(names=())
    domain.close()
    for verb in (lambda: domain.save(tmp_path / "x.nc"), domain.get_state):
        with pytest.raises(errors.PhaseError):
            verb()
