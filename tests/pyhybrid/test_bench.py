# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid bench`` runs; how fast is not asserted."""

import json
import re
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.numpy
from bench_results import results
from click.testing import CliRunner

from pyhybrid import Normalisation
from pyhybrid.bench import networks as built_in
from pyhybrid.bench import program
from pyhybrid.cli import main

SMALL = ["--quick", "--network", "m7"]
COLUMN = ["--quick", "--network", "mlp-column"]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """The emulators of the built-in networks are written here once; logs stay here."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        patch.chdir(folder)
        yield


def bench(*arguments):
    return CliRunner().invoke(main, ["bench", *map(str, arguments)])


def measured(*arguments):
    result = bench(*arguments, "--json", "-")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_networks_are_those_of_the_goals():
    """FLOP of a column: weights once in dense networks, at every level in the others."""
    levels, window = 60, 5 * 56 + 2 * 4 + 2 * 3  # what the windows see of the levels
    expected = {
        "mlp": 2 * (124 * 256 + 2 * 256 * 256 + 256 * 128),
        "m7": 2 * (34 * 128 + 128 * 128 + 128 * 28),
        "gru": 2 * levels * (2 * 96 * (8 + 32) + 64 * 2),
        "conv": 2 * window * (8 * 32 + 2 * 32 * 32 + 32 * 2),
    }
    assert {name: one.operations for name, one in built_in.networks().items()} == expected


def test_module_takes_and_returns_what_the_card_says():
    torch = pytest.importorskip("torch")
    from pyhybrid.bench.modules import module

    for name, network in built_in.networks().items():
        x = torch.zeros(3, network.card.nfeature)
        assert module(name)(x).shape == (3, network.card.noutput)
        assert torch.equal(module(name)(x + 1), module(name)(x + 1))


def test_bridge():
    section = measured("bridge", "--repetitions", 5)["bridge"]
    assert section["repetitions"] == 5 and section["bridge_s"] > 0


@pytest.mark.parametrize(
    "backends",
    [
        ("torchscript", "builtin"),
        pytest.param(("torchscript", "aoti", "aoti frozen"), marks=pytest.mark.slow),
    ],
)
def test_emulator_has_a_row_for_each_contender(torch_plugin, backends):
    options = [word for one in backends for word in ("--backend", one)]
    section = measured("emulator", *SMALL, *options, "--block", 16, "--block", 33)["emulator"]
    rows = {(row["block"], row["contender"]): row for row in section["rows"]}
    contenders = {"plain", "products", *backends}
    assert set(rows) == {(block, one) for block in (16, 33) for one in contenders}
    assert all(("seconds" in row) != ("error" in row) for row in rows.values())
    assert rows[16, "plain"]["way"] in rows[16, "plain"]["ways"]
    row = rows[33, "torchscript"]
    assert row["difference"] < 1e-5 and row["largest"] > 1e-3
    assert set(row["stages"]) == {"pack", "infer", "guard", "scatter"}
    assert all(section["roofline"][key] > 0 for key in ("copy", "triad", "conversion"))
    start = {row["contender"]: row for row in section["start"]}
    assert start["torchscript"]["resident"] > 1e6 and start["torchscript"]["seconds"] > 0


def test_users_file_is_compared_with_plain_libtorch(torch_plugin, tmp_path):
    from pyhybrid import export
    from pyhybrid.bench.modules import dense

    rows = built_in.LAYERS["m7"]
    path = export(dense(rows), built_in.networks()["m7"].card, tmp_path / "mine.pt")
    found = measured("emulator", path, *SMALL, "--backend", "torchscript", "--block", 16)
    mine = [row for row in found["emulator"]["rows"] if row["network"] == "mine"]
    assert [row["contender"] for row in mine] == ["plain", "torchscript"]
    assert all(row["seconds"] > 0 for row in mine)
    known = built_in.networks()["m7"]
    told = found["emulator"]["networks"]["mine"]
    assert told == {"flops": known.operations, "values": 34 + 28}


def test_files_of_one_name_are_told_apart(torch_plugin, builtin_plugin, tmp_path):
    from pyhybrid import export
    from pyhybrid.bench.jobs import file_jobs
    from pyhybrid.bench.modules import module

    card = built_in.networks()["gru"].card
    for folder in "ab":
        (tmp_path / folder).mkdir()
    files = [tmp_path / name for name in ("a/one.pt", "b/one.pt", "a/two.pt", "a/two.safetensors",
                                          "a/three.pt", "a/gru.safetensors")]  # fmt: skip
    for path in files:
        export(module("gru"), card, path)
    jobs = file_jobs(files)
    names = [str(files[0]), str(files[1]), "two", "three"]
    assert [job["name"] for job in jobs] == names
    both, one = ["torchscript", "builtin"], ["torchscript"]
    assert [[e["name"] for e in job["emulators"]] for job in jobs] == [both, one, both, one]
    assert jobs[2]["emulators"][1]["file"] == str(files[3])  # of its own stem, though not the first
    assert {job["flops"] for job in jobs} == {built_in.networks()["gru"].operations}


def normalised(card):
    """Far from 0 and 1, a pair of numbers for each row."""
    by_row = {"offset": [1e5 + i for i in range(34)], "scale": [1e3 + i for i in range(34)]}
    (x,), (y,) = card.inputs, card.outputs
    (x, y) = replace(x, normalisation=by_row), replace(y, normalisation=Normalisation(-240, 30))
    return replace(card, inputs=(x,), outputs=(y,))


@pytest.fixture
def of_one_card(torch_plugin, builtin_plugin, tmp_path):
    """A network with a normalisation as two files."""
    from pyhybrid import export
    from pyhybrid.bench.modules import dense

    network, card = dense(built_in.LAYERS["m7"]), normalised(built_in.networks()["m7"].card)
    return [export(network, card, tmp_path / f"mine.{suffix}") for suffix in ("safetensors", "pt")]


@pytest.mark.parametrize("orientation", ["top_down", "bottom_up"])
def test_orientation_and_normalisation_of_levels(torch_plugin, tmp_path, orientation):
    from pyhybrid import Card, Field, export
    from pyhybrid.bench.modules import dense

    levels = Normalisation([200, 210, 220, 230, 240], [1, 2, 3, 4, 5])
    field = Field("t", "K", "state", "real", ("column", "level"), 5, normalisation=levels)
    card = Card("levels", "column", "real32", (field,), (field,), orientation=orientation)
    path = export(dense((5, 8, 5)), card, tmp_path / "levels.pt")
    rows = measured("emulator", path, "--quick", "--block", 16)["emulator"]["rows"]
    told = {row["contender"]: row.get("difference", 0) for row in rows}
    assert set(told) == {"plain", "torchscript"} and max(told.values()) < 1e-6


def test_files_of_one_card_are_one_network(of_one_card):
    arguments = ["emulator", *of_one_card, "--quick", "--block", 16]
    result = bench(*arguments, "--check")
    assert result.exit_code == 0, result.stderr
    assert "mine: thousand columns per second (times plain libtorch)" in result.stdout
    rows = measured(*arguments)["emulator"]["rows"]
    assert [row["contender"] for row in rows] == ["plain", "builtin", "torchscript"]
    assert all(row["largest"] > 200 for row in rows)  # physical: the network's own are below 1
    assert max(row.get("difference", 0) for row in rows) < 1e-6


def test_hint_where_nothing_is_compared(of_one_card):
    result = bench("emulator", of_one_card[0], "--quick", "--block", 16)
    assert "give the .pt as well" in result.stdout
    assert "times plain libtorch" not in result.stdout


def test_backends_are_not_for_files(plain):
    result = bench("emulator", plain, "--backend", "builtin")
    assert result.exit_code == 2 and "a FILE has its own" in result.stderr


def test_check_names_rows_that_failed(python_plugin, make_card, write_emulator):
    program = "def emulate(x):\n    if x.min() < 0:\n        raise ValueError\n    return x\n"
    arguments = ["emulator", write_emulator(make_card(), program), "--quick", "--block", 33]
    assert bench(*arguments).exit_code == 0
    result = bench(*arguments, "--check")
    assert result.exit_code == 1
    assert "failed: emulator, python, block 33: " in result.stderr


@pytest.mark.parametrize("name", built_in.networks())
def test_operations_of_a_file(builtin_plugin, tmp_path, name):
    """Convolutions with their padding, as torch counts them: every window has all levels."""
    from pyhybrid import export
    from pyhybrid.bench.modules import module
    from pyhybrid.network_file import NetworkFile

    known = built_in.networks()[name]
    path = export(module(name), known.card, tmp_path / "n.safetensors")
    file = NetworkFile(path)
    padded = 2 * 60 * 5 * (8 * 32 + 2 * 32 * 32 + 32 * 2)
    expected = padded if name == "conv" else known.operations
    assert file.flops(known.card.nfeature) == expected
    assert file.parameters == sum(one.numel() for one in module(name).parameters())


def test_users_file_of_any_backend(plain, tmp_path):
    """Fields of several ranks; what no Torch runs has no plain row."""
    arguments = [plain, *SMALL, "--backend", "builtin", "--block", 16]
    section = measured("emulator", *arguments)["emulator"]
    mine = [row for row in section["rows"] if row["network"] == plain.stem]
    assert [row["contender"] for row in mine] == ["python"] and mine[0]["seconds"] > 0
    assert section["networks"][plain.stem] == {"flops": None, "values": 10}


def test_other_results_are_told(torch_plugin, builtin_plugin, tmp_path, monkeypatch):
    """A file in the cache whose weights are not those of the network."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    arguments = ["emulator", *SMALL, "--backend", "torchscript", "--backend", "builtin"]
    measured(*arguments, "--block", 16)
    (path,) = tmp_path.glob("**/m7.safetensors")
    with safetensors.safe_open(path, "np") as file:
        metadata, weights = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}
    others = {name: 1.01 * one for name, one in weights.items()}
    safetensors.numpy.save_file(others, path, metadata=metadata)
    rows = measured(*arguments, "--block", 16)["emulator"]["rows"]
    told = {row["contender"]: row.get("error", "") for row in rows}
    assert "expected those of plain libtorch, found others" in told["builtin"]
    assert not told["torchscript"]


