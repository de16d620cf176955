# SPDX-License-Identifier: BSD-3-Clause
"""From a ``torch.nn.Module`` to a package that AOTInductor compiles (``.pt2``)."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._words import mismatch
from ..card import Card
from ..errors import ArgumentError

if TYPE_CHECKING:
    import torch

_DTYPES = {"real32": "float32", "real64": "float64"}
_SAMPLES = 48  # of the example that is traced; any number works afterwards

# What a compiler uses of a CPU by itself, by the kernel's names. Not those that need to be called
# by name, such as AES or random numbers: kernels hide them where they are broken.
_FEATURES = {
    "SSE3": "pni", "SSSE3": "ssse3", "SSE4_1": "sse4_1", "SSE4_2": "sse4_2", "POPCNT": "popcnt",
    "AVX": "avx", "AVX2": "avx2", "FMA": "fma", "F16C": "f16c", "BMI": "bmi1", "BMI2": "bmi2",
    "LZCNT": "abm", "MOVBE": "movbe", "GFNI": "gfni", "FMA4": "fma4", "XOP": "xop",
    "AVX512F": "avx512f", "AVX512CD": "avx512cd", "AVX512BW": "avx512bw",
    "AVX512DQ": "avx512dq", "AVX512VL": "avx512vl", "AVX512IFMA": "avx512ifma",
    "AVX512VBMI": "avx512vbmi", "AVX512VBMI2": "avx512_vbmi2", "AVX512VNNI": "avx512_vnni",
    "AVX512BITALG": "avx512_bitalg", "AVX512VPOPCNTDQ": "avx512_vpopcntdq",
    "AVX512BF16": "avx512_bf16", "AVX512FP16": "avx512_fp16", "AVXVNNI": "avx_vnni",
    "AMX_TILE": "amx_tile", "AMX_INT8": "amx_int8", "AMX_BF16": "amx_bf16",
    "ARM_FEATURE_DOTPROD": "asimddp", "ARM_FEATURE_FP16_VECTOR_ARITHMETIC": "asimdhp",
    "ARM_FEATURE_ATOMICS": "atomics", "ARM_FEATURE_SVE": "sve", "ARM_FEATURE_SVE2": "sve2",
    "ARM_FEATURE_BF16": "bf16", "ARM_FEATURE_MATMUL_INT8": "i8mm",
}  # fmt: skip


def save_aoti(
    module: torch.nn.Module,
    card: Card,
    path: str | os.PathLike[str],
    *,
    frozen: bool = True,
    cpu: str = "native",
) -> Path:
    """Compiles a module and writes it with its card. Needs g++, and seconds to minutes.

    Parameters
    ----------
    module : torch.nn.Module
        On the CPU, in evaluation mode. Takes and returns physical values: one matrix
        (sample, feature) to one (sample, output), or as many arrays as the card has fields where
        its `arguments` are "fields".
    card : Card
        Its contract.
    path : path
        The file to write, ending in ``.pt2``.
    frozen : bool
        Packs the weights for oneDNN: faster from about 64 samples in a batch, slower below.
    cpu : str
        What the code may use, as g++'s ``-march`` says it: "native", all that this CPU has, or
        a level such as "x86-64-v3" (AVX2) or "x86-64-v4" (AVX-512) for machines of several kinds.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ArgumentError
        If torch cannot export or compile the module, or g++ does not know `cpu`.
    """
    path = Path(path)
    if path.suffix != ".pt2":
        raise ArgumentError(mismatch("export: suffix", "'.pt2'", repr(path.suffix)))
    options = _options(frozen, cpu)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        partial = Path(folder) / path.name
        _compile(_packed(module, card), card, partial, options)
        _append(partial, card, options)
        partial.replace(path)
    return path


def _packed(module: torch.nn.Module, card: Card) -> torch.nn.Module:
    """A module of one matrix (feature, sample) that returns one (output, sample).

    So transposes and copies between fields and matrices are compiled in, and what has to be
    checked before each run is the same for all packages.
    """
    import torch

    class Packed(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = module

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            results = self.network(*_arguments(x, card))
            results = results if isinstance(results, tuple) else (results,)
            return torch.cat([_rows(one) for one in results]).contiguous()

    return Packed().eval()


def _arguments(x: torch.Tensor, card: Card) -> list[torch.Tensor]:
    if card.arguments == "packed":
        return [x.t()]
    shapes = [field.shape(card.sample) for field in card.inputs]
    parts = x.split([math.prod(shape) for shape in shapes])
    return [_unpacked(*pair) for pair in zip(parts, shapes, strict=True)]


def _unpacked(rows: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
    """(feature, sample) with levels innermost to (sample), (sample, level), …, species last."""
    if len(shape) < 2:
        return rows.t().reshape(-1, *shape)
    return rows.reshape(*reversed(shape), -1).permute(2, 1, 0)


def _rows(result: torch.Tensor) -> torch.Tensor:
    """The inverse of `_unpacked`."""
    samples = result.shape[0]
    if result.ndim < 3:
        return result.reshape(samples, -1).t()
    return result.permute(2, 1, 0).reshape(-1, samples)


def _compile(module: torch.nn.Module, card: Card, path: Path, options: dict[str, Any]) -> None:
    """Writes the package as torch makes it, for any number of samples."""
    import torch

    from .notices import graph_withheld
    from .user_source import refusal

    x = torch.rand(card.nfeature, _SAMPLES, dtype=getattr(torch, _DTYPES[card.kind]))
    shapes = ({1: torch.export.Dim("samples", min=1)},)
    inductor: Any = torch._inductor
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of torch's own code
            with graph_withheld():
                program = torch.export.export(module, (x,), dynamic_shapes=shapes)
            inductor.aoti_compile_and_package(
                program, package_path=str(path), inductor_configs=options
            )
    except Exception as error:  # of many types, without a common one
        wanted = "a module that torch.export and AOTInductor can compile"
        raise ArgumentError(refusal(error, wanted)) from error


def _options(frozen: bool, cpu: str) -> dict[str, Any]:
    """Of AOTInductor. Vectors as wide as `cpu` has them, which torch takes from this CPU."""
    features = _features([f"-march={cpu}"])
    width = 512 if "avx512f" in features else 256 if "avx2" in features else 0
    return {
        "freezing": frozen,
        "cpp.march": cpu,
        "cpp.threads": 1,  # else those of this process are compiled in; products obey the caller
        "cpp.simdlen": None if cpu == "native" else width,
    }


def _features(flags: list[str]) -> list[str]:
    """What g++ may use of a CPU under these flags, by the kernel's names."""
    command = ["g++", *flags, "-dM", "-E", "-x", "c++", os.devnull]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        found = run.stderr.strip().splitlines()[0]
        raise ArgumentError(mismatch("export: cpu", "what g++ knows as -march", found))
    macros = {line.split()[1].strip("_") for line in run.stdout.splitlines()}
    return [feature for macro, feature in _FEATURES.items() if macro in macros]


