"""Fields on a GPU by torch, run here on torch's own processor device: precision, batches and lost memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from make_picture import frame, networks, painted, psnr_db, reference

torch = pytest.importorskip("torch", reason="torch is not installed: make test-torch installs it")

from avcore.compute.device import available  # noqa: E402
from avcore.compute.gpu import LEAST_BATCH, MOST_BATCH, GpuPainter, is_out_of_memory, supports  # noqa: E402
from avcore.compute.painter import CannotPaintError  # noqa: E402
from avcore.fields.colour import ColourSpec  # noqa: E402
from avcore.fields.coords import CoordsSpec  # noqa: E402
from avcore.fields.cppn import CppnSpec  # noqa: E402
from avcore.signals.spec import Driven  # noqa: E402

F = Driven.fixed
PALETTE = ColourSpec(mode="palette", shade=F(0.6), glow=F(0.5), vignette=F(0.4), contrast=F(1.2))
RELIEF = ColourSpec(mode="palette", relief=F(0.7))

# A test of the arithmetic runs wherever torch does, and on the GPU too where there is one.
DEVICES = available(torch)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Small products on several threads spend their time waiting for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Crowded(GpuPainter):
    """A painter whose device has room for so many pixels at once and no more; it keeps a diary of its batches."""

    def __init__(self, room: int, error: type[Exception], words: str) -> None:
        super().__init__("cpu", precision="fp32")
        self.room, self.error, self.words = room, error, words
        self.drawn: list[tuple[int, int]] = []
        self.refused: list[int] = []

    def draw(self, tiles: Any, raster: Any, start: int, stop: int, dtype: Any) -> Any:
        """A batch, if there is room for it."""
        if stop - start > self.room:
            self.refused.append(stop - start)
            raise self.error(self.words)
        self.drawn.append((start, stop))
        return super().draw(tiles, raster, start, stop, dtype)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("colour", [ColourSpec(), PALETTE, RELIEF], ids=["rgb", "palette", "relief"])
@pytest.mark.parametrize(("layers", "width"), [(3, 4), (4, 64), (8, 32)])
def test_float32_is_the_reference(device: str, layers: int, width: int, colour: ColourSpec) -> None:
    picture = [frame(CppnSpec(layers=layers, width=width, seed=layers), colour)]
    psnr = psnr_db(painted(GpuPainter(device, precision="fp32"), picture), reference(picture))
    # The slope of the relief, half a pixel's difference, is 1000 times as sensitive as the colours.
    assert psnr >= (50 if colour is RELIEF else 60), f"{psnr:.1f} dB"


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("colour", [ColourSpec(), PALETTE], ids=["rgb", "palette"])
@pytest.mark.parametrize(("layers", "width", "gain"), [(3, 4, 5.0), (4, 64, 5.0), (4, 128, 5.0), (8, 128, 2.0)])
def test_half_precision_is_close(device: str, layers: int, width: int, gain: float, colour: ColourSpec) -> None:
    picture = [frame(CppnSpec(layers=layers, width=width, gain=gain), colour)]
    psnr = psnr_db(painted(GpuPainter(device), picture, (24, 40)), reference(picture, (24, 40)))
    assert 40 <= psnr < 110, f"{psnr:.1f} dB"


@pytest.mark.parametrize("colour", [ColourSpec(), PALETTE], ids=["rgb", "palette"])
def test_mixed_precision_is_close_where_half_is_chaotic(colour: ColourSpec) -> None:
    picture, shape = [frame(CppnSpec(layers=8, width=64), colour)], (24, 40)
    exact = reference(picture, shape)
    mixed, half = (psnr_db(painted(GpuPainter("cpu", precision=p), picture, shape), exact) for p in ("mixed", "half"))
    assert 40 <= mixed < 100, f"{mixed:.1f} dB"
    assert half < 40, f"{half:.1f} dB"


def test_relief_is_never_drawn_in_half_precision() -> None:
    picture = [frame(CppnSpec(layers=4, width=32), RELIEF)]
    a, b = (painted(GpuPainter("cpu", precision=precision), picture) for precision in ("half", "fp32"))
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("region", [None, (20, 31), (45, 40), (1, 1)])
def test_all_pixels_and_nothing_but_the_region(dtype: str, region: tuple[int, int] | None) -> None:
    pictures = [frame(CppnSpec(width=16), PALETTE, time_s=time_s) for time_s in (2.0, 2.2, 2.4)]
    how = {"region": region, "supersample": 3, "dtype": dtype}
    seen, exact = painted(GpuPainter("cpu", precision="fp32"), pictures, **how), reference(pictures, **how)
    rows, columns = region or (45, 80)
    assert not seen[rows:].any()
    assert not seen[:, columns:].any()
    assert seen[:rows, :columns].any()
    most = 1 if dtype == "float32" else np.iinfo(dtype).max
    assert psnr_db(seen / most, exact / most) >= (55 if dtype == "uint8" else 60)
    assert np.abs(seen.astype(np.float64) - exact).max() <= max(1, 2e-3 * most)


def test_one_painter_draws_frames_of_all_sizes_and_types() -> None:
    painter, picture = GpuPainter("cpu", precision="fp32"), [frame(CppnSpec())]
    for shape, dtype in [((9, 16), "uint8"), ((45, 80), "uint16"), ((3, 5), "uint16"), ((1, 1), "uint8")]:
        seen = painted(painter, picture, shape, dtype=dtype)
        assert np.abs(seen.astype(int) - reference(picture, shape, dtype=dtype)).max() <= 2
    painter.close()


OUT_OF_MEMORY = [
    (torch.cuda.OutOfMemoryError, "CUDA out of memory. Tried to allocate 2.00 GiB"),
    (torch.cuda.OutOfMemoryError, "XPU out of memory. Tried to allocate 20.00 MiB"),
    (RuntimeError, "MPS backend out of memory (MPS allocated: 17 GB, max allowed: 18 GB)"),
    (RuntimeError, "level_zero backend failed with error: 39 (UR_RESULT_ERROR_OUT_OF_DEVICE_MEMORY)"),
    (RuntimeError, "[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: not enough memory"),
    (MemoryError, ""),
]


@pytest.mark.parametrize(("error", "words"), OUT_OF_MEMORY)
def test_out_of_memory_halves_the_batch_and_loses_nothing(error: type[Exception], words: str) -> None:
    picture, shape = [frame(CppnSpec(seed=4), PALETTE)], (301, 403)
    room = 20_000
    painter = Crowded(room, error, words)
    first = painted(painter, picture, shape, dtype="uint8")
    # Every pixel once, in order, and no larger than the room.
    assert [start for start, _ in painter.drawn] == [0, *(stop for _, stop in painter.drawn[:-1])]
    assert painter.drawn[-1][1] == 301 * 403
    assert painter.refused
    np.testing.assert_array_equal(first, painted(GpuPainter("cpu", precision="fp32"), picture, shape, dtype="uint8"))
    # It has learnt: the next frame asks for no more.
    painter.refused.clear()
    np.testing.assert_array_equal(painted(painter, picture, shape, dtype="uint8"), first)
    assert not painter.refused


def test_memory_that_runs_out_in_the_middle_of_a_frame_repeats_only_what_failed() -> None:
    class Filling(Crowded):
        def draw(self, tiles: Any, raster: Any, start: int, stop: int, dtype: Any) -> Any:
            self.room = 2**16 if start < 100_000 else 2**13
            return super().draw(tiles, raster, start, stop, dtype)

    picture, shape = [frame(CppnSpec(seed=4))], (500, 600)
    painter = Filling(2**16, *OUT_OF_MEMORY[0])
    seen = painted(painter, picture, shape)
    assert [start for start, _ in painter.drawn] == [0, *(stop for _, stop in painter.drawn[:-1])]
    assert {stop - start for start, stop in painter.drawn} >= {2**16, 2**13}
    np.testing.assert_allclose(seen, painted(GpuPainter("cpu", precision="fp32"), picture, shape), atol=1e-5)


def test_no_memory_for_the_smallest_batch_is_for_another_painter() -> None:
    painter = Crowded(LEAST_BATCH - 1, *OUT_OF_MEMORY[0])
    with pytest.raises(CannotPaintError, match="memory"):
        painted(painter, [frame(CppnSpec())], (300, 300))
    assert min(painter.refused) == LEAST_BATCH


def test_another_error_of_the_device_is_for_another_painter_at_once() -> None:
    painter = Crowded(0, RuntimeError, "CUDA error: no kernel image is available for execution on the device\nmore")
    with pytest.raises(CannotPaintError, match=r"no kernel image.*device$"):
        painted(painter, [frame(CppnSpec())])
    assert len(painter.refused) == 1


def test_a_fault_of_our_own_is_not_taken_for_a_lack_of_memory() -> None:
    assert not is_out_of_memory(ValueError("out of memory"))
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


def test_the_batch_follows_the_free_memory() -> None:
    class Roomy(GpuPainter):
        free: int | None = None

        def _free_bytes(self) -> int | None:
            return self.free

    painter, sizes = Roomy("cpu"), []
    for free in (0, 2**28, 2**30, 2**33, 2**50):
        painter.free = free
        sizes.append(painter._first_batch(256))
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (LEAST_BATCH, MOST_BATCH)
    assert len(set(sizes)) == 5
    assert all(size & (size - 1) == 0 for size in sizes)


def test_a_device_that_is_not_there_is_for_another_painter() -> None:
    absent = next(name for name in ("mps", "xpu", "cuda") if name not in DEVICES)
    with pytest.raises(CannotPaintError, match=absent):
        GpuPainter(absent)
    assert supports(absent)
    assert not supports("cpu")


def test_the_name_says_precision_and_device() -> None:
    names = [GpuPainter("cpu", precision=precision).name for precision in ("half", "mixed", "fp32")]
    assert names == ["torch float16 (cpu)", "torch float32 and float16 (cpu)", "torch float32 (cpu)"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    spec=networks(st.builds(CoordsSpec, space=st.sampled_from(["plane", "tile", "tunnel"]), radius=st.booleans())),
    colour=st.sampled_from([ColourSpec(), PALETTE]),
    shape=st.tuples(st.integers(1, 24), st.integers(1, 24)),
)
def test_any_legal_network(spec: CppnSpec, colour: ColourSpec, shape: tuple[int, int]) -> None:
    picture = [frame(spec, colour, aspect=shape[1] / shape[0])]
    psnr = psnr_db(painted(GpuPainter("cpu", precision="fp32"), picture, shape), reference(picture, shape))
    assert psnr >= 60, f"{psnr:.1f} dB"
