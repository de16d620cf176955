# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid export``."""

import pytest
from click.testing import CliRunner
from installed import run_with_library_alone

from pyhybrid import Emulator
from pyhybrid.cli import main
from pyhybrid.export.notices import notices_accepted, torchscript_accepted

torch = pytest.importorskip("torch")

PROGRAM = """\
import torch

from beside import SIZE

network = torch.nn.Linear(SIZE, SIZE, dtype=torch.float64)
number = 1


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = torch.nn.Linear(SIZE, SIZE, dtype=torch.float64)

    def forward(self, x):
        return self.inner(x)


def failing():
    raise OSError("no such data")
"""


@pytest.fixture
def folder(tmp_path, monkeypatch, make_card):
    """A program, a module beside it, a card and weights."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(PROGRAM)
    (tmp_path / "beside.py").write_text("SIZE = 5\n")
    (tmp_path / "card.json").write_text(make_card().to_json())
    weights = {"inner.weight": torch.eye(5) * 3.0, "inner.bias": torch.zeros(5)}
    torch.save(weights, tmp_path / "weights.pt")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, ["export", *map(str, arguments)])


def test_what_it_is_made_from_is_not_replaced(folder):
    (folder / "plain.pt").write_bytes(b"of TorchScript")
    (folder / "link.pt").symlink_to("plain.pt")
    weights = ["--weights", "weights.pt"]
    for words in (["plain.pt", "card.json", "link.pt"],
                  ["own.py:Network", "plain.pt", "link.pt"],
                  ["own.py:Network", "card.json", "weights.pt", *weights]):  # fmt: skip
        before = (folder / words[2]).read_bytes()
        result = run(*words, "--replace")
        assert result.exit_code == 1
        assert f"OUTPUT: expected a file that is not read, found {words[2]}" in result.stderr
        assert (folder / words[2]).read_bytes() == before


def test_what_is_there_is_replaced_if_asked_for(builtin_plugin, folder, columns):
    trained = "own.py:Network", "card.json", "out.safetensors", "--weights", "weights.pt"
    assert run(*trained).exit_code == 0
    before = (folder / "out.safetensors").read_bytes()
    result = run("own.py:Network", "card.json", "out.safetensors")
    assert result.exit_code == 1
    assert "out.safetensors: expected no such file yet, or --replace, found one" in result.stderr
    assert (folder / "out.safetensors").read_bytes() == before
    assert run("own.py:network", "card.json", "out.safetensors", "--replace").exit_code == 0
    assert (folder / "out.safetensors").read_bytes() != before


@pytest.mark.parametrize("source", ["own.py:network", "own.py:Network", "own:Network"])
def test_export_writes_a_file(torch_plugin, folder, make_card, source):
    result = run(source, "card.json", "out.pt")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("out.pt: test, 5 values in, 5 out, real64, ")
    assert len(result.stdout.splitlines()) == 1
    with Emulator("out.pt") as emulator:
        assert emulator.card == make_card()


def test_export_with_weights_and_the_card_of_an_emulator(torch_plugin, folder, columns):
    assert run("own.py:Network", "card.json", "first.pt").exit_code == 0
    result = run("own.py:Network", "first.pt", "out.pt", "--weights", "weights.pt")
    assert result.exit_code == 0, result.output
    with Emulator("out.pt") as emulator:
        heating = emulator.predict(columns)["heating"]
    assert (heating == 3.0 * columns["air_temperature"]).all()


def test_export_of_a_program_of_torch(builtin_plugin, folder):
    samples = {0: torch.export.Dim("samples")}
    x = torch.ones(2, 5, dtype=torch.float64)
    module = torch.nn.Linear(5, 5, dtype=torch.float64)
    with notices_accepted():
        program = torch.export.export(module, (x,), dynamic_shapes=(samples,))
        torch.export.save(program, "program.pt2")
    result = run("program.pt2", "card.json", "out.safetensors")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", ["ftorch.pt", "ftorch.pth", "ftorch.ts"])
def test_export_of_torchscript(torch_plugin, folder, columns, name):
    write_torchscript(name)
    result = run(name, "card.json", "out.pt")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    with Emulator("out.pt") as emulator:
        heating = emulator.predict(columns)["heating"]
    assert (heating == 3.0 * columns["air_temperature"]).all()


def write_torchscript(name):
    module = torch.nn.Linear(5, 5, bias=False, dtype=torch.float64)
    torch.nn.init.eye_(module.weight).data.mul_(3.0)
    with torchscript_accepted():
        torch.jit.save(torch.jit.script(module), name)


@pytest.mark.parametrize("name", ["out.safetensors", "out.pt2"])
def test_torchscript_becomes_pt_only(folder, name):
    write_torchscript("ftorch.pt")
    result = run("ftorch.pt", "card.json", name)
    assert result.exit_code == 1
    assert "found a TorchScript module, which becomes .pt only" in result.stderr
    assert not (folder / name).exists()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["own.py", "card.json", "a.pt"], "source: expected file.py:name, package.module:name or"),
        (["own.py:netwrk", "card.json", "a.pt"], "unknown name 'netwrk'; did you mean 'network'"),
        (["own.py:number", "card.json", "a.pt"], "expected a torch.nn.Module, found int"),
        (["own.py:failing", "card.json", "a.pt"], "without arguments, found no such data"),
        (["none.py:a", "card.json", "a.pt"], "none.py: expected Python that runs, found FileNot"),
        (["none.such:a", "card.json", "a.pt"], "expected Python that runs, found ModuleNotFound"),
        (["own.py:network", "none.json", "a.pt"], "card none.json: expected a file of text"),
        (["own.py:network", "weights.pt", "a.pt"], "weights.pt"),
        (["own.py:network", "card.json", "a.onnx"], "suffix: expected one of"),
        (["own.py:network", "card.json", "a.pt", "--method", "x"], "method: expected one of"),
        (["own.py:network", "card.json", "a.pt", "--weights", "weights.pt"], "the tensors of the"),
        (["own.py:Network", "card.json", "a.pt", "--weights", "own.py"], "a state_dict of torch"),
        (["beside.py:SIZE", "card.json", "a.pt"], "expected a torch.nn.Module, found int"),
        (["own.pt2", "card.json", "a.pt"], "own.pt2: expected a file of torch.export.save"),
        (["none.pt", "card.json", "a.pt"], "none.pt: expected a file of torch.jit.save"),
        (["weights.pt", "card.json", "a.pt"], "a file of torch.jit.save (that of a state_dict"),
    ],
)
def test_what_cannot_be_exported(torch_plugin, folder, arguments, message):
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr
    assert not list(folder.glob("a*.*"))


@pytest.mark.parametrize("name, plugin", [("out.safetensors", "builtin"), ("out.pt", "torch")])
def test_plugin_that_is_not_installed(folder, tmp_path_factory, name, plugin):
    """The check cannot be made: that is said, and what was there stays as it was."""
    (folder / name).write_text("the file of before")
    before = {path.name for path in folder.iterdir()}
    library = tmp_path_factory.mktemp("library")
    program = ("-c", "from pyhybrid.cli import main; main()")
    arguments = ("export", "own.py:network", "card.json", name, "--replace")
    done = run_with_library_alone(library, *program, *arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    wanted = f"libhybrid_{plugin}.so: expected a file in one of '{library}', found none"
    assert done.stderr.startswith("Error: ") and wanted in done.stderr
    assert ("pyhybrid build-backend torch" in done.stderr) == (plugin == "torch")
    assert (folder / name).read_text() == "the file of before"
    assert {path.name for path in folder.iterdir()} - {"__pycache__"} == before


def test_weights_that_would_execute(folder):
    """Only tensors are read."""

    class Evil:
        def __reduce__(self):
            return print, ("executed",)

    torch.save({"inner.weight": Evil()}, "evil.pt")
    result = run("own.py:Network", "card.json", "a.pt", "--weights", "evil.pt")
    assert result.exit_code == 1 and "executed" not in result.output


@pytest.mark.parametrize("arguments", [[], ["a"], ["a", "b"], ["a", "b", "c", "d"]])
def test_wrong_usage_of_export(arguments):
    assert run(*arguments).exit_code == 2
