"""The same field on torch: held to NumPy, where torch is installed."""

from __future__ import annotations

import numpy as np
import pytest

from avcore.compute.device import choose, cpu, torch_device
from avcore.errors import UsageError
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.cppn import Cppn, CppnSpec
from avcore.fields.moment import Moment
from avcore.signals.spec import Driven

F = Driven.fixed

SPECS = [
    CppnSpec(seed=1),
    CppnSpec(seed=2, layers=8, width=32),
    CppnSpec(seed=3, coords=CoordsSpec(space="tile", symmetry="quad", radius=True)),
    CppnSpec(seed=4, coords=CoordsSpec(space="tunnel", symmetry="radial"), drift=0.2),
    CppnSpec(
        seed=5,
        coords=CoordsSpec(swirl=F(1.0), rotate=F(0.2), radius=True),
        activations=("triangle", "softplus", "bump"),
    ),
]
COLOURS = [
    ColourSpec(),
    ColourSpec(
        mode="palette", relief=F(0.5), shade=F(0.8), glow=F(0.7), vignette=F(-0.5), saturation=F(1.3), contrast=F(1.2)
    ),
]


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("colour", COLOURS)
def test_torch_and_numpy_draw_the_same_picture(spec: CppnSpec, colour: ColourSpec) -> None:
    pytest.importorskip("torch", reason="torch is not installed: make test-torch installs it")
    v, u = (np.mgrid[0:90, 0:160].reshape(2, -1) + 0.5) / [[90], [160]]
    seen = {}
    for device in (cpu(), torch_device("cpu")):
        field = Cppn(spec, colour, spec.draw_weights(), seconds=lambda duration: duration.value)
        tile = field.frame(Moment(12.0, {}), aspect=16 / 9).tile(device)
        seen[device.description] = device.to_numpy(tile(device.asarray(u), device.asarray(v)))
    a, b = seen.values()
    psnr = -10 * np.log10(np.mean((a.astype(np.float64) - b) ** 2) + 1e-20)
    assert psnr >= 60, f"{psnr:.1f} dB"


def test_a_device_that_is_not_there_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"mps|PyTorch"):
        choose("mps")
