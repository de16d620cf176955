# SPDX-License-Identifier: BSD-3-Clause
"""Check the way through a GPU, on a machine that has one. Not part of `make test`.

    python tests/device/run_on_gpu.py

needs a Python with torch (a build for the GPU), numpy and cffi, g++, and nlohmann/json.hpp where
g++ looks (CPATH). Builds the plug-in into build/gpu, and prints one line for each check; fails
where one does not hold. Torch is imported by the child that writes the networks only: a host has
no Python.
"""

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "gpu"
NETWORKS = BUILD / "networks"


def compile_plugin(plugin: Path) -> None:
    """What bridge/backends/torch/meson.build says, without the rest of the library."""
    torch = Path(importlib.util.find_spec("torch").origin).parent
    version = {"major": 0, "minor": 0, "patch": 0, "version": "0.0.0"}
    header = (ROOT / "bridge" / "include" / "hybrid_version.h.in").read_text()
    for key, value in version.items():
        header = header.replace(f"@{key}@", str(value))
    (BUILD / "hybrid_version.h").write_text(header)
    include = [torch / "include", torch / "include" / "torch" / "csrc" / "api" / "include"]
    sources = sorted((ROOT / "bridge" / "backends" / "torch").glob("*.cpp"))
    flags = ["-std=c++17", "-O2", "-fopenmp", "-fPIC", "-shared", "-fvisibility=hidden"]
    flags += ["-o", plugin, f"-I{BUILD}", f"-I{ROOT}/bridge/include"]
    flags += [f"-isystem{one}" for one in include]
    libraries = [f"-L{torch}/lib", f"-Wl,-rpath,{torch}/lib", "-ltorch_cpu", "-lc10", "-ldl"]
    subprocess.run(["g++", *flags, *sources, *libraries], check=True)


def build() -> None:
    NETWORKS.mkdir(parents=True, exist_ok=True)
    plugin = BUILD / "libhybrid_torch.so"
    compile_plugin(plugin)
    make = Path(__file__).with_name("make_gpu_networks.py")
    subprocess.run([sys.executable, make, NETWORKS], check=True)
    os.environ["HYBRID_INCLUDE"] = str(ROOT / "bridge" / "include")
    os.environ["BINDINGS"] = str(ROOT / "bridge" / "backends" / "python")
    os.environ["BACKEND"] = str(plugin)
    sys.path.insert(0, str(ROOT / "tests" / "bridge" / "backends"))