def _flags(options: dict[str, Any]) -> list[str]:
    """Those of torch's compiler that say what code may use: its vectors add to -march."""
    import torch._inductor.config
    from torch._inductor.cpu_vec_isa import pick_vec_isa

    with torch._inductor.config.patch(options):
        return [f"-march={options['cpp.march']}", *pick_vec_isa().build_arch_flags().split()]


def _append(path: Path, card: Card, options: dict[str, Any]) -> None:
    """Adds the card and what the library checks before it loads the code."""
    with zipfile.ZipFile(path, "a") as archive:
        folder = archive.namelist()[0].split("/")[0]
        code = next(name for name in archive.namelist() if name.endswith(".so"))
        manifest = _manifest(card, code.removeprefix(f"{folder}/"), options)
        archive.writestr(f"{folder}/extra/card.json", card.to_json())
        archive.writestr(f"{folder}/extra/package.json", json.dumps(manifest, indent=2))


def _manifest(card: Card, code: str, options: dict[str, Any]) -> dict[str, Any]:
    import torch

    flags = _flags(options)
    return {
        "format": "pyhybrid package",
        "version": 1,
        "code": code,
        "torch": torch.__version__.split("+")[0],
        "device": "cpu",
        "architecture": platform.machine(),
        "features": _features(flags),
        "flags": flags,
        "frozen": options["freezing"],
        "input": _matrix(card.nfeature, card.kind),
        "result": _matrix(card.noutput, card.kind),
    }


def _matrix(nrow: int, kind: str) -> dict[str, Any]:
    """Rows of samples without gaps; None is the number of samples."""
    return {"kind": kind, "shape": [nrow, None], "stride": [None, 1]}
