# SPDX-License-Identifier: BSD-3-Clause
"""The native schemes from Python: the same numbers as in Fortran, and nothing copied in silence."""

import numpy as np
import pytest

from pyhybrid import errors, native

pytest.importorskip(
    "pyhybrid.native._fortran", reason="built without f90wrap", exc_type=ImportError
)

NCOL, NLEV = 70, 3
FIELDS = {
    "pressure": (1e4, 1e5),
    "temperature": (220.0, 300.0),
    "relative_humidity": (0.1, 0.95),
    "cloud_fraction": (0.0, 0.9),
    "h2so4_production": (0.0, 1e-15),
    "boundary_layer": (1.0, 1.0),
}


@pytest.fixture
def block():
    """Arguments of m7 for an ordinary aerosol."""
    random = np.random.default_rng(0)
    shape = (NLEV, NCOL)
    arguments = {name: random.uniform(*ends, shape).T for name, ends in FIELDS.items()}
    xt = np.zeros((NCOL, NLEV, 26), order="F")
    for n, name in enumerate(native.M7_TRACERS):
        scale = 1e8 if name.startswith("N_") else 1e-11
        xt[..., n] = scale * random.lognormal(0, 1, (NCOL, NLEV))
    return {"dt": 1800.0, **arguments, "xt": xt}


def species(xt):
    """Mass of each species, the gas being sulfate."""
    names = [name.replace("H2SO4", "SO4")[:2] for name in native.M7_TRACERS]
    return {
        one: sum(xt[..., n] for n, name in enumerate(names) if name == one)
        for one in ("SO", "BC", "OC", "SS", "DU")
    }


def refused(kind, words, function, *arguments, **keywords):
    with pytest.raises(kind) as caught:
        function(*arguments, **keywords)
    assert words in str(caught.value)
    assert ": expected " in str(caught.value) and ", found " in str(caught.value)


def test_step_conserves_in_place(block):
    before = species(block["xt"])
    before["SO"] = before["SO"] + block["dt"] * block["h2so4_production"]
    old = block["xt"].copy()
    particles = native.m7(**block)
    after = species(block["xt"])
    for one in before:
        # Rounding: some forty additions.
        np.testing.assert_allclose(after[one], before[one], rtol=1e-14)
    assert (block["xt"] >= 0).all() and (block["xt"] != old).mean() > 0.8
    assert [array.shape[-1] for array in particles] == [7, 4, 7, 4]
    assert (particles.wet_radius[..., :4] >= particles.dry_radius).all()


def test_options_reach_the_scheme(block):
    results = {}
    for name, value in {
        "nucleation": "none",
        "activation": True,
        "water": "zsr",
        "monolayers": 5.0,
        "plain": None,
    }.items():
        keywords = {} if value is None else {name: value}
        xt = block["xt"].copy(order="F")
        results[name] = native.m7(**block | {"xt": xt}, **keywords)[0], xt
    plain = results.pop("plain")
    for name, result in results.items():
        assert any((a != b).any() for a, b in zip(result, plain, strict=True)), name


def test_activation_rate_reaches_the_scheme(block):
    number = []
    for rate in (0.0, 1e-7, 1e-5):
        xt = block["xt"].copy(order="F")
        native.m7(**block | {"xt": xt}, activation=True, activation_rate=rate)
        number.append(xt[..., 19].sum())
    assert number == sorted(number) and len(set(number)) == 3


def test_columns_do_not_know_each_other(block):
    xt = block["xt"].copy(order="F")
    native.m7(**block | {"xt": xt})
    part = {
        name: np.asfortranarray(value[40:47]) if isinstance(value, np.ndarray) else value
        for name, value in block.items()
    }
    native.m7(**part)
    np.testing.assert_array_equal(part["xt"], xt[40:47])


