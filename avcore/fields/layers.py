"""Layers: fields over fields, with blend modes and masks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from avcore.fields.colour import ColourSpec
from avcore.fields.families import FIELDS
from avcore.fields.ink import Ink
from avcore.signals.spec import Driven
from avcore.spec import setting

Image = NDArray[np.float32]
Blend = Literal[
    "normal", "add", "screen", "multiply", "overlay", "soft-light", "lighten", "darken", "difference", "colour-dodge"
]


def _check_field(field: Any) -> None:
    """Raise ``ValueError`` where a field cannot be a part of a picture."""
    if field is not None and field.family == "directed":
        raise ValueError("a director cannot be a layer or a mask; name one of its scenes")
    if field is not None and field.loop is not None:
        raise ValueError("a layer or a mask goes round in the loop of the lowest field; leave out its own `loop`")


@dataclass(frozen=True)
class MaskSpec:
    """Where a layer is seen: by an ink of its own field, or of another."""

    ink: Ink = setting("height", help="which of the field's inks: height, light (0 in its shadows) or glow")
    field: Annotated[Any, FIELDS] | None = setting(
        None, help="what masks; else the layer's own field", check=_check_field
    )
    low: Driven = setting(Driven.fixed(0.4), help="the ink's value up to which the layer is hidden")
    high: Driven = setting(Driven.fixed(0.6), help="the ink's value from which it is seen in full")
    invert: bool = setting(False, help="hide what would be seen")


@dataclass(frozen=True)
class LayerSpec:
    """A field laid over those below."""

    field: Annotated[Any, FIELDS] = setting(help="what draws the layer", check=_check_field)
    colour: ColourSpec = setting(ColourSpec(), help="what the field's output becomes")
    blend: Blend = setting("normal", help="how it meets what is below")
    opacity: Driven = setting(Driven.fixed(1.0), help="how much of it is seen, 0 to 1")
    mask: MaskSpec | None = setting(None, help="where it is seen; everywhere where this is left out")


def _overlay(below: Image, above: Image) -> Image:
    return np.where(below < 0.5, 2.0 * below * above, 1.0 - 2.0 * (1.0 - below) * (1.0 - above))


def _soft_light(below: Image, above: Image) -> Image:
    curve = np.where(below < 0.25, ((16.0 * below - 12.0) * below + 4.0) * below, np.sqrt(below))
    return np.where(
        above < 0.5, below - (1.0 - 2.0 * above) * below * (1.0 - below), below + (2.0 * above - 1.0) * (curve - below)
    )


# W3C Compositing and Blending Level 1, on display-referred sRGB as image editors do it.
BLENDS: Mapping[Blend, Callable[[Image, Image], Image]] = MappingProxyType(
    {
        "normal": lambda below, above: above,
        "add": lambda below, above: np.minimum(below + above, 1.0),
        "screen": lambda below, above: below + above - below * above,
        "multiply": lambda below, above: below * above,
        "overlay": _overlay,
        "soft-light": _soft_light,
        "lighten": np.maximum,
        "darken": np.minimum,
        "difference": lambda below, above: np.abs(below - above),
        "colour-dodge": lambda below, above: np.minimum(below / np.maximum(1.0 - above, 1e-6), 1.0),
    }
)


def blend(below: Image, above: Image, mode: Blend, share: float | Image) -> Image:
    """``above`` over ``below`` [both shape=(height, width, 3), sRGB, 0..1], seen to ``share``, float32.

    ``share`` is a number, or a mask [shape=(height, width, 1)], in [0, 1].
    """
    return np.asarray(below + share * (BLENDS[mode](below, above) - below), dtype=np.float32)
