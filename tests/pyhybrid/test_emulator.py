# SPDX-License-Identifier: BSD-3-Clause
"""Emulator files from Python: the matrices of the network, and the path of a host."""

import json

import numpy as np
import pytest
from installed import run_with_library_alone

from pyhybrid import Domain, Emulator, Field, errors


@pytest.fixture
def emulator(plain):
    with Emulator(plain) as emulator:
        yield emulator


@pytest.fixture
def torch_file(torch_plugin, make_card, tmp_path):
    """A network of two layers in real32."""
    torch = pytest.importorskip("torch")
    from pyhybrid import export

    torch.manual_seed(0)
    layers = torch.nn.Linear(5, 64), torch.nn.Tanh(), torch.nn.Linear(64, 5)
    return export(torch.nn.Sequential(*layers), make_card(kind="real32"), tmp_path / "mlp.pt")


def matrix(columns):
    return np.concatenate(
        [columns["air_temperature"], columns["surface_air_pressure"][:, np.newaxis]], axis=1
    )


# ---- The low-level interface


def test_card_is_the_one_in_the_file(emulator, make_card):
    assert emulator.card == make_card()


def test_run_takes_and_returns_matrices(emulator, columns):
    x = matrix(columns)
    y = emulator.run(x)
    assert y.shape == (50, 5) and y.dtype == np.float64
    np.testing.assert_array_equal(y[:, :4], x[:, :4] / 3 + x[:, 4:])
    np.testing.assert_array_equal(y[:, 4], x[:, 4] * 7)


@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, lambda x: x[::-1]])
def test_layout_of_the_matrix_does_not_matter(emulator, columns, layout):
    x = layout(matrix(columns))
    np.testing.assert_array_equal(emulator.run(x), emulator.run(x.copy()))


def test_no_samples(emulator):
    assert emulator.run(np.empty((0, 5))).shape == (0, 5)


@pytest.mark.parametrize(
    "x, error",
    [
        (np.zeros((3, 4)), errors.ShapeError),
        (np.zeros(5), errors.ShapeError),
        (np.zeros(()), errors.ShapeError),
        (np.zeros((3, 5), np.float32), errors.FieldError),
        (np.zeros((3, 5), np.int64), errors.FieldError),
        ([[0.0] * 5], errors.ArgumentError),
    ],
)
def test_other_matrices_are_refused(emulator, x, error):
    with pytest.raises(error, match="expected .*, found"):
        emulator.run(x)


# ---- The path of a host


def test_predict_returns_the_outputs_of_the_card(emulator, columns):
    y = emulator.predict(columns)
    assert list(y) == ["heating", "flux"]
    np.testing.assert_array_equal(
        y["heating"], columns["air_temperature"] / 3 + columns["surface_air_pressure"][:, None]
    )
    np.testing.assert_array_equal(y["flux"], columns["surface_air_pressure"] * 7)


def test_predict_is_what_a_host_gets(plain, emulator, columns):
    text = f"[scheme.radiation]\nmode = 'emulate'\nemulator = '{plain}'\n"
    heating = np.empty((50, 4))
    with Domain(text=text) as domain, domain.scheme("radiation") as scheme:
        for start in range(0, 50, 8):
            block = slice(start, min(start + 8, 50))
            with scheme.open(block.stop - start, first=start + 1) as call:
                for name, array in columns.items():
                    call.put(name, array[block])
                call.run()
                call.get("heating", heating[block])
                call.get("flux", np.empty(block.stop - start))
    assert heating.tobytes() == emulator.predict(columns)["heating"].tobytes()


@pytest.mark.parametrize("ncol", [1, 7, 32, 50])
def test_blocks_give_the_same_bits(torch_file, columns, ncol):
    inputs = {name: array.astype(np.float32) for name, array in columns.items()}
    with Emulator(torch_file) as emulator:
        whole = emulator.predict(inputs)
        for start in range(0, 50, ncol):
            block = slice(start, start + ncol)
            found = emulator.predict({name: array[block] for name, array in inputs.items()})
            for name, array in found.items():
                assert array.tobytes() == whole[name][block].tobytes(), (name, start)


