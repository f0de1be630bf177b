"""Machine code of programs: made once, kept in avcore's cache folder, and called without the interpreter's lock."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import logging
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.compute.painter import CannotPaintError
from avcore.compute.traced.program import Program
from avcore.errors import OutputError
from avcore.files import cache_folder, replacing

# The first release of the compiler that understands what `emit` writes.
OLDEST_LLVM = 20

# Files that the machine code is made from.
SOURCES = (*sorted(Path(__file__).parent.glob("*.py")), Path(__file__).parents[1] / "fused" / "math.py")

DIGEST_BYTES = hashlib.sha256().digest_size

logger = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


class Kernel:
    """The compiled functions of one program."""

    def __init__(self, code: bytes) -> None:
        from llvmlite import binding

        # The engine owns the code, and must live as long as it is called.
        self._engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine())
        self._engine.add_object_file(binding.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        address, whole, single = ctypes.c_void_p, ctypes.c_int64, ctypes.c_float
        self._draw = self._function("draw", whole, whole, address, address, address, address)
        self._packs = {
            np.dtype(pixel): self._function(f"pack_{name}", whole, single, address, address)
            for pixel, name in ((np.float32, "float"), (np.uint16, "i16"), (np.uint8, "i8"))
        }

    def _function(self, name: str, *arguments: Any) -> Any:
        return ctypes.CFUNCTYPE(None, *arguments)(self._engine.get_function_address(name))

    def draw(self, u: NDArray[Any], v: NDArray[Any], numbers: NDArray[Any], planes: NDArray[Any]) -> None:
        """Add a picture to ``planes`` [shape=(3, len(v), len(u)), float32], each colour in [0, 1].

        ``u`` [float32, their number a multiple of ``values.LANES``] are the places of the columns, ``v`` of the rows.
        """
        self._draw(len(v), len(u), u.ctypes.data, v.ctypes.data, numbers.ctypes.data, planes.ctypes.data)

    def pack(self, planes: NDArray[Any], share: float, out: NDArray[Any]) -> None:
        """Fill ``out`` [shape=planes.shape[1:] + (3,)] with ``share`` times the planes; integers are rounded."""
        self._packs[out.dtype](out.size // 3, share, planes.ctypes.data, out.ctypes.data)


def machine() -> Any:
    """What compiles for this processor, a new one for each use: an engine ends its own when it ends.

    Raises:
        CannotPaintError: the compiler is not installed, or too old.
    """
    try:
        from llvmlite import binding
    except ImportError as error:
        raise CannotPaintError(f"compiled patterns need llvmlite ({error}); install it: pip install numba") from error
    if binding.llvm_version_info[0] < OLDEST_LLVM:
        raise CannotPaintError(
            f"compiled patterns need llvmlite with LLVM {OLDEST_LLVM}; update it: pip install -U numba"
        )
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    features = binding.get_host_cpu_features().flatten()
    target = binding.Target.from_triple(binding.get_process_triple())
    # As Numba does: code that is loaded where it is needed, and so has fixed addresses where they are in reach.
    place = "static" if target.name.startswith("x86") else "default"
    return target.create_target_machine(
        cpu=binding.get_host_cpu_name(), features=features, opt=2, reloc=place, codemodel="jitdefault", jit=True
    )


@functools.lru_cache(maxsize=256)
def load(program: Program, *, may_compile: bool = True) -> Kernel:
    """The kernel of a program: compiled now, or read from the cache.

    Raises:
        CannotPaintError: it cannot be compiled here, or is not in the cache and must not be.
    """
    with _one_at_a_time:
        try:
            return Kernel(_code(program, may_compile))
        except RuntimeError as error:
            raise CannotPaintError(f"LLVM cannot compile the picture: {error}") from error


def _code(program: Program, may_compile: bool) -> bytes:
    path = cache_folder() / "kernels" / "traced" / f"{_key(program)}.o"
    if (kept := _kept(path)) is not None:
        return kept
    if not may_compile:
        raise CannotPaintError("its kernel has not been compiled on this machine yet")
    start = time.perf_counter()
    code = compiled(program)
    logger.info("a kernel of %d steps was compiled in %.1f s", len(program.steps), time.perf_counter() - start)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_bytes(hashlib.sha256(code).digest() + code)
    except (OSError, OutputError) as error:
        logger.info("the kernel is not kept for next time: %s", error)
    return code


def compiled(program: Program) -> bytes:
    """The machine code of a program, as the linker reads it."""
    from llvmlite import binding

    from avcore.compute.traced.emit import source

    code: bytes = machine().emit_object(binding.parse_assembly(source(program)))
    return code


def _key(program: Program) -> str:
    """A name for the machine code of a program, made by these sources for this processor."""
    from llvmlite import binding

    place = (binding.get_process_triple(), binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten())
    sources = b"".join(path.read_bytes() for path in SOURCES)
    what = repr((program, place, binding.llvm_version_info)).encode()
    return hashlib.sha256(sources + what).hexdigest()[:32]


def _kept(path: Path) -> bytes | None:
    """The machine code of a file, where it is there and whole."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    code = content[DIGEST_BYTES:]
    return code if hashlib.sha256(code).digest() == content[:DIGEST_BYTES] else None
