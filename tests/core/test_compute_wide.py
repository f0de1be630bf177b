"""Wide networks on the processor with torch: held to NumPy, and the same whatever the threads."""

from __future__ import annotations

from typing import Any

import make_picture
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from make_picture import frame, networks, psnr_db, reference

torch = pytest.importorskip("torch", reason="torch is not installed: make test-torch installs it")

from avcore.compute.device import cpu  # noqa: E402
from avcore.compute.fused.loading import load  # noqa: E402
from avcore.compute.fused.numbers import ACTIVATION_NAMES, TILE  # noqa: E402
from avcore.compute.painter import CannotPaintError  # noqa: E402
from avcore.compute.wide import WidePainter, supports  # noqa: E402
from avcore.compute.wide_network import as_numbers, has_bfloat16  # noqa: E402
from avcore.fields.activations import ACTIVATIONS  # noqa: E402
from avcore.fields.colour import ColourSpec  # noqa: E402
from avcore.fields.coords import CoordsSpec  # noqa: E402
from avcore.fields.cppn import CppnFrame, CppnSpec  # noqa: E402
from avcore.signals.spec import Driven  # noqa: E402

F = Driven.fixed
PALETTE = ColourSpec(mode="palette", shade=F(0.6), glow=F(0.5), vignette=F(0.4), contrast=F(1.2))
RELIEF = ColourSpec(mode="palette", relief=F(0.7))

needs_bfloat16 = pytest.mark.skipif(not has_bfloat16(), reason="no bfloat16 in this processor")


def painted(painter: Any, pictures: list[CppnFrame], shape: tuple[int, int] = (45, 80), **how: Any) -> Any:
    """What a painter draws; it is closed afterwards."""
    out = make_picture.painted(painter, pictures, shape, **how)
    painter.close()
    return out


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
@pytest.mark.parametrize("source", ["float32", "bfloat16"])
@pytest.mark.parametrize("target", ["float32", "bfloat16"])
@pytest.mark.parametrize("n", [1, TILE, 3 * TILE - 1])
def test_activations_of_a_tile_are_the_reference_s(name: Any, source: str, target: str, n: int) -> None:
    activate = load("activate").activate
    sums = torch.linspace(-30, 30, n).to(getattr(torch, source))
    out = torch.empty(n, dtype=getattr(torch, target))
    activate(as_numbers(sums), as_numbers(out), ACTIVATION_NAMES.index(name), 0.0)
    exact = torch.from_numpy(ACTIVATIONS[name](cpu().xp, sums.double().numpy()))
    # To bfloat16 half a unit in the last of its 8 bits.
    rounding = 2**-8 if target == "bfloat16" else 1e-6
    torch.testing.assert_close(out.double(), exact, rtol=rounding, atol=4e-6)
    activate(as_numbers(sums), as_numbers(sums), ACTIVATION_NAMES.index(name), 0.0)
    assert source != target or torch.equal(sums, out)


def test_bfloat16_is_rounded_as_torch_rounds_it() -> None:
    x = torch.from_numpy(np.random.default_rng(0).normal(size=100_000).astype(np.float32))
    out = torch.empty(len(x), dtype=torch.bfloat16)
    load("activate").activate(as_numbers(x), as_numbers(out), ACTIVATION_NAMES.index("identity"), 0.0)
    assert torch.equal(out, x.bfloat16())


def test_sums_are_clipped_to_the_limit() -> None:
    x = torch.tensor([-5.0, 0.5, 5.0, float("inf")])
    load("activate").activate(as_numbers(x), as_numbers(x), ACTIVATION_NAMES.index("identity"), 2.0)
    assert x.tolist() == [-2.0, 0.5, 2.0, 2.0]


@pytest.mark.parametrize("colour", [ColourSpec(), PALETTE, RELIEF], ids=["rgb", "palette", "relief"])
@pytest.mark.parametrize(("layers", "width"), [(4, 256), (8, 64), (2, 512)])
def test_float32_is_the_reference(layers: int, width: int, colour: ColourSpec) -> None:
    picture = [frame(CppnSpec(layers=layers, width=width, seed=layers), colour)]
    psnr = psnr_db(painted(WidePainter(precision="fp32"), picture), reference(picture))
    # The slope of the relief, half a pixel's difference, is 1000 times as sensitive as the colours.
    assert psnr >= (50 if colour is RELIEF else 60), f"{psnr:.1f} dB"


@needs_bfloat16
@pytest.mark.parametrize("colour", [ColourSpec(), ColourSpec(mode="palette")], ids=["rgb", "palette"])
@pytest.mark.parametrize(("layers", "gain"), [(4, 5.0), (8, 2.0), (8, 1.5)])
@pytest.mark.parametrize("seed", [0, 1])
def test_half_precision_is_close(layers: int, gain: float, seed: int, colour: ColourSpec) -> None:
    picture = [frame(CppnSpec(layers=layers, width=256, gain=gain, seed=seed), colour)]
    psnr = psnr_db(painted(WidePainter(precision="half"), picture), reference(picture))
    assert 40 <= psnr < 100, f"{psnr:.1f} dB"


