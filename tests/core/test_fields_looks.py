"""What every look promises, whatever its family; the families' own tests say what each of them draws."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from make_track import make_track

from avcore.compute.device import cpu
from avcore.compute.reference import ReferencePainter
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.families import FIELDS
from avcore.fields.moment import Moment
from avcore.fields.pattern import PatternSpec
from avcore.presets import list_looks, list_presets
from avcore.presets.preset import Preset
from avcore.presets.scalars import LARGEST
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


def extremes(look: str) -> Iterator[dict[str, Any]]:
    """Settings of a look at the ends of what a preset may say, one by one and those that sound drives all at once."""
    cls: Any = variant_class(FIELDS.classes[look])
    driven = {}
    for setting in settings_of(cls):
        usual = setting.default(None)
        low = -LARGEST if setting.low is None else setting.low
        high = LARGEST if setting.high is None else setting.high
        if isinstance(usual, Driven):
            driven[setting.name] = [Driven.fixed(low), Driven.fixed(0.0), Driven.fixed(high)]
            yield from ({setting.name: value} for value in driven[setting.name])
        elif type(usual) in (int, float):
            yield from ({setting.name: type(usual)(value)} for value in (low, high))
    for ends in zip(*driven.values(), strict=True):
        yield dict(zip(driven, ends, strict=True))
    for far in (-LARGEST, LARGEST):
        yield {"coords": CoordsSpec(scale=50.0, pan_x=Driven.fixed(far), pan_y=Driven.fixed(far))}
        yield {"coords": CoordsSpec(zoom=Driven.fixed(far), rotate=Driven.fixed(far))}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.filterwarnings("error")
def test_no_setting_breaks_the_picture(look: str) -> None:
    colour = ColourSpec(glow=Driven.fixed(0.5), shade=Driven.fixed(0.5), relief=Driven.fixed(0.5))
    painter = ReferencePainter(cpu(), threads=1)
    for settings in extremes(look):
        spec = variant_class(FIELDS.classes[look])(**settings)
        pattern = spec.build(colour, seconds=lambda duration: duration.value, file=Path)
        picture = pattern.frame(Moment(1.3, {}), aspect=1.5, pixel=1 / 6)
        image = np.empty((6, 9, 3), dtype=np.float32)
        painter.paint([picture], image, supersample=1)
        assert np.isfinite(image).all(), settings
        assert 0.0 <= image.min() <= image.max() <= 1.0, settings
    painter.close()
