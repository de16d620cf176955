# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid new``: what it writes compiles, loads and is accepted; what is wrong is told."""

import json
import shutil
import subprocess

import pytest
from click.testing import CliRunner

import pyhybrid
from pyhybrid import Domain, Emulator
from pyhybrid.cli import main

T = "air_temperature [K] (column, level=4)"
P = "surface_air_pressure [Pa] (column)"
HEATING = "tendency_of_air_temperature [K s-1] (column, level=4)"
COMPILERS = ("gfortran", "flang-22")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new(*arguments):
    return CliRunner().invoke(main, ["new", *map(str, arguments)])


def fields(inputs=(T, P), outputs=(HEATING,)):
    words = [("--input", one) for one in inputs] + [("--output", one) for one in outputs]
    return [word for pair in words for word in pair]


def made(*arguments, scheme="radiation"):
    result = new(scheme, *(arguments or fields()))
    assert result.exit_code == 0, result.output
    return result


def refused(*arguments):
    result = new(*arguments)
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    return result.stderr


@pytest.fixture(scope="module")
def face(tmp_path_factory):
    """A folder with hybrid.o and hybrid.mod of a compiler, made once."""
    made = {}

    def make(compiler):
        if compiler not in made:
            if shutil.which(compiler) is None:
                pytest.skip(f"no {compiler}")
            made[compiler] = tmp_path_factory.mktemp(compiler)
            command = [compiler, "-c", str(pyhybrid.fortran_source())]
            subprocess.run(command, cwd=made[compiler], check=True)
        return made[compiler]

    return make