@pytest.mark.parametrize("backend", ["torchscript", "builtin"])
def test_scaling_keeps_the_bits(torch_plugin, backend):
    arguments = ["scaling", *SMALL, "--backend", backend, "--columns", 130]
    section = measured(*arguments)["scaling"]
    rows = [row for row in section["rows"] if row["form"] != "products"]
    assert section["ranks"]["contender"] == backend
    assert section["ranks"].get("same_bits", True)
    assert {row["form"] for row in rows} == {"one call", "one loop", "two loops"}
    assert all(row["seconds"] > 0 and row["largest"] > 1e-3 for row in rows)
    assert all(row["same_bits"] for row in rows if row["form"] != "one call")


def test_device_in_place_of_an_accelerator(torch_plugin):
    arguments = ["gpu", "--quick", "--device", "cpu", "--columns", 33, "--columns", 4100]
    section = measured(*arguments)["gpu"]
    rows = [(row["network"], row["columns"], row["form"]) for row in section["rows"]]
    assert len(set(rows)) == len(rows) == 2 * 2 * 3
    assert all(row["reached"] > 0 for row in section["rows"])


def test_no_accelerator_is_said_in_a_sentence(monkeypatch):
    monkeypatch.setattr("pyhybrid.bench.gpu._accelerator", lambda: None)
    result = bench("gpu", "--check")
    assert result.exit_code == 0
    assert len(result.stdout.split("\n\n")[0].splitlines()) == 1
    assert "not measured: " in result.stdout