@pytest.mark.parametrize("name", [*FIELDS, "xt"])
@pytest.mark.parametrize(
    "change, kind, words",
    [
        (lambda a: np.ascontiguousarray(a), errors.ShapeError, "Fortran's order"),
        (lambda a: a.astype(np.float32, order="F"), errors.FieldError, "kind float64"),
        (lambda a: np.zeros(a.shape, dtype=int, order="F"), errors.FieldError, "found int64"),
        (lambda a: a.astype(">f8"), errors.FieldError, "found >f8"),
        (lambda a: a.tolist(), errors.FieldError, "found list"),
        (lambda a: np.concatenate([a, a])[::2], errors.ShapeError, "strides"),
        (lambda a: np.asfortranarray(a[..., :2]), errors.ShapeError, "found (70, "),
    ],
    ids=["C order", "real32", "integers", "byte order", "list", "strided", "shape"],
)
def test_other_arrays_are_refused(block, name, change, kind, words):
    old = block["xt"].copy()
    refused(kind, words, native.m7, **block | {name: change(block[name])})
    np.testing.assert_array_equal(block["xt"], old)


def unaligned(array):
    """The same array one byte behind an address that suits its kind."""
    store = np.zeros(array.nbytes + 1, np.uint8)[1:].view(np.float64)
    moved = store.reshape(array.shape, order="F")
    moved[...] = array
    return moved


@pytest.mark.parametrize("name", [*FIELDS, "xt"])
@pytest.mark.parametrize(
    "change, words",
    [
        (unaligned, "multiple of 8 bytes"),
        (lambda a: np.ma.masked_array(a, mask=False), "found MaskedArray"),
        (lambda a: np.ma.masked_greater(a, 0), "found MaskedArray"),
    ],
    ids=["unaligned", "no mask", "all masked"],
)
def test_arrays_that_would_be_misread_are_refused(block, name, change, words):
    odd = change(block[name])
    refused(errors.FieldError, f"{name}: expected", native.m7, **block | {name: odd})
    refused(errors.FieldError, words, native.m7, **block | {name: odd})


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("part", [np.s_[:, :, 0], np.s_[:, :, 25]])
def test_fields_in_the_memory_of_the_tracers_are_refused(block, name, part):
    old = block["xt"].copy()
    refused(errors.FieldError, f"{name}: expected memory", native.m7,
            **block | {name: block["xt"][part]})  # fmt: skip
    np.testing.assert_array_equal(block["xt"], old)


def test_fields_may_share_memory_with_each_other(block):
    both = block["cloud_fraction"]
    native.m7(**block | {"boundary_layer": both})


def test_read_only_tracers_are_refused(block):
    block["xt"].flags.writeable = False
    refused(errors.FieldError, "read-only", native.m7, **block)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("value", [np.nan, -1.0, 1e9])
def test_values_are_refused_by_place(block, name, value):
    block[name][66, 1] = value
    old = block["xt"].copy()
    refused(errors.ArgumentError, f"{name}(column 67, level 2)", native.m7, **block)
    np.testing.assert_array_equal(block["xt"], old)


@pytest.mark.parametrize("n", range(26))
def test_tracers_are_refused_by_name(block, n):
    block["xt"][5, 2, n] = -1e-30
    name = native.M7_TRACERS[n]
    refused(errors.ArgumentError, f"{name}(column 6, level 3)", native.m7, **block)


@pytest.mark.parametrize("dt", [0.0, -1.0, float("nan"), float("inf"), 10**400, "1800", None])
def test_time_steps_are_refused(block, dt):
    refused(errors.ArgumentError, "dt", native.m7, **block | {"dt": dt})


@pytest.mark.parametrize(
    "keywords",
    [
        {"nucleation": "kazil"},
        {"nucleation": "vehkamaki" + 8 * " " + "none"},
        {"water": "käppa"},
        {"water": None},
        {"monolayers": 0.0},
        {"activation_rate": -1.0},
        {"activation_rate": float("nan")},
        {"activation_rate": "fast"},
        {"activation": "no"},
        {"monolayers": None},
    ],
)
def test_options_are_refused(block, keywords):
    refused(errors.ArgumentError, "options%", native.m7, **block, **keywords)


def test_an_empty_block(block):
    empty = {
        name: np.asfortranarray(value[:0]) if isinstance(value, np.ndarray) else value
        for name, value in block.items()
    }
    assert native.m7(**empty).wet_radius.shape == (0, NLEV, 7)