class Network:
    """A network on a device; matrices are (row, sample)."""

    def __init__(
        self,
        name: str,
        device: str,
        shape: tuple[int, int] = (124, 128),
        samples: tuple[int, ...] = (4096,),
        precision: str = "float32",
        tolerance: float = 0.0,
    ) -> None:
        import hosted

        self.hosted, self.shape = hosted, shape
        status, self.handle, text = hosted.opened(NETWORKS / name, "", device, precision)
        assert status == 0, text
        self.status, self.plan, self.text = hosted.planned(self.handle, *shape, samples, tolerance)

    def memory(self, nrow: int, nsample: int) -> np.ndarray:
        address = self.hosted.backend.reserve(self.handle, 4 * nrow * nsample)
        buffer = self.hosted.ffi.buffer(address, 4 * nrow * nsample)
        return np.frombuffer(buffer, np.float32).reshape(nrow, nsample)

    def block(self, nsample: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """x filled and y not, in memory of the network."""
        x, y = self.memory(self.shape[0], nsample), self.memory(self.shape[1], nsample)
        x[:] = np.random.default_rng(seed).random(x.shape, np.float32)
        return x, y

    def matrices(self, x: np.ndarray, y: np.ndarray) -> Any:
        ffi = self.hosted.ffi
        n = x.shape[1]
        size = ffi.sizeof("hyb_matrices")
        return ffi.new("hyb_matrices *", (size, n, n, ffi.from_buffer(x), ffi.from_buffer(y)))

    def run(self, x: np.ndarray, y: np.ndarray) -> None:
        message = self.hosted.ffi.new("hyb_message *")
        status = self.hosted.backend.run(self.handle, self.matrices(x, y), message)
        assert status == 0, self.hosted.text_of(message)

    def submit(self, x: np.ndarray, y: np.ndarray) -> Any:
        ffi = self.hosted.ffi
        batch, message = ffi.new("void **"), ffi.new("hyb_message *")
        matrices = self.matrices(x, y)
        status = self.hosted.backend.submit(self.handle, matrices, batch, message)
        assert status == 0, self.hosted.text_of(message)
        return batch[0]

    def wait(self, batch: Any) -> None:
        message = self.hosted.ffi.new("hyb_message *")
        status = self.hosted.backend.wait(self.handle, batch, message)
        assert status == 0, self.hosted.text_of(message)


def same_as_cpu() -> str:
    gpu, cpu = Network("mlp.pt", "auto"), Network("mlp.pt", "cpu")
    assert gpu.plan.in_flight >= 2 and cpu.plan.in_flight == 0
    x, found = gpu.block(4096)
    expected = np.empty_like(found)
    gpu.run(x, found)
    cpu.run(x, expected)
    deviation = np.abs(found - expected).max() / np.abs(expected).max()
    assert deviation < 1e-5, deviation
    invariant = bool(gpu.plan.batch_invariant)
    return f"deviation {deviation:.1e} of the scale; bits independent of the batch: {invariant}"


def no_stale_values() -> str:
    """The same memory with other values, as a host has it in every step."""
    gpu, cpu = Network("mlp.pt", "auto"), Network("mlp.pt", "cpu")
    x, found = gpu.block(4096)
    expected = np.empty_like(found)
    for factor in (1, 2, -3):
        x *= factor
        gpu.run(x, found)
        cpu.run(x, expected)
        assert np.abs(found - expected).max() < 1e-5 * np.abs(expected).max(), factor
    return "results follow what is in the memory now"


def no_such_device() -> str:
    import hosted

    status, _, text = hosted.opened(NETWORKS / "mlp.pt", "", "cuda:99")
    assert status != 0 and "expected cpu or auto, " in text and "found cuda:99" in text, text
    return text


def timed(work: Callable[[], object]) -> float:
    """Seconds, the median of seven."""
    times = []
    for _ in range(7):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[3]


def overlap(n: int = 1 << 16) -> str:
    network = Network("mlp.pt", "auto", samples=(n,))
    blocks = [network.block(n, seed) for seed in range(12)]

    def in_flight() -> None:
        batches = []
        for block in blocks:
            if len(batches) == network.plan.in_flight:
                network.wait(batches.pop(0))
            batches.append(network.submit(*block))
        for batch in batches:
            network.wait(batch)

    one_by_one = timed(lambda: [network.run(*block) for block in blocks])
    expected = [y.copy() for _, y in blocks]
    for _, y in blocks:
        y[:] = -1
    together = timed(in_flight)
    assert all((y == right).all() for (_, y), right in zip(blocks, expected, strict=True))
    assert together < 0.9 * one_by_one, (together, one_by_one)
    rate = len(blocks) * n / together
    return f"{rate:.3g} samples/s in flight, {together / one_by_one:.2f} of the time one by one"


def tf32() -> str:
    found = [Network("mlp.pt", "auto", precision="tf32", tolerance=t) for t in (0.0, 1e-9, 1e-2)]
    assert found[0].status != 0 and "grants no tolerance" in found[0].text
    assert found[1].status != 0 and "deviation of tf32 from float32" in found[1].text
    assert found[2].status == 0, found[2].text
    return found[1].text


def out_of_memory(n: int = 1 << 22) -> str:
    network = Network("hungry.pt", "auto", (3, 3), (16, n))
    assert network.status == 0, network.text
    assert 0 < network.plan.tile < n, "the GPU has room for all of it: make `hungry` larger"
    x, y = network.block(n)
    network.run(x, y)
    assert (x == y).all()
    return f"{n} samples in tiles of {network.plan.tile}"


if __name__ == "__main__":
    build()
    for check in (same_as_cpu, no_stale_values, no_such_device, overlap, tf32, out_of_memory):
        print(f"{check.__name__}: {check()}", flush=True)
