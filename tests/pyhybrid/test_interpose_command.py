# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid interpose`` and the skeleton that it writes."""

import json
import os
import subprocess

import pytest
from interposed import LIBRARY, MODULE, command, library_flags, shell

import pyhybrid


@pytest.mark.parametrize("compiler", ["gfortran", "flang-22"])
def test_skeleton_compiles_and_runs_the_native_routine(compiled, compiler, tmp_path):
    text = LIBRARY.replace("kuo(x)", "kuo()").replace("real :: x(10)", "real :: x(10) = 0", 1)
    compiled(text, "-g", "-fPIC", compiler=compiler)
    result = command("physics.o", "kuo")
    assert result.exit_code == 0, result.output
    assert "caught in the same file: 1 in neighbour_" in result.stdout
    (tmp_path / "hybrid.toml").write_text("")
    (tmp_path / "main.f90").write_text("program main\n  call kuo()\nend program main\n")
    face = pyhybrid.fortran_source()
    sources = (face, "interposed/kuo_glue.f90", "main.f90", "interposed/physics.o")
    shell(compiler, "-w", *sources, "-o", "main", *library_flags())
    assert shell("./main").split() == ["native"]
    (tmp_path / "hybrid.toml").write_text("[scheme.kuo]\nmode = 'replay'\nreplay = {path='n.nc'}")
    done = subprocess.run(["./main"], capture_output=True, text=True)
    assert done.returncode != 0 and "n.nc" in done.stderr  # so the glue is what is called


def test_glue_that_was_filled_in_stays(compiled, tmp_path):
    compiled(LIBRARY, "-g", "-fPIC")
    assert command("physics.o", "kuo", "--output", "out", "--arguments", "x").exit_code == 0
    glue = tmp_path / "out/kuo_glue.f90"
    assert "subroutine kuo(x)" in glue.read_text() and "real :: x(*)" in glue.read_text()
    glue.write_text("mine")
    result = command("physics.o", "kuo", "--output", "out")
    assert result.exit_code == 0 and "which was there and stays" in result.stdout
    assert glue.read_text() == "mine"


TWO_MODULES = """\
module a_m
contains
  subroutine init(x)
    real :: x(3)
    x = 1
  end subroutine init
end module a_m

module b_m
contains
  subroutine init(x)
    real :: x(3)
    x = 2
  end subroutine init
end module b_m
"""
TWO_MAIN = """\
program main
  use a_m, only: first => init
  use b_m, only: second => init
  real :: x(3)
  call first(x)
  print "(f3.1)", x(1)
  call second(x)
  print "(f3.1)", x(1)
end program main
"""


def test_routines_of_two_modules_have_one_name(compiled, tmp_path):
    """Each has its own glue and its own native code; both can be linked."""
    compiled(TWO_MODULES, "-O0")
    routines = "__a_m_MOD_init", "__b_m_MOD_init"
    result = command("physics.o", *routines, "--arguments", "x")
    assert result.exit_code == 0, result.output
    symbols = shell("nm", "interposed/physics.o")
    assert "T native_a_m_init\n" in symbols and "T native_b_m_init\n" in symbols
    glue = [f"interposed/{module}_init_glue.f90" for module in ("a_m", "b_m")]
    (tmp_path / "main.f90").write_text(TWO_MAIN)
    (tmp_path / "hybrid.toml").write_text("")
    sources = (pyhybrid.fortran_source(), *glue, "main.f90", "interposed/physics.o")
    shell("gfortran", "-w", *sources, "-o", "main", *library_flags())
    assert shell("./main").split() == ["1.0", "2.0"]


