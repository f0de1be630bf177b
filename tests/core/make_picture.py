"""Pictures of neural fields and what painters make of them, for tests of the painters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from avcore.compute.device import cpu
from avcore.compute.reference import ReferencePainter
from avcore.fields.colour import ColourSpec
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