def compile_fortran(compiler, face, *words):
    standard = ["-std=f2008", "-Wall"] if compiler == "gfortran" else []
    command = [compiler, *standard, f"-I{face(compiler)}", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def link_host(compiler, face):
    library = pyhybrid.library_dir()
    link = [f"-L{library}", "-lhybrid", f"-Wl,-rpath,{library}"]
    sources = [str(face(compiler) / "hybrid.o"), "radiation_site.f90", "host.f90"]
    compile_fortran(compiler, face, *sources, "-o", "host", *link)
    return subprocess.run(["./host"], capture_output=True, text=True)


ODD = [
    "--output", "number_of_things [1] (column) integer",
    "--output", "is_cloudy [1] (level, column) logical",
    "--input", "albedo [1] ()",
    "--input", "mass_fraction [kg kg-1] (column, level, species=3)",
    "--input", "first [%] (column)",
    "--input", "check [m] (column)",
    "--input", "error_unit [1] (column)",
    "--input", "FIRST [1] (column)",
    "--input", "this_2 [1] (column)",
    "--input", "this [1] (column)",
    "--input", "x" * 70 + " [1] (column)",
    "--input", "x" * 71 + " [1] (column)",
    "--output", "x" * 71 + " [1] (column)",
    "--output", "tendency_of_air_temperature [K s-1] (column, level) increment",
    "--levels", 4,
]  # fmt: skip


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("more", [[], ["--two-loops", "--real", "real32"]], ids=["one", "two"])
def test_the_call_site_compiles(compiler, more, face):
    made(*ODD, *more)
    compile_fortran(compiler, face, "-c", "radiation_site.f90")


def test_no_line_of_it_is_long(folder):
    made(*ODD, "--two-loops")
    text = (folder / "radiation_site.f90").read_text()
    assert max(map(len, text.splitlines())) <= 132
    assert text.endswith("end module radiation_site\n")


def test_the_card_loads(folder):
    made()
    with Emulator(folder / "radiation.json") as emulator:
        card = emulator.card
    assert [one.name for one in card.inputs] == ["air_temperature", "surface_air_pressure"]
    assert card.outputs[0].role == "tendency" and card.outputs[0].levels == 4


def test_the_card_of_odd_fields_loads(folder):
    made(*ODD)
    with Emulator(folder / "radiation.json") as emulator:
        outputs = {one.name: one for one in emulator.card.outputs}
    assert outputs["number_of_things"].role == outputs["is_cloudy"].role == "flag"
    assert outputs["is_cloudy"].dims == ("column", "level")  # as cards have them


def test_a_box_needs_no_levels(folder):
    made("--sample", "box", "--input", "q [kg kg-1] (column, level)",
         "--output", "r [kg kg-1] (column, level)")  # fmt: skip
    with Emulator(folder / "radiation.json") as emulator:
        assert emulator.card.sample == "box" and emulator.card.inputs[0].levels is None


def test_the_configuration_is_accepted(folder, netcdf_plugin):
    made()
    with Domain(folder / "hybrid.toml") as domain, domain.scheme("radiation") as scheme:
        assert scheme is not None


def test_a_second_scheme_leaves_the_first(folder, netcdf_plugin):
    made()
    before = (folder / "hybrid.toml").read_text()
    made(scheme="convection")
    assert (folder / "hybrid.toml").read_text().startswith(before)
    with Domain(folder / "hybrid.toml") as domain:
        for name in ("radiation", "convection"):
            domain.scheme(name).close()


NATIVE = "    ! TODO: call it here, and remove these two lines\n"
HOST = """\
program host
  use, intrinsic :: iso_fortran_env, only: real64
  use hybrid, only: hybrid_domain
  use radiation_site, only: {public}
  implicit none
  type(hybrid_domain), save :: atmosphere
  real(real64) :: t(6, 4), p(6), heating(6, 4)
  integer :: block
  t = 250
  p = 1e5_real64
  heating = 0
  call atmosphere%create("hybrid.toml", ncol=6)
  call radiation_begin(atmosphere{blocks})
  call atmosphere%step(1, dt=60.0_real64)
  do block = 1, 2
    call {first}
  end do
{second}
  call radiation_end()
  call atmosphere%destroy()
  print "(24f7.2)", heating
end program host
"""
ARGUMENTS = "t(3*block - 2:3*block, :), p(3*block - 2:3*block)"
WHOLE = f"{ARGUMENTS}, heating(3*block - 2:3*block, :)"
LOOPS = {
    "one": {"public": "radiation_begin, radiation_block, radiation_end", "blocks": "",
            "first": f"radiation_block(3, 3*block - 2, {WHOLE})", "second": ""},
    "two": {"public": "radiation_begin, radiation_submit, radiation_finish, radiation_end",
            "blocks": ", nblocks=2",
            "first": f"radiation_submit(block, 3, 3*block - 2, {ARGUMENTS})",
            "second": f"  do block = 1, 2\n    call radiation_finish(block, {WHOLE})\n  end do"},
}  # fmt: skip


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("loops", LOOPS)
def test_a_host_with_it_runs_natively_and_is_recorded(compiler, loops, face, folder, netcdf_plugin):
    made(*fields(), *(["--two-loops"] if loops == "two" else []))
    fill_in(folder / "radiation_site.f90")
    (folder / "host.f90").write_text(HOST.format(**LOOPS[loops]))
    done = link_host(compiler, face)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["-12.50"] * 24
    recording = pyhybrid.open_recording(folder / "radiation.0.nc")
    assert (recording["native"]["tendency_of_air_temperature"].values == -12.5).all()
    assert recording["input"]["air_temperature"].shape == (6, 4)


def fill_in(path):
    """The native routine, as a user writes it."""
    text = path.read_text()
    begin = text.index(NATIVE)
    end = text.index("  end subroutine native")
    call = "    tendency_of_air_temperature = -0.05_real64*air_temperature\n"
    path.write_text(text[:begin] + call + text[end:])


LEVELS_FIRST = """\
program host
  use, intrinsic :: iso_fortran_env, only: real64
  use hybrid, only: hybrid_domain
  use radiation_site, only: radiation_begin, {public}
  implicit none
  type(hybrid_domain), save :: atmosphere
  real(real64) :: t(4, 6, 2)
  t = 250
  call atmosphere%create("hybrid.toml", ncol=12)
  call radiation_begin(atmosphere{blocks})
{calls}
  print "(a)", "done"
end program host
"""


@pytest.mark.parametrize("two_loops", [False, True], ids=["one", "two"])
@pytest.mark.parametrize("section, found", [
    ("t(:, 1:3, 2)", ""), ("t(1:3, :, 2)", "3 6"), ("t(1:3, 1:4, 2)", "3 4"),
    ("t(:, :, 2)", "4 6"),
])  # fmt: skip
def test_the_site_sees_a_wrong_section(two_loops, section, found, face, folder):
    """As a user reads the head of the wrong order; mode native has nothing else that would see."""
    made("--input", T.replace("column, level=4", "level=4, column"), "--output", P,
         *(["--two-loops"] if two_loops else []))  # fmt: skip
    site = folder / "radiation_site.f90"
    assert ("!!   air_temperature(:, 1:ncol, block)" in site.read_text()
            and "!!   surface_air_pressure(1:ncol, block)" in site.read_text())  # fmt: skip
    body = site.read_text().partition(NATIVE)
    site.write_text(f"{body[0]}    surface_air_pressure = size(air_temperature)\n"
                    f"{body[2][body[2].index('  end subroutine native'):]}")  # fmt: skip
    (folder / "hybrid.toml").write_text('[scheme.radiation]\nmode = "native"\n')
    (folder / "host.f90").write_text(levels_first(section, two_loops))
    done = link_host("gfortran", face)
    if not found:
        assert done.returncode == 0 and done.stdout.split() == ["done"], done.stderr
        return
    expected = "radiation: air_temperature(level, column): expected the extents 4 3, found"
    assert done.returncode != 0 and f"{expected} {found}\n" in done.stderr


def levels_first(section, two_loops):
    calls = {"block": f"radiation_block(3, 7, {section}, t(1, 1:3, 1))"}
    if two_loops:
        calls = {"submit": f"radiation_submit(1, 3, 7, {section})",
                 "finish": f"radiation_finish(1, {section}, t(1, 1:3, 1))"}  # fmt: skip
    return LEVELS_FIRST.format(
        public=", ".join(f"radiation_{one}" for one in calls),
        blocks=", 1" if two_loops else "",
        calls="\n".join(f"  call {one}" for one in calls.values()),
    )


def test_a_native_routine_that_is_not_filled_in_ends_the_run(face, folder, netcdf_plugin):
    made()
    (folder / "host.f90").write_text(HOST.format(**LOOPS["one"]))
    done = link_host("gfortran", face)
    assert done.returncode != 0
    assert "the native routine is not called in radiation_site yet" in done.stderr


def test_fields_of_a_file_are_those_of_the_options(folder):
    made("--input", T, "--input", P, "--output", f"{HEATING} increment")
    files = [folder / name for name in ("radiation_site.f90", "radiation.json")]
    before = [file.read_text() for file in files]
    (folder / "fields.toml").write_text(
        '[input]\nair_temperature = { unit = "K", dims = "column level", levels = 4 }\n'
        'surface_air_pressure = { unit = "Pa", dims = "column" }\n'
        '[output.tendency_of_air_temperature]\nunit = "K s-1"\ndims = "column level"\n'
        'role = "increment"\nlevels = 4\n'
    )
    made("--fields", "fields.toml", "--replace", "--toml", "other.toml")
    text = files[0].read_text().replace("other.toml", "hybrid.toml")
    assert [text, files[1].read_text()] == before


def test_results_as_json(folder):
    told = json.loads(made(*fields(), "--json", "-").stdout)
    assert told["fortran"] == "radiation_site.f90" and told["toml"] == "hybrid.toml"
    assert told["inputs"] == ["air_temperature", "surface_air_pressure"]


WRONG = {
    "no unit": ("air_temperature (column)", "NAME [UNIT] (DIMS)"),
    "no dims": ("air_temperature [K]", "NAME [UNIT] (DIMS)"),
    "name": ("2m-temperature [K] (column)", "found '2m-temperature'"),
    "slash": ("q [kg/kg] (column)", "a unit in CF spelling"),
    "power": ("q [W m^-2] (column)", "a unit in CF spelling"),
    "empty unit": ("q [] (column)", "a unit in CF spelling"),
    "axis": ("q [1] (column, levels)", "unknown axis 'levels'; did you mean 'level'?"),
    "axis twice": ("q [1] (column, column)", "each axis once"),
    "level alone": ("q [1] (level=3)", "dims: expected one of"),
    "no extent": ("q [1] (column, level)", "level=N, or --levels N"),
    "no species": ("q [1] (column, species)", "species=N, or --species N"),
    "extent": ("q [1] (column, level=0)", "a positive integer, found '0'"),
    "extent of columns": ("q [1] (column=3)", "no extent"),
    "too many": ("q [1] (column, level=99999999999)", "values of a sample: expected at most"),
    "word": ("q [1] (column) stat", "unknown word 'stat'; did you mean 'state'?"),
    "two roles": ("q [1] (column) state flag", "one role, found 'state' and 'flag'"),
    "real flag": ("q [1] (column) flag real", "kind of role 'flag'"),
    "increment": ("q [1] (column) increment", "it as --output"),
    "twice": (P, "it once on a side, found it twice"),
    "other meaning": (HEATING.replace("K s-1", "K day-1"), "one unit and one set of dims"),
}


@pytest.mark.parametrize("text, message", WRONG.values(), ids=WRONG)
def test_a_wrong_field_is_told_and_nothing_written(text, message, folder):
    assert message in refused("radiation", *fields(inputs=(T, P, text)))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("scheme", ["2d", "a b", "", "x" * 51, "a-b", "../a", "ä"])
def test_a_wrong_scheme(scheme, folder):
    assert "new: scheme: expected a letter" in refused(scheme, *fields())
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("side", ["--input", "--output"])
def test_a_scheme_without_inputs_or_outputs(side, folder):
    other = {"--input": "--output", "--output": "--input"}[side]
    assert f"new: {other}: expected a field at least" in refused("radiation", side, P)


@pytest.mark.parametrize("file", ["radiation_site.f90", "radiation.json"])
def test_files_are_not_replaced(file, folder):
    (folder / file).write_text("mine")
    assert f"new: {file}: expected no such file yet" in refused("radiation", *fields())
    assert [one.read_text() for one in folder.iterdir()] == ["mine"]
    made(*fields(), "--replace")
    assert (folder / file).read_text() != "mine"


BAD_TOML = {
    "the scheme": ("[scheme.radiation]\n", "no table [scheme.radiation] yet"),
    "no TOML": ("[scheme", "hybrid.toml: expected TOML"),
    "inline": ("scheme = {}\n", "a table can be added"),
    "other": ("scheme = 3\n", "no table [scheme.radiation] yet"),
}


@pytest.mark.parametrize("text, message", BAD_TOML.values(), ids=BAD_TOML)
def test_a_configuration_that_cannot_take_it(text, message, folder):
    (folder / "hybrid.toml").write_text(text)
    assert message in refused("radiation", *fields())
    assert [one.read_text() for one in folder.iterdir()] == [text]


BAD_FIELDS = {
    "missing": (None, "a TOML file"),
    "table": ("[inputs]\n", "unknown table 'inputs'; did you mean 'input'?"),
    "key": ('[input]\nt = { units = "K" }\n', "unknown key 'units'; did you mean 'unit'?"),
    "no dims": ('[input]\nt = { unit = "K" }\n', "dims: expected a text, found None"),
    "no table": ("[input]\nt = 3\n", "a table such as"),
    "no side": ("input = 3\n", "f.toml: input: expected a table [input], found 3"),
    "levels": ('[input]\nt = { unit = "K", dims = "column level", levels = "4" }\n', "levels"),
}


@pytest.mark.parametrize("text, message", BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_a_wrong_file_of_fields(text, message, folder):
    if text is not None:
        (folder / "f.toml").write_text(text)
    assert message in refused("radiation", "--fields", "f.toml", "--output", P)


def test_files_in_a_missing_folder(folder):
    assert "expected a folder '" in refused("radiation", *fields(), "--card", "none/a.json")
    assert list(folder.iterdir()) == []


def test_two_files_of_one_name(folder):
    assert "3 different files" in refused("radiation", *fields(), "--card", "hybrid.toml")
    assert "4 different files" in refused("radiation", *fields(), "--json", "radiation.json")