@needs_bfloat16
@pytest.mark.parametrize("colour", [ColourSpec(), PALETTE], ids=["rgb", "palette"])
@pytest.mark.parametrize("layers", [4, 8])
@pytest.mark.parametrize("width", [64, 256])
def test_mixed_precision_is_close_where_half_is_chaotic(layers: int, width: int, colour: ColourSpec) -> None:
    picture = [frame(CppnSpec(layers=layers, width=width, gain=5.0), colour)]
    exact = reference(picture)
    mixed, half = (psnr_db(painted(WidePainter(precision=p), picture), exact) for p in ("mixed", "half"))
    assert 40 <= mixed < 100, f"{mixed:.1f} dB"
    assert half < mixed - 3, f"{half:.1f} and {mixed:.1f} dB"


@needs_bfloat16
def test_relief_is_never_drawn_in_half_precision() -> None:
    picture = [frame(CppnSpec(layers=4, width=64), RELIEF)]
    a, b = (painted(WidePainter(precision=precision), picture) for precision in ("half", "fp32"))
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "precision", ["fp32", *(pytest.param(name, marks=needs_bfloat16) for name in ("mixed", "half"))]
)
def test_any_number_of_threads_gives_the_same_bytes(precision: Any) -> None:
    pictures = [frame(CppnSpec(layers=4, width=96), PALETTE, time_s=time_s) for time_s in (1.0, 1.1)]
    one, *others = (
        painted(WidePainter(precision=precision, threads=threads), pictures, (130, 240), supersample=2)
        for threads in (1, 2, 5, 2)
    )
    for other in others:
        np.testing.assert_array_equal(one, other)


def test_torch_keeps_its_own_number_of_threads() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        painted(WidePainter(precision="fp32", threads=1), [frame(CppnSpec(width=40))])
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("region", [None, (20, 31), (45, 40), (1, 1)])
def test_all_pixels_and_nothing_but_the_region(dtype: str, region: tuple[int, int] | None) -> None:
    pictures = [frame(CppnSpec(width=48), PALETTE, time_s=time_s) for time_s in (2.0, 2.2, 2.4)]
    how = {"region": region, "supersample": 3, "dtype": dtype}
    seen, exact = painted(WidePainter(precision="fp32"), pictures, **how), reference(pictures, **how)
    rows, columns = region or (45, 80)
    assert not seen[rows:].any()
    assert not seen[:, columns:].any()
    assert seen[:rows, :columns].any()
    most = 1 if dtype == "float32" else np.iinfo(dtype).max
    assert psnr_db(seen / most, exact / most) >= (55 if dtype == "uint8" else 60)
    assert np.abs(seen.astype(np.float64) - exact).max() <= max(1, 2e-3 * most)


@pytest.mark.parametrize("shape", [(1, 1), (3, 4097), (8192, 1), (91, 91)])
def test_odd_sizes(shape: tuple[int, int]) -> None:
    picture = [frame(CppnSpec(width=33, coords=CoordsSpec(space="tunnel", radius=True)), aspect=shape[1] / shape[0])]
    assert psnr_db(painted(WidePainter(precision="fp32"), picture, shape), reference(picture, shape)) >= 60


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    spec=networks(
        st.builds(
            CoordsSpec,
            space=st.sampled_from(["plane", "tile", "tunnel"]),
            symmetry=st.sampled_from(["none", "mirror", "quad"]),
            radius=st.booleans(),
        )
    ),
    colour=st.sampled_from([ColourSpec(), PALETTE]),
    shape=st.tuples(st.integers(1, 24), st.integers(1, 24)),
)
def test_any_legal_network(spec: CppnSpec, colour: ColourSpec, shape: tuple[int, int]) -> None:
    picture = [frame(spec, colour, aspect=shape[1] / shape[0])]
    psnr = psnr_db(painted(WidePainter(precision="fp32", threads=1), picture, shape), reference(picture, shape))
    assert psnr >= 60, f"{psnr:.1f} dB"


def test_half_precision_is_refused_where_it_would_be_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, name, lambda: False, raising=False)
    with pytest.raises(CannotPaintError, match="bfloat16"):
        WidePainter(precision="half")
    WidePainter(precision="fp32").close()


def test_only_wide_networks_are_its_business() -> None:
    assert [supports(CppnSpec(width=width)) for width in (4, 32, 33, 512)] == [False, False, True, True]


def test_the_name_says_the_precision() -> None:
    painter = WidePainter(precision="fp32", threads=1)
    assert painter.name == "torch float32 (tiles)"
    painter.close()