@pytest.mark.parametrize("device", ["cuda:77", "nonsense"])
def test_unknown_device(torch_plugin, device):
    result = bench("gpu", "--quick", "--device", device, "--columns", 16)
    assert result.exit_code == 1
    assert "device" in result.stderr and "Exception raised from" not in result.stderr


def test_file_that_is_not_there(tmp_path):
    result = bench("emulator", tmp_path / "none.pt", "--quick")
    assert result.exit_code == 2 and "none.pt' does not exist" in result.stderr


def test_damaged_file(torch_plugin, tmp_path):
    path = tmp_path / "damaged.pt"
    path.write_bytes(b"PK\x03\x04 and no more")
    result = bench("emulator", path, *SMALL)
    assert result.exit_code == 1
    assert "damaged.pt: expected" in result.stderr and result.stdout == ""


def without_torch(monkeypatch, folder):
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setitem(sys.modules, "pyhybrid.bench.modules", None)
    return "modules"


def without_room(monkeypatch, folder):
    (folder / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "file"))
    return "Not a directory"


@pytest.mark.parametrize("without", [without_torch, without_room])
def test_backend_that_cannot_be_had_is_a_row(monkeypatch, tmp_path, without):
    told = without(monkeypatch, tmp_path)
    found = measured("emulator", *SMALL, "--backend", "builtin", "--block", 16)
    rows = {row["contender"]: row for row in found["emulator"]["rows"]}
    assert told in rows["builtin"]["error"]
    checked = bench("emulator", *SMALL, "--backend", "builtin", "--block", 16, "--check")
    assert checked.exit_code == 1  # it failed, which is more than to be too slow
    assert "missed: builtin against plain libtorch, m7, 16 columns" in checked.stderr


