# SPDX-License-Identifier: BSD-3-Clause
"""The header, the library and the exceptions."""

import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pyhybrid import HybridError, _abi, errors
from pyhybrid._abi import header, loading


def test_header_declares_every_function_of_the_library():
    text = header.header_path().read_text()
    names = re.findall(r"^HYB_API [^(]*?(hyb_\w+)\(", text, re.MULTILINE)
    assert "hyb_call_put" in names
    for name in names:
        assert getattr(_abi.library(), name)


def test_declarations_hold_no_preprocessor():
    text = "#if defined(A) || \\\n    defined(B)\n#define HYB_API x\n#endif\nHYB_API int f(void);\n"
    assert header.declarations(text).split() == ["int", "f(void);"]


def test_every_status_has_its_exception():
    statuses = set(_abi.enumeration("hyb_status").values()) - {0}
    assert set(loading.exception_types()) == statuses


@pytest.mark.parametrize("name, status", _abi.enumeration("hyb_status").items())
def test_exception_of_a_status(name, status):
    if name == "HYB_OK":
        return
    error = loading.exception(status, "x: expected 1, found 2")
    assert isinstance(error, HybridError)
    assert error.status == name
    assert error.message == str(error) == "x: expected 1, found 2"


@pytest.mark.parametrize(
    "error, builtin",
    [
        (errors.ArgumentError, ValueError),
        (errors.ConfigError, ValueError),
        (errors.EmulatorFileError, OSError),
        (errors.CardError, ValueError),
        (errors.FieldError, ValueError),
        (errors.ShapeError, ValueError),
        (errors.PhaseError, RuntimeError),
        (errors.PluginError, ImportError),
        (errors.BackendError, RuntimeError),
        (errors.RecordingError, OSError),
        (errors.OutOfMemoryError, MemoryError),
        (errors.InternalError, RuntimeError),
        (errors.GuardError, RuntimeError),
        (errors.StateError, OSError),
    ],
)
def test_exceptions_are_builtins_too_and_can_be_sent_to_another_process(error, builtin):
    assert issubclass(error, builtin)
    copy = pickle.loads(pickle.dumps(error("text")))
    assert type(copy) is error and copy.message == "text"


def test_unknown_status_is_a_defect():
    assert isinstance(loading.exception(999, "text"), errors.InternalError)


def test_unknown_word_names_the_nearest():
    with pytest.raises(errors.ArgumentError, match="unknown role 'stat'; did you mean 'state'"):
        _abi.word_value("hyb_role", "stat")


def test_library_of_another_major_version(monkeypatch):
    monkeypatch.setattr(loading, "distribution_version", lambda name: "1.2.3")
    loading.require_same_major("1.9.0", "here")
    with pytest.raises(errors.PluginError, match="major version 1, found 2.0.0 at here"):
        loading.require_same_major("2.0.0", "here")


def test_missing_library(tmp_path, monkeypatch):
    monkeypatch.setenv("PYHYBRID_LIBRARY_DIR", str(tmp_path))
    with pytest.raises(errors.PluginError, match=f"libhybrid at {tmp_path}.*found no such file"):
        loading.library.__wrapped__()


def test_library_that_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PYHYBRID_LIBRARY_DIR", str(tmp_path))
    (tmp_path / "libhybrid.so").write_text("no library")
    with pytest.raises(errors.PluginError, match="libhybrid.so: expected a loadable library"):
        loading.library.__wrapped__()


def test_missing_header(tmp_path, monkeypatch):
    monkeypatch.setattr(header, "_PLACES", (tmp_path,))
    with pytest.raises(errors.PluginError, match=r"expected hybrid\.h in .*, found no such file"):
        header.header_path()


def test_version_is_three_numbers():
    assert re.fullmatch(r"\d+\.\d+\.\d+", _abi.version())


def test_import_loads_neither_torch_nor_the_library():
    program = (
        "import sys, pyhybrid\n"
        "from pyhybrid._abi import loading\n"
        "assert not {'torch', 'xarray', 'netCDF4'} & set(sys.modules), sys.modules\n"
        "assert loading.library.cache_info().currsize == 0\n"
    )
    folder = Path(header.__file__).parents[2]
    subprocess.run([sys.executable, "-c", program], check=True, cwd=folder)