@pytest.mark.parametrize("name", ["kuo", "KUO_", "k" * 60 + "_"])
def test_glue_of_names_that_are_no_external_procedures(compiled, tmp_path, name):
    """Those of C, or too long for what is added: the glue is bound to them."""
    text = f"void {name}(float *x) {{ *x += 1; }}\n"
    (tmp_path / "physics.c").write_text(text)
    shell("gcc", "-c", "physics.c")
    result = command("physics.o", name, "--arguments", "x")
    assert result.exit_code == 0, result.output
    (glue,) = (tmp_path / "interposed").glob("*_glue.f90")
    shell("gfortran", "-w", "-c", pyhybrid.fortran_source(), glue)
    symbols = shell("nm", f"{glue.stem}.o")
    assert f" T {name}\n" in symbols and f" U native_{name}\n" in symbols


def test_glue_of_another_routine_is_told(compiled, tmp_path):
    """That of a module's routine, by chance, is not taken for that of an external one."""
    compiled(TWO_MODULES + "subroutine a_m_init(x)\nreal :: x(3)\nx = 3\nend\n", "-O0")
    assert command("physics.o", "__a_m_MOD_init", "--output", "one").exit_code == 0
    assert command("physics.o", "__a_m_MOD_init", "--output", "one").exit_code == 0
    result = command("physics.o", "__a_m_MOD_init", "a_m_init", "--output", "one")
    assert result.exit_code == 1
    assert "expected glue of a_m_init_, found of __a_m_MOD_init" in result.stderr
    result = command("physics.o", "a_m_init", "__a_m_MOD_init", "--output", "two")
    assert result.exit_code == 1
    assert "expected glue of __a_m_MOD_init, found of a_m_init_" in result.stderr


def test_object_of_an_archive_is_called_as_its_member(compiled, tmp_path):
    compiled(LIBRARY, "-g", "-fPIC")
    shell("ar", "rc", "libphysics.a", "physics.o")
    assert command("libphysics.a", "kuo").exit_code == 0
    assert (tmp_path / "interposed/physics.o").is_file()


def test_the_code_has_one_name_everywhere(compiled, tmp_path):
    """That of Fortran: what the command says is what the glue calls."""
    compiled(LIBRARY, "-g", "-fPIC")
    compiled(MODULE, "-O0", name="rainmod")
    for routine, name in (("physics.o", "native_kuo"), ("rainmod.o", "native_rainmod_kuo")):
        told = command(routine, "kuo", "--output", name).stdout
        assert f": its code is called {name} now\n" in told
        glue = tmp_path / name / f"{name.removeprefix('native_')}_glue.f90"
        assert f"whose code is called {name} now." in glue.read_text()


def test_json(compiled):
    compiled(LIBRARY, "-g", "-fPIC")
    result = command("physics.o", "kuo", "--json", "-")
    (routine,) = json.loads(result.stdout)["routines"]
    assert routine["native"] == "native_kuo_" and routine["caught"] == {"neighbour_": 1}
    assert routine["missed"] == [] and routine["glue"] == "interposed/kuo_glue.f90"


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (["physics.o"], 2, "Missing argument 'SYMBOL...'"),
        (["none.o", "kuo"], 1, "none.o: expected a file, found none"),
        (["physics.o", "kuo", "--arguments", "x, 2y"], 1, "expected a name of Fortran, found '2y'"),
        (["physics.o", "kuo", "--arguments", "x X"], 1, "expected each once, found x, X"),
        (["physics.o", "kuo", "--output", "physics.o"], 2, "is a file"),
        (["physics.o", "kuo", "--json", "none/a.json"], 1, "expected a folder '"),
    ],
)
def test_wrong_usage(compiled, arguments, code, words):
    compiled(LIBRARY, "-g", "-fPIC")
    result = command(*arguments)
    assert result.exit_code == code and words in result.stderr
    assert not os.path.lexists("interposed")


def test_folder_that_cannot_be_written(compiled, tmp_path):
    compiled(LIBRARY, "-g", "-fPIC")
    (tmp_path / "out").write_text("")
    result = command("physics.o", "kuo", "--output", "out/deeper")
    assert result.exit_code == 1 and "Not a directory" in result.stderr
