"""Draws neural fields with the fused Triton kernel, on NVIDIA GPUs in float16.

The frame goes in bands: while one is computed, the one before it travels to the host's pinned memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import pairwise
from subprocess import SubprocessError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.painter import CannotPaintError
from avcore.compute.triton_pack import MAX_LAYERS, MAX_WIDTH, Packed, Shape, cycle, pack
from avcore.fields.colour import ColourSpec
from avcore.fields.cppn import CppnFrame, CppnSpec
from avcore.signals.spec import Driven

# Bands of a frame: enough to hide most of the copy, and few launches.
BANDS = 4

# The kernel counts the picture's samples in 32 bits.
MAX_SAMPLES = 2**31 - 1


@dataclass(frozen=True)
class Launch:
    """How a program is cut: ``pixels`` of a tile, units of a ``part`` of a layer, ``warps`` of 32 threads.

    ``registers`` is the most that a thread may take; None lets the assembler give up registers for occupancy.
    """

    pixels: int
    part: int
    warps: int
    registers: int | None = None


# By padded width: large tiles that keep every number in registers (README.md has the counts).
LAUNCHES = {
    16: Launch(pixels=128, part=16, warps=4),
    32: Launch(pixels=128, part=32, warps=4, registers=128),
    64: Launch(pixels=64, part=64, warps=4),
    128: Launch(pixels=64, part=64, warps=4, registers=255),
    256: Launch(pixels=32, part=64, warps=8, registers=255),
}

# Hopper's tensor cores read the matrix from shared memory, which leaves registers for a larger tile.
HOPPER_LAUNCHES = {256: Launch(pixels=64, part=64, warps=4, registers=255)}


def supports(spec: CppnSpec, colour: ColourSpec) -> bool:
    """Whether the kernel draws every frame of this field: up to 256 wide and 32 deep, and no relief.

    Relief needs the difference of two outputs half a pixel apart, which drowns in float16's rounding.
    """
    return spec.width <= MAX_WIDTH and spec.layers <= MAX_LAYERS and colour.relief == Driven.fixed(0.0)


def launch_for(width: int, architecture: int) -> Launch:
    """The tiles for a padded ``width`` on a GPU of that compute capability, times ten (90 for 9.0)."""
    return (LAUNCHES | HOPPER_LAUNCHES if architecture == 90 else LAUNCHES)[width]


def constants(shape: Shape, launch: Launch, dtype: np.dtype[Any], *, fast: bool) -> dict[str, Any]:
    """What ``triton_kernel.frame_kernel`` is compiled for, to draw pictures of ``shape`` into ``dtype``."""
    return {
        "WIDTH": shape.width,
        "PLANES": shape.planes,
        "SPACE": shape.space,
        "SYMMETRY": shape.symmetry,
        "MODE": shape.mode,
        "CODES": shape.codes,
        "CYCLE": cycle(shape.codes),
        "USED": sum(1 << code for code in set(shape.codes[1:])),
        "FAST": fast,
        "FULL": 0.0 if dtype == np.float32 else float(np.iinfo(dtype).max),
        "PIXELS": launch.pixels,
        "PART": launch.part,
    }


class TritonPainter:
    """Evaluates ``CppnFrame`` pictures in one fused kernel."""

    name = "triton float16"

    def __init__(self, device: str = "cuda") -> None:
        """Paint on that torch device; any other than ``cuda`` only under Triton's interpreter, as in the tests.

        Raises:
            CannotPaintError: torch or Triton is missing, or the device is.
        """
        try:
            import torch
            from triton import knobs
            from triton.errors import TritonError
        except ImportError as error:
            raise CannotPaintError(f"the Triton kernel needs PyTorch and Triton 3.4 or newer: {error}") from None
        interpreted = bool(knobs.runtime.interpret)
        if not interpreted and not (device == "cuda" and torch.cuda.is_available()):
            raise CannotPaintError(f"the Triton kernel needs a CUDA device, and PyTorch sees none at {device!r}")
        self._torch: Any = torch
        self._device = device
        major, minor = torch.cuda.get_device_capability() if device == "cuda" else (8, 0)
        self._architecture = 10 * major + minor
        # AMD's library has no sin.approx.
        self._fast = not interpreted and torch.version.hip is None
        # No memory, no compiler, a driver that balks: torch and Triton say so in these ways.
        self._refusals = (RuntimeError, OSError, SubprocessError, TritonError)
        self._buffers: dict[str, Any] = {}
        self._streams = (torch.cuda.Stream(), torch.cuda.Stream()) if device == "cuda" else None

    def close(self) -> None:
        """Let go of the buffers on the device and on the host."""
        self._buffers.clear()

    def paint(
        self,
        pictures: Sequence[CppnFrame],
        out: NDArray[Any],
        *,
        supersample: int,
        region: tuple[int, int] | None = None,
    ) -> None:
        """See ``Painter.paint``; one call at a time."""
        packed = pack(pictures)
        rows, columns = region or out.shape[:2]
        if 3 * rows * columns > MAX_SAMPLES:
            raise CannotPaintError(f"{columns} x {rows} pixels are more than the Triton kernel counts")
        try:
            out[:rows, :columns] = self._draw(packed, out, rows, columns, supersample)
        except self._refusals as error:
            self.close()
            raise CannotPaintError(f"the Triton kernel failed: {type(error).__name__}: {error}") from error

    def _draw(self, packed: Packed, out: NDArray[Any], rows: int, columns: int, supersample: int) -> NDArray[Any]:
        """The region's colours [shape=(rows, columns, 3), dtype of ``out``], in the painter's own memory."""
        torch = self._torch
        kind = {"uint8": torch.uint8, "uint16": torch.int16, "float32": torch.float32}[out.dtype.name]
        count = rows * columns
        compute, copy = self._streams or (None, None)
        with self._on(compute):
            drawn = self._buffer("drawn", (count, 3), kind, device=self._device)
            host = self._buffer("host", (count, 3), kind, pin_memory=self._streams is not None)
            numbers, matrices = self._upload(packed.numbers), self._upload(packed.matrices)
        edges = [count * band // BANDS for band in range(BANDS + 1)]
        for begin, end in pairwise(edges):
            if begin == end:
                continue
            with self._on(compute):
                self._launch(packed.shape, (drawn, numbers, matrices), (begin, end, columns), out, supersample)
            if copy is not None:
                copy.wait_stream(compute)
            with self._on(copy):
                host[begin:end].copy_(drawn[begin:end], non_blocking=True)
        if copy is not None:
            copy.synchronize()
        # Triton's arithmetic has uint16, torch's hardly: the same 16 bits travel as int16.
        colours: NDArray[Any] = host.numpy().view(out.dtype)
        return colours.reshape(rows, columns, 3)

    def _launch(
        self,
        shape: Shape,
        tensors: tuple[Any, Any, Any],
        pixels: tuple[int, int, int],
        out: NDArray[Any],
        supersample: int,
    ) -> None:
        from avcore.compute.triton_kernel import frame_kernel

        drawn, numbers, matrices = tensors
        begin, end, columns = pixels
        height, width = out.shape[:2]
        launch = launch_for(shape.width, self._architecture)
        frame_kernel[(-(-(end - begin) // launch.pixels),)](
            drawn,
            numbers,
            matrices,
            begin,
            end,
            columns,
            width,
            height,
            len(numbers),
            supersample,
            **constants(shape, launch, out.dtype, fast=self._fast),
            num_warps=launch.warps,
            num_stages=1,
            maxnreg=launch.registers,
        )

    def _on(self, stream: Any) -> AbstractContextManager[Any]:
        context: AbstractContextManager[Any] = nullcontext() if stream is None else self._torch.cuda.stream(stream)
        return context

    def _upload(self, array: NDArray[Any]) -> Any:
        tensor = self._torch.from_numpy(array)
        return tensor if self._streams is None else tensor.pin_memory().to(self._device, non_blocking=True)

    def _buffer(self, name: str, shape: tuple[int, ...], kind: Any, **where: Any) -> Any:
        """Memory that is kept from frame to frame."""
        held = self._buffers.get(name)
        if held is None or tuple(held.shape) != shape or held.dtype != kind:
            self._buffers[name] = None
            self._buffers[name] = held = self._torch.empty(shape, dtype=kind, **where)
        return held
