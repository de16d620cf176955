# SPDX-License-Identifier: BSD-3-Clause
"""The header, the library and the exceptions."""

import pickle
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from time import sleep

import pytest

from pyhybrid import HybridError, _abi, errors
from pyhybrid._abi import header, loading
from pyhybrid._abi.header import once


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


@pytest.mark.parametrize("error", [errors.OutOfMemoryError, errors.BackendError])
def test_exceptions_can_be_sent_with_their_traceback(error):
    """As dask's workers send them."""
    pickling_support = pytest.importorskip("tblib.pickling_support")
    try:
        raise error("text")
    except error as raised:
        made, values, *_ = pickling_support.pickle_exception(raised)
    copy = made(*values)
    assert type(copy) is error and copy.message == "text"


def test_unknown_status_is_a_defect():
    assert isinstance(loading.exception(999, "text"), errors.InternalError)


def test_unknown_word_names_the_nearest():
    with pytest.raises(errors.ArgumentError, match="unknown role 'stat'; did you mean 'state'"):
        _abi.word_value("hyb_role", "stat")


@pytest.mark.parametrize("other", ["2.2.3", "1.1.9", "1.20.3"])
def test_library_of_another_release(monkeypatch, other):
    monkeypatch.setattr(loading, "distribution_version", lambda name: "1.2.3")
    loading.require_same_release("1.2.9", "here")
    with pytest.raises(errors.PluginError, match=f"libhybrid 1.2.x, found {other} at here"):
        loading.require_same_release(other, "here")


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
        "assert not loading.library.made\n"
    )
    folder = Path(header.__file__).parents[2]
    subprocess.run([sys.executable, "-c", program], check=True, cwd=folder)


def test_several_threads_get_the_same_types():
    """Made by several at once, types of one would be strange to the others."""
    started, calls = Barrier(8), []

    @once
    def make():
        calls.append(1)
        sleep(0.02)
        return object()

    def ask(_):
        started.wait()
        return make()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert calls == [1]
