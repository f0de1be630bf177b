"""What every look promises, whatever its family; the families' own tests say what each of them draws."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from make_track import make_track

from avcore.compute.device import cpu
from avcore.fields.colour import ColourSpec
from avcore.fields.families import FIELDS
from avcore.fields.pattern import PatternSpec
from avcore.presets import list_looks, list_presets
from avcore.presets.preset import Preset
from avcore.presets.settings import settings_of, variant_class
from avcore.render.frames import Frames
from avcore.signals.spec import Driven
from avcore.timebase import Timebase

LOOKS = [name for name, where in FIELDS.classes.items() if issubclass(variant_class(where), PatternSpec)]
TRACK = make_track(bass=np.random.default_rng(0).random(301))
TIMEBASE = Timebase.for_duration(3, Fraction(30))


def frames(look: str, size: tuple[int, int], **settings: Any) -> Frames:
    field = variant_class(FIELDS.classes[look])(**settings)
    preset = Preset(schema=1, field=field, colour=ColourSpec(mode="palette", glow=Driven.fixed(0.5)))
    return Frames(preset, TRACK, TIMEBASE, size=size, device=cpu())


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", [(1, 1), (2, 7), (8192, 2)])
def test_any_size(look: str, size: tuple[int, int]) -> None:
    with frames(look, size) as source:
        image = source.frame(31, "float32")
    assert image.shape == (size[1], size[0], 3)
    assert np.isfinite(image).all()
    assert 0.0 <= image.min() <= image.max() <= 1.0


@pytest.mark.parametrize("look", LOOKS)
def test_any_order_and_any_number_of_threads(look: str) -> None:
    with frames(look, (48, 27)) as source:
        straight = [source.frame(number) for number in (1, 40, 90)]
        for number, image in zip((90, 40, 1), reversed(straight), strict=True):
            np.testing.assert_array_equal(source.frame(number), image)
    field = variant_class(FIELDS.classes[look])()
    preset = Preset(schema=1, field=field, colour=ColourSpec(mode="palette", glow=Driven.fixed(0.5)))
    with Frames(preset, TRACK, TIMEBASE, size=(48, 27), device=cpu(), threads=1) as source:
        np.testing.assert_array_equal(source.frame(40), straight[1])


@pytest.mark.parametrize("look", LOOKS)
def test_it_says_what_it_is(look: str) -> None:
    cls: Any = variant_class(FIELDS.classes[look])
    settings = {setting.name: setting for setting in settings_of(cls)}
    assert cls.likes in settings
    assert isinstance(settings[cls.likes].default(None), Driven) or settings[cls.likes].refers == "signals"
    assert (cls.__doc__ or "").partition("\n")[0].strip()
    assert "plane" in cls.spaces
    assert all(setting.help for setting in settings.values())
    assert dataclasses.is_dataclass(cls)


def test_every_family_has_looks_and_presets() -> None:
    shipped = [entry for entry in list_presets() if entry.origin == "shipped"]
    families = {look.family for look in list_looks()}
    assert families == {"neural", "organic", "cymatic", "geometric", "fractal", "flowing", "directed"}
    for family in families:
        assert sum(entry.family == family for entry in shipped) >= 5
    for entry in shipped:
        assert entry.description, entry.name
        assert entry.thumbnail is not None, entry.name