def test_run_and_predict_give_the_same_bits(torch_file, columns):
    inputs = {name: array.astype(np.float32) for name, array in columns.items()}
    with Emulator(torch_file) as emulator:
        y = emulator.run(matrix(inputs))
        fields = emulator.predict(inputs)
    assert fields["heating"].tobytes() == y[:, :4].tobytes()
    assert fields["flux"].tobytes() == y[:, 4].tobytes()


def test_dtype_follows_the_inputs_or_the_argument(emulator, columns):
    single = {name: array.astype(np.float32) for name, array in columns.items()}
    assert emulator.predict(columns)["flux"].dtype == np.float64
    assert emulator.predict(single)["flux"].dtype == np.float32
    assert emulator.predict(single, np.float64)["flux"].dtype == np.float64
    with pytest.raises(errors.FieldError, match="found float16"):
        emulator.predict(columns, np.float16)


def test_increment_is_what_is_added(python_plugin, make_card, write_emulator):
    field = Field("specific_humidity", "kg kg-1", "increment", "real", ("column", "level"), 4)
    card = make_card(inputs=(field,), outputs=(field,))
    path = write_emulator(card, "def emulate(x):\n    return 2 * x\n")
    q = np.full((3, 4), 5.0)
    with Emulator(path) as emulator:
        np.testing.assert_array_equal(emulator.predict({"specific_humidity": q})[field.name], 2 * q)
    assert (q == 5.0).all()


def test_boxes_of_any_number_of_levels(python_plugin, make_card, write_emulator):
    card = make_card(sample="box", outputs=make_card().outputs[:1])
    path = write_emulator(card, "def emulate(x):\n    return x[:, :1] + x[:, 1:]\n")
    t, p = np.arange(12.0).reshape(2, 6), np.array([10.0, 20.0])
    with Emulator(path) as emulator:
        y = emulator.predict({"air_temperature": t, "surface_air_pressure": p})
    np.testing.assert_array_equal(y["heating"], t + p[:, None])


def test_flags_scalars_and_species(python_plugin, make_card, write_emulator):
    card = make_card(
        inputs=(
            Field("solar_constant", "W m-2", "state", "real", ()),
            Field("is_land", "1", "flag", "logical", ("column",)),
            Field("tracers", "1", "state", "real", ("column", "species"), species=2),
        ),
        outputs=(Field("is_sea", "1", "flag", "logical", ("column",)),),
    )
    path = write_emulator(card, "def emulate(x):\n    return 1.0 - x[:, 1:2]\n")
    inputs = {
        "solar_constant": np.array(1361.0),
        "is_land": np.array([1, 0, 1], np.int32),
        "tracers": np.zeros((3, 2)),
    }
    with Emulator(path) as emulator:
        assert emulator.predict(inputs)["is_sea"].tolist() == [0, 1, 0]
        with pytest.raises(errors.FieldError, match="truth values, found bool"):
            emulator.predict(inputs | {"is_land": np.array([True, False, True])})


@pytest.mark.parametrize("sample", ["column", "box"])
def test_scalar_for_a_value_of_each_column(python_plugin, make_card, write_emulator, sample):
    card = make_card(sample=sample, outputs=make_card().outputs[:1])
    path = write_emulator(card, "def emulate(x):\n    return x[:, :-1] + x[:, -1:]\n")
    t, p = np.arange(12.0).reshape(3, 4), np.full(3, 10.0)
    with Emulator(path) as emulator:
        for pressure in (p, np.array(10.0), p, np.array(10.0), 10.0):
            fields = {"air_temperature": t, "surface_air_pressure": pressure}
            np.testing.assert_array_equal(emulator.predict(fields)["heating"], t + 10)
        single = {"air_temperature": t.astype(np.float32), "surface_air_pressure": 10.0}
        assert emulator.predict(single)["heating"].dtype == np.float32
        with pytest.raises(errors.CardError, match=r"column level \(.*found scalar"):
            emulator.predict({"air_temperature": np.array(250.0), "surface_air_pressure": p})


@pytest.mark.parametrize(
    "returned", ["{'flux': 7 * p, 'heating': t / 3 + p[:, None]}", "(t / 3 + p[:, None], 7 * p)"]
)
def test_fields_come_by_keyword_and_go_back_as_a_dict_or_a_tuple(
    python_plugin, make_card, write_emulator, columns, returned
):
    program = f"""\
def emulate(*, surface_air_pressure, air_temperature):
    t, p = air_temperature, surface_air_pressure
    return {returned}
"""
    path = write_emulator(make_card(arguments="fields"), program)
    with Emulator(path) as emulator:
        y = emulator.predict(columns)
    t, p = columns.values()
    np.testing.assert_array_equal(y["heating"], t / 3 + p[:, None])
    np.testing.assert_array_equal(y["flux"], 7 * p)


