"""Compile the Triton kernel for GPUs that are not here: registers, spills, shared memory.

``python -m tests.bench.triton_compile`` prints the table of ``avcore/compute/README.md`` and fails if anything spills.
Needs Triton, whose wheel carries NVIDIA's assembler; needs neither torch nor a GPU.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from avcore.compute.triton_pack import WIDTHS, Shape
from avcore.compute.triton_painter import constants, launch_for

ARCHITECTURES = {80: "A100", 90: "H100", 120: "RTX 5090"}
KINDS = {"out": "*u8", "numbers": "*fp32", "matrices": "*fp16"}


@dataclass(frozen=True)
class Compiled:
    """What the assembler says of one kernel; ``spilled_bytes`` counts stores and loads, shared memory is in bytes."""

    registers: int
    spilled_bytes: int
    shared_bytes: int


def compile_for(architecture: int, width: int, *, samples: int = 1, **shape: Any) -> Compiled:
    """Compile eight layers of sin, cos, gaussian and tanh in turn, or what ``shape`` says, for ``sm_architecture``.

    ``samples`` above 1 stands for any supersampling and motion blur, which make a loop in the kernel.
    """
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from avcore.compute.triton_kernel import frame_kernel

    defaults = {"planes": 2, "space": "plane", "symmetry": "none", "mode": "palette", "codes": (0, 1, 2, 3) * 2}
    launch = launch_for(width, architecture)
    fixed = constants(Shape(width=width, **{**defaults, **shape}), launch, np.dtype(np.uint8), fast=True)
    if samples == 1:
        # Triton makes a constant of an argument that is 1.
        fixed |= {"pictures": 1, "supersample": 1}
    signature = {name: "constexpr" if name in fixed else KINDS.get(name, "i32") for name in frame_kernel.arg_names}
    aligned = {(frame_kernel.arg_names.index(name),): [["tt.divisibility", 16]] for name in KINDS}
    kernel = triton.compile(
        ASTSource(frame_kernel, signature, fixed, aligned),
        target=GPUTarget("cuda", architecture, 32),
        options={"num_warps": launch.warps, "num_stages": 1, "maxnreg": launch.registers},
    )
    said = _assemble(kernel.asm["ptx"], architecture)
    found = re.search(r"(\d+) bytes spill stores, (\d+) bytes spill loads", said)
    registers = re.search(r"Used (\d+) registers", said)
    if found is None or registers is None:
        raise RuntimeError(f"the assembler says nothing of registers: {said}")
    return Compiled(int(registers[1]), int(found[1]) + int(found[2]), kernel.metadata.shared)


def _assemble(ptx: str, architecture: int) -> str:
    import triton.backends.nvidia

    tools = Path(triton.backends.nvidia.__path__[0]) / "bin"
    tool = tools / ("ptxas-blackwell" if architecture >= 100 and (tools / "ptxas-blackwell").exists() else "ptxas")
    target = re.search(r"\.target (\w+)", ptx)
    if target is None:
        raise RuntimeError("the compiler's PTX names no target")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "kernel.ptx"
        source.write_text(ptx)
        command = [tool, "-v", "--gpu-name", target[1], source, "-o", Path(folder) / "kernel.cubin"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stderr


def main() -> int:
    """Print the table; 1 if a kernel spills."""
    spilled = 0
    print("| width | GPU | pixels, part, warps | registers | with samples | spilled bytes | shared memory |")
    print("|---|---|---|---|---|---|---|")
    for width in WIDTHS:
        for architecture, gpu in ARCHITECTURES.items():
            one, many = compile_for(architecture, width), compile_for(architecture, width, samples=4)
            launch = launch_for(width, architecture)
            spills = one.spilled_bytes + many.spilled_bytes
            spilled += spills
            cut = f"{launch.pixels}, {launch.part}, {launch.warps}"
            shared_kib = max(one.shared_bytes, many.shared_bytes) / 1024
            cells = (width, f"sm_{architecture} ({gpu})", cut, one.registers, many.registers, spills)
            print("| " + " | ".join(map(str, cells)) + f" | {shared_kib:.1f} KiB |", flush=True)
    return 1 if spilled else 0


if __name__ == "__main__":
    sys.exit(main())