@pytest.fixture
def forged(monkeypatch):
    """Results to be changed, which a run without a command finds."""
    found = results()
    for name in ("bridge", "emulator", "scaling", "online", "gpu"):
        target = {
            "bridge": "pyhybrid.commands.bench.run_bridge",
            "emulator": "pyhybrid.commands.bench._compare",
            "scaling": "pyhybrid.commands.bench.scalings.scaling",
            "online": "pyhybrid.commands.bench.trusting.online",
            "gpu": "pyhybrid.commands.bench.devices.gpu",
        }[name]
        monkeypatch.setattr(target, lambda *_, name=name, **__: found[name])
    return found


def test_check_of_everything(forged, tmp_path):
    result = bench("--check", "--json", tmp_path / "all.json")
    assert (result.exit_code, result.stderr) == (0, "")
    written = json.loads((tmp_path / "all.json").read_text())
    assert set(written) == {"about", "bridge", "emulator", "scaling", "online", "gpu"}


def test_check_names_what_falls_short(forged):
    forged["bridge"]["bridge_s"] = 1
    result = bench("--check")
    assert result.exit_code == 3
    (line,) = result.stderr.splitlines()
    assert line.startswith(
        "missed: bridge beyond 1.2 copies of the data: goal <= 3 us, found 1e+06"
    )
    assert bench().exit_code == 0


@pytest.mark.parametrize(
    "option, words", [("--json", "file', found something else"), ("--plots", "Not a directory")]
)
def test_where_nothing_can_be_written(forged, monkeypatch, tmp_path, option, words):
    """Said before anything is measured."""
    (tmp_path / "file").touch()
    monkeypatch.setattr("pyhybrid.commands.bench._compare", None)
    result = bench("emulator", option, tmp_path / "file" / "below")
    assert result.exit_code == 1 and words in result.stderr