@pytest.mark.parametrize(
    "changed, error, message",
    [
        ({"air_temperature": np.zeros((50, 5))}, errors.CardError, r"level \(4\).*level \(5\)"),
        ({"air_temperature": np.zeros((49, 4))}, errors.ShapeError, "one .* 49 of .*, 50 of"),
        ({"air_temperature": np.zeros((50, 4), "i4")}, errors.FieldError, "float64, found int32"),
        ({"air_temperature": None}, errors.ArgumentError, "a numpy array, found NoneType"),
        ({"air_temprature": np.zeros(50)}, errors.FieldError, "did you mean 'air_temperature'"),
    ],
)
def test_other_fields_are_refused(emulator, columns, changed, error, message):
    with pytest.raises(error, match=message):
        emulator.predict(columns | changed)
    assert emulator.predict(columns)["flux"].shape == (50,)


def test_missing_field_is_named(emulator, columns, caplog):
    """In the words of Python, not of a host."""
    del columns["surface_air_pressure"]
    told = "every input .*, found no 'surface_air_pressure'$"
    with pytest.raises(errors.FieldError, match=told) as caught:
        emulator.predict(columns)
    assert "scheme" not in str(caught.value) and "step" not in str(caught.value)
    assert caplog.records == []


def test_failure_is_told_once(python_plugin, make_card, write_emulator, columns, caplog):
    program = "def emulate(x):\n    if x.max() > 2:\n        raise ValueError\n    return x\n"
    path = write_emulator(make_card(), program)
    with pytest.raises(errors.BackendError, match="ValueError"):
        Emulator(path).predict(columns)
    assert caplog.records == []


def test_numbers_that_are_not_finite_are_a_warning(emulator, columns, caplog):
    columns["air_temperature"][0] = np.nan
    emulator.predict(columns)
    assert "not finite" in caplog.text


@pytest.mark.parametrize("odd", ["air_temperature", "surface_air_pressure", "land"])
def test_odd_number_of_columns_is_named(python_plugin, make_card, write_emulator, odd):
    land = Field("land", "1", "flag", "logical", ("column",))
    path = write_emulator(make_card(inputs=(*make_card().inputs, land)))
    shapes = {"air_temperature": (4,), "surface_air_pressure": (), "land": ()}
    fields = {
        name: np.zeros((6 if name == odd else 9, *shape), np.int32 if name == "land" else float)
        for name, shape in shapes.items()
    }
    told = f"columns: expected 9, as in most fields, found 6 of '{odd}'$"
    with Emulator(path) as emulator, pytest.raises(errors.ShapeError, match=told):
        emulator.predict(fields)


@pytest.mark.parametrize("dtype", [np.int64, np.float16, np.int32, bool])
def test_dtype_that_the_card_takes_is_offered(emulator, columns, dtype):
    with pytest.raises(errors.FieldError, match="expected dtype float32 or float64, found"):
        emulator.predict(columns | {"air_temperature": np.zeros((50, 4), dtype)})
    with pytest.raises(errors.FieldError, match="x: expected dtype float64, found"):
        emulator.run(np.zeros((3, 5), dtype))


# ---- Files and options


def test_missing_file(tmp_path):
    with pytest.raises(errors.EmulatorFileError, match="expected a file, found none"):
        Emulator(tmp_path / "none.pt")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 truncated", b"\0" * 1000])
def test_torch_file_that_is_none(torch_plugin, tmp_path, content):
    path = tmp_path / "bad.pt"
    path.write_bytes(content)
    with pytest.raises(errors.EmulatorFileError, match="bad.pt"):
        Emulator(path)


def test_truncated_torch_file(torch_file):
    torch_file.write_bytes(torch_file.read_bytes()[:-200])
    with pytest.raises(errors.EmulatorFileError, match="mlp.pt"):
        Emulator(torch_file)