def test_kernels_refuse_other_arrays():
    good, pairs = np.full(3, 280.0), np.full((3, 7), 1e-6)
    refused(errors.ShapeError, "radius", native.coagulation_kernel, good, good, pairs, pairs)
    refused(errors.FieldError, "h2so4", native.nucleation_rate, good, good, np.full(3, 1))
    refused(errors.ShapeError, "relative_humidity", native.nucleation_fit, good, good[:2], good)
    refused(errors.ShapeError, "rank 1", native.nucleation_fit, pairs, good, good)
    refused(errors.FieldError, "a NumPy array", native.nucleation_fit, 280.0, 0.5, 1e8)
    refused(errors.ArgumentError, "dt", native.number_equation, "1", good, good, good, good)


KERNELS = {
    native.nucleation_fit: ("temperature", "relative_humidity", "h2so4"),
    native.nucleation_rate: ("temperature", "relative_humidity", "h2so4"),
    native.coagulation_kernel: ("temperature", "pressure", "radius", "density"),
    native.condensation_coefficient: ("temperature", "pressure", "number", "radius"),
    native.number_equation: ("intra", "inter", "source", "number"),
}
ORDINARY = {
    "temperature": 280.0,
    "pressure": 9e4,
    "relative_humidity": 0.5,
    "h2so4": 1e8,
    "number": 100.0,
    "radius": 1e-6,
    "density": 1.5,
    "intra": 1e-9,
    "inter": 1e-4,
    "source": 1.0,
}


def boxes(kernel):
    """Arguments of a kernel for three ordinary boxes."""
    by_mode = {
        native.coagulation_kernel: ("radius", "density"),
        native.condensation_coefficient: ("number", "radius"),
    }.get(kernel, ())
    return {
        name: np.full((3, 7) if name in by_mode else 3, ORDINARY[name], order="F")
        for name in KERNELS[kernel]
    } | ({"dt": 1800.0} if kernel is native.number_equation else {})


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -5.0, 1e300])
def test_kernels_refuse_values_by_place(kernel, value):
    for name in KERNELS[kernel]:
        given = boxes(kernel)
        given[name][1, ...] = value
        refused(errors.ArgumentError, f"{name}(box 2", kernel, **given)
        refused(errors.ArgumentError, f"found {value}", kernel, **given)


@pytest.mark.parametrize("kernel", [native.coagulation_kernel, native.condensation_coefficient])
@pytest.mark.parametrize("value", [0.0, 5e-324, 1e-120])
def test_kernels_refuse_radii_that_nothing_has(kernel, value):
    given = boxes(kernel)
    given["radius"][2, 6] = value
    refused(errors.ArgumentError, "radius(box 3, mode 7)", kernel, **given)


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernels_take_the_ends_of_their_ranges(kernel):
    """Neither NaN nor infinity nor a negative value comes of what is not refused."""
    for name in KERNELS[kernel]:
        for end in native.aerosol._RANGES[name][:2]:
            given = boxes(kernel)
            given[name][...] = end
            for result in np.atleast_2d(kernel(**given)):
                assert (np.isfinite(result) & (result >= 0)).all(), (name, end)


@pytest.mark.parametrize("dt", [-1.0, 1e6, float("nan"), float("inf")])
def test_the_number_equation_refuses_time_steps(dt):
    given = boxes(native.number_equation) | {"dt": dt}
    refused(errors.ArgumentError, "dt: expected 0 to 86400 s", native.number_equation, **given)


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernels_refuse_masked_and_unaligned_arrays(kernel):
    for name in KERNELS[kernel]:
        for change in unaligned, np.ma.asarray:
            given = boxes(kernel)
            refused(errors.FieldError, f"{name}: ", kernel, **given | {name: change(given[name])})


@pytest.mark.parametrize("n", [0, 1, 63, 64, 65, 200])
def test_kernels_take_any_number_of_boxes(n):
    temperature = np.linspace(200, 300, n)
    rate, molecules = native.nucleation_rate(temperature, np.full(n, 0.5), np.full(n, 1e8))
    for k in range(n):
        one = (np.array([value]) for value in (temperature[k], 0.5, 1e8))
        assert [value[0] for value in native.nucleation_rate(*one)] == [rate[k], molecules[k]]