def test_pictures_without_matplotlib(forged, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = bench("emulator", "--plots", tmp_path)
    assert result.exit_code == 1 and "expected matplotlib" in result.stderr


def test_options_of_a_command_name_it():
    result = bench("--quick", "--network", "m7")
    assert result.exit_code == 2
    told = "--network: it belongs to 'bench emulator' and 'bench scaling' and 'bench online'"
    assert told in result.stderr
    assert "belongs" not in bench("--netwrk", "m7").stderr


@pytest.mark.parametrize("options, judged", [
    ((), True), (("--quick",), False), (("--quick", "--check"), True),
])  # fmt: skip
def test_what_is_quick_is_not_judged_unless_it_is_asked_for(forged, options, judged):
    assert ("Goals: " in bench("bridge", *options).stdout) == judged


def test_options_in_front_of_a_command_are_refused(forged):
    result = bench("--check", "bridge")
    assert result.exit_code == 2 and "options go behind" in result.stderr


def test_missing_program(monkeypatch, tmp_path):
    (tmp_path / "libhybrid.so").touch()
    monkeypatch.setattr(program, "library_dir", lambda: tmp_path)
    result = bench("scaling", *SMALL)
    assert result.exit_code == 1
    assert "hybrid_bench_emulator: expected a program, found no such file" in result.stderr


@pytest.mark.parametrize(
    "script, told",
    [
        ("kill -SEGV $$", "ended by SIGSEGV"),
        ("read job; exit 3", "found none (exit code 3)"),
        ("""read job; echo '{"error": "too bad"}'""", "too bad"),
    ],
)
def test_program_that_fails(monkeypatch, tmp_path, script, told):
    path = tmp_path / "hybrid_bench_emulator"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(program, "library_dir", lambda: tmp_path)
    with pytest.raises(program.BenchError, match=told.replace("(", r"\(").replace(")", r"\)")):
        program.run({"task": "compare"})


def documented_keys():
    """Those of the table on the page, as patterns."""
    text = (Path(__file__).parents[2] / "docs/benchmarks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[a-z]+\..*?`) \|", text, re.MULTILINE)
    keys = [key for row in rows for key in re.findall(r"`(.+?)`", row)]
    assert len(set(keys)) == len(keys) > 90
    return {key: re.sub(r"<\w+>", r"[^.]+", re.escape(key)) for key in keys}


def keys_of(value, path=""):
    """Those of all values in it, [] for each place of a list."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from keys_of(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for one in value:
            yield from keys_of(one, f"{path}[]")
    else:
        yield path


def written_keys(monkeypatch, folder):
    small = ["--backend", "torchscript", "--backend", "builtin"]
    yield from keys_of(measured("bridge", "--repetitions", 5))
    yield from keys_of(measured("emulator", *SMALL, *small, "--block", 16))
    yield from keys_of(measured("scaling", *SMALL, *small, "--columns", 130))
    yield from keys_of(measured("online", *COLUMN))
    yield from keys_of(measured("gpu", "--quick", "--device", "cpu", "--columns", 33))
    with monkeypatch.context() as patch:
        patch.setenv("HYBRID_CPU", "baseline")
        yield from keys_of(measured("emulator", *SMALL, "--backend", "builtin", "--block", 16))
    without_torch(monkeypatch, folder)
    yield from keys_of(measured("emulator", *SMALL, "--backend", "builtin", "--block", 16))
    yield from keys_of(measured("online", *COLUMN))
    yield from keys_of(measured("scaling", *SMALL, "--backend", "builtin", "--columns", 130))
    yield from keys_of(measured("gpu", "--quick", "--device", "cpu", "--columns", 33))
    monkeypatch.setattr("pyhybrid.bench.gpu._accelerator", lambda: None)
    yield from keys_of(measured("gpu", "--quick"))


def test_json_is_as_documented(torch_plugin, builtin_plugin, monkeypatch, tmp_path):
    written, documented = set(written_keys(monkeypatch, tmp_path)), documented_keys()
    assert sorted(key for key in written if not fits(key, documented.values())) == []
    found = {key for key, pattern in documented.items() if any(fits(w, [pattern]) for w in written)}
    assert sorted(set(documented) - found) == []


def fits(key, patterns):
    return any(re.fullmatch(pattern, key) for pattern in patterns)


def test_limit_of_portable_products(builtin_plugin, monkeypatch):
    """As where libxsmm was not built in; the goals that assume it are not missed."""
    monkeypatch.setenv("HYBRID_CPU", "baseline")
    arguments = ["emulator", *SMALL, "--backend", "builtin", "--block", 16]
    section = measured(*arguments)["emulator"]
    why = "HYBRID_CPU asks for less than this CPU has"
    assert section["library"] == {"name": "portable", "why": why}
    (row,) = [row for row in section["rows"] if row["contender"] == "products"]
    assert row["library"] == "portable"
    checked = bench(*arguments, "--check")
    assert f"portable products, not libxsmm: {why}" in checked.stderr
    assert "missed: builtin against" not in checked.stderr
    assert "matrix products alone by portable code" in checked.stdout


def test_online_has_what_each_part_adds(builtin_plugin, netcdf_plugin):
    section = measured("online", *COLUMN)["online"]
    rows = {(row["contest"], row["contender"]): row for row in section["rows"]}
    assert not [row for row in rows.values() if "error" in row]
    assert rows["block", "guards"]["same_bits"]
    assert rows["block", "guards and constraints"]["stages"]["constrain"] > 0
    assert rows["block", "ridge"]["stages"]["hooks"] > 0
    assert "native" not in rows["block", "ridge"]["stages"]  # blocks that nobody audits
    assert rows["block", "guards, one column rejected"]["stages"]["native"] > 0
    ends = {one: rows["learning", one]["stages"]["step"] for one in ("nothing", "audit")}
    assert ends["audit"] > ends["nothing"]
    assert {row["contender"] for row in section["records"]} == {"statistics.json", "statistics.nc"}


def test_unknown_task():
    with pytest.raises(program.BenchError):
        program.run({"task": "something else"})