def test_file_of_unknown_suffix(tmp_path):
    (tmp_path / "emulator.onnx").touch()
    with pytest.raises(errors.ConfigError, match="suffix: expected one of .*, found '.onnx'"):
        Emulator(tmp_path / "emulator.onnx")


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"kind": None}, "kind: expected .*, found nothing"),
        ({"sampel": "box"}, "unknown key 'sampel'; did you mean 'sample'"),
        ({"version": 2}, "version: expected 1, found 2"),
    ],
)
def test_bad_cards(python_plugin, make_card, write_emulator, changed, message):
    table = json.loads(make_card().to_json()) | changed
    path = write_emulator({key: value for key, value in table.items() if value is not None})
    with pytest.raises(errors.CardError, match=message):
        Emulator(path)


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"devise": "cpu"}, errors.ConfigError, "unknown key 'devise'; did you mean 'device'"),
        ({"device": 3}, errors.ConfigError, "device.*: expected a string, found integer 3"),
        ({"batch": {"colums": 64}}, errors.ConfigError, "'colums'; did you mean 'columns'"),
        ({"backend": "pyton"}, errors.ConfigError, "'pyton'; did you mean 'python'"),
        ({"batch": {"columns": None}}, errors.ArgumentError, "'columns': expected a text"),
    ],
)
def test_bad_options(plain, options, error, message):
    with pytest.raises(error, match=message):
        Emulator(plain, **options)


def test_options_reach_the_library(python_plugin, make_card, write_emulator, columns):
    path = write_emulator(make_card(), "def half(x):\n    return x / 2\n")
    with Emulator(path, python={"function": "half"}, batch={"columns": 16}) as emulator:
        y = emulator.predict(columns)
    np.testing.assert_array_equal(y["heating"], columns["air_temperature"] / 2)


@pytest.mark.parametrize(
    "program, message",
    [
        ("def emulate(x):\n    raise KeyError('no such thing')\n", "KeyError.*no such thing"),
        ("def emulate(x):\n    return x[:, :3]\n", "expected .*5.*found .*3"),
        ("def emulate(x):\n    return None\n", "expected .*found"),
        ("def emulat(x):\n    return x\n", "expected .*emulate.*found"),
    ],
)
def test_python_emulator_that_fails(python_plugin, make_card, write_emulator, program, message):
    path = write_emulator(make_card(), program)
    with pytest.raises(errors.HybridError, match=f"(?s){message}"):
        Emulator(path).run(np.zeros((3, 5)))


def test_python_emulator_that_prints(python_plugin, make_card, write_emulator):
    path = write_emulator(make_card(), "def emulate(x):\n    print('hello')\n    return x + 0\n")
    with Emulator(path) as emulator:
        assert emulator.run(np.ones((2, 5))).sum() == 10


def test_closed_emulator(plain, columns):
    emulator = Emulator(plain)
    emulator.predict(columns)
    emulator.close()
    emulator.close()
    for use in (lambda: emulator.run(matrix(columns)), lambda: emulator.predict(columns)):
        with pytest.raises(errors.PhaseError, match="expected an open emulator, found one that"):
            use()


def test_plugin_that_is_not_installed(tmp_path):
    (tmp_path / "emulator.pt").touch()
    program = (
        "import pyhybrid\n"
        "try:\n"
        f"    pyhybrid.Emulator('{tmp_path}/emulator.pt')\n"
        "except ImportError as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    done = run_with_library_alone(tmp_path, "-c", program)
    assert done.stdout.startswith("PluginError")
    assert f"libhybrid_torch.so: expected a file in one of '{tmp_path}', found none" in done.stdout
    assert "pip install 'pyhybrid[build,torch]' && pyhybrid build-backend torch" in done.stdout


def test_plugin_that_cannot_be_loaded(tmp_path):
    (tmp_path / "emulator.pt").touch()
    folder = tmp_path / "empty"
    folder.mkdir()
    text = (
        f"[domain]\nplugins = '{folder}'\n"
        f"[scheme.a]\nmode = 'emulate'\nemulator = '{tmp_path}/emulator.pt'\n"
    )
    (folder / "libhybrid_torch.so").write_text("no library")
    message = "expected a loadable plug-in, found"
    with Domain(text=text) as domain, pytest.raises(errors.PluginError, match=message):
        domain.scheme("a")
