"""Pictures of neural fields and what painters make of them, for tests of the painters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from avcore.compute.device import cpu
from avcore.compute.reference import ReferencePainter
from avcore.fields.activations import ACTIVATIONS
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.cppn import Cppn, CppnFrame, CppnSpec
from avcore.fields.moment import Moment


def frame(
    spec: CppnSpec, colour: ColourSpec | None = None, *, time_s: float = 3.0, aspect: float = 16 / 9
) -> CppnFrame:
    """The field at one moment."""
    field = Cppn(spec, colour or ColourSpec(), spec.draw_weights(), seconds=lambda duration: duration.value)
    return field.frame(Moment(time_s, {}), aspect=aspect)


def painted(painter: Any, pictures: list[CppnFrame], shape: tuple[int, int] = (45, 80), **how: Any) -> Any:
    """What a painter draws [shape=(*shape, 3)]."""
    out = np.zeros((*shape, 3), dtype=how.pop("dtype", np.float32))
    painter.paint(pictures, out, **{"supersample": 1, **how})
    return out


def reference(pictures: list[CppnFrame], shape: tuple[int, int] = (45, 80), **how: Any) -> Any:
    """What the reference draws."""
    painter = ReferencePainter(cpu(), threads=1)
    out = painted(painter, pictures, shape, **how)
    painter.close()
    return out


def psnr_db(a: Any, b: Any) -> float:
    """Agreement of two pictures in [0, 1]."""
    return -10.0 * math.log10(float(np.mean((a.astype(np.float64) - b) ** 2)) + 1e-20)


def networks(coords: st.SearchStrategy[CoordsSpec]) -> st.SearchStrategy[CppnSpec]:
    """Any architecture up to the widest, in some coordinates; small gains, since large ones are chaotic."""
    return st.builds(
        CppnSpec,
        layers=st.integers(1, 12),
        width=st.integers(1, 512),
        activations=st.lists(st.sampled_from(sorted(ACTIVATIONS)), min_size=1, max_size=5).map(tuple),
        gain=st.floats(0.0, 2.0),
        seed=st.integers(0, 2**32 - 1),
        coords=coords,
    )
