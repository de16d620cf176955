# SPDX-License-Identifier: BSD-3-Clause
"""Routines replaced at link time: which calls reach the glue."""

import pytest
from interposed import (
    LIBRARY,
    MAIN,
    MODULE,
    MODULE_MAIN,
    RECURSIVE,
    compile_face,
    library_flags,
    linked,
    shell,
)

from pyhybrid.interpose import interpose, write_glue


@pytest.mark.parametrize(
    "compiler, flags",
    [
        ("gfortran", "-g -O0 -fPIC"),
        ("gfortran", "-g -O2 -fPIC"),
        ("flang-22", "-O0"),
        ("flang-22", "-g -O2"),
    ],
)
def test_calls_of_the_same_file_and_of_others_reach_the_glue(compiled, compiler, flags):
    source = compiled(LIBRARY, *flags.split(), compiler=compiler)
    before = source.read_bytes()
    done = interpose(source, ["kuo"], "weak.o")
    assert done.routines[0].callers.caught == {"neighbour_": 1}
    assert linked("weak.o", compiler=compiler) == "glue native glue native x 4.0".split()
    assert source.read_bytes() == before


def test_without_glue_the_native_routine_runs(compiled):
    compiled(LIBRARY, "-g", "-fPIC")
    interpose("physics.o", ["kuo"], "weak.o")
    compiled(MAIN, name="main")
    shell("gfortran", "main.o", "weak.o", "-o", "main")
    assert shell("./main").split() == "native native x 4.0".split()


@pytest.mark.parametrize("flag", ["-ffunction-sections", "-gdwarf-4", "-gz", "-g1", "-fpic"])
def test_other_forms_of_objects(compiled, flag):
    compiled(LIBRARY, "-O2", "-g", "-fPIC", flag)
    assert interpose("physics.o", ["kuo"], "weak.o").routines[0].callers.sees_inlining
    assert linked("weak.o").count("glue") == 2


def test_routine_without_callers_in_its_file(compiled):
    compiled(LIBRARY[: LIBRARY.index("subroutine neighbour")], "-O2", "-fno-pie")
    compiled(LIBRARY[LIBRARY.index("subroutine neighbour") :], "-O2", "-fno-pie", name="neighbour")
    done = interpose("physics.o", ["kuo"], "weak.o")
    assert done.routines[0].callers.caught == {} and not done.routines[0].callers.missed
    assert linked("weak.o", "neighbour.o", "-no-pie").count("glue") == 2


def test_member_of_an_archive(compiled):
    compiled(LIBRARY, "-g", "-fPIC")
    compiled("subroutine other()\nend subroutine\n", name="other")
    shell("ar", "rc", "libphysics.a", "other.o", "physics.o")
    shell("ar", "rcT", "libthin.a", "other.o", "physics.o")
    for source in ("libphysics.a", "libphysics.a(physics.o)", "libthin.a", "libthin.a(physics.o)"):
        done = interpose(source, ["kuo"], "weak.o")
        assert done.source.member == "physics.o"
        assert linked("weak.o", "libphysics.a").count("glue") == 2


def test_several_routines_of_one_object(compiled):
    compiled(LIBRARY, "-g", "-fPIC")
    done = interpose("physics.o", ["kuo", "neighbour_"], "weak.o")
    assert [one.native for one in done.routines] == ["native_kuo_", "native_neighbour_"]
    assert {" W kuo_", " W neighbour_"} <= {line[16:] for line in shell("nm", "weak.o").split("\n")}


def test_names_of_the_same_routine_are_one(compiled):
    compiled(LIBRARY, "-g", "-fPIC")
    interpose("physics.o", ["kuo", "kuo_", "KUO"], "weak.o")
    assert shell("nm", "weak.o").count("native_kuo_") == 1


def test_routine_of_a_module(compiled):
    """Its glue is bound to the compiler's name for it."""
    compiled(MODULE, "-O0", name="rainmod")
    done = interpose("rainmod.o", ["Kuo"], "weak.o")
    assert done == interpose("rainmod.o", ["__rainmod_MOD_kuo"], "weak.o")
    path, _ = write_glue(done.routines[0], ".", ["x", "n"])
    assert "call native_rainmod_kuo(x, n)\n" in path.read_text()
    text = path.read_text().replace("real :: n(*)", "integer :: n")
    path.write_text(text.replace("  call set_up()", '  print "(a)", "glue"\n  call set_up()'))
    (path.parent / "hybrid.toml").write_text("")
    compiled(MODULE_MAIN, name="main")
    objects = ("hybrid.o", path, "main.o", "weak.o")
    compile_face()
    shell("gfortran", *objects, "-o", "main", *library_flags())
    assert shell("./main").split() == "glue native x 1.0".split()


def test_routine_that_calls_itself_is_said(compiled):
    compiled(RECURSIVE, "-O0")
    assert interpose("physics.o", ["kuo"], "weak.o").routines[0].callers.recursive
