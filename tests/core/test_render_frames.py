"""Frame N is a pure function of (preset, weights, track, timebase, N)."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from make_track import make_track

from avcore.audio import analyze
from avcore.compute.device import cpu
from avcore.compute.reference import CPU_TILE_PIXELS
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.cppn import CppnSpec, LoopSpec
from avcore.presets import load_preset
from avcore.presets.preset import Preset
from avcore.render.frames import Frames
from avcore.render.spec import RenderSpec
from avcore.signals.spec import Driven, SignalSpec
from avcore.timebase import Duration, Timebase

RNG = np.random.default_rng(0)
TRACK = make_track(bass=RNG.random(1001), treble=RNG.random(1001), rms=np.linspace(0, 1, 1001))
TIMEBASE = Timebase.for_duration(10, Fraction(30))
PRESET = Preset(
    schema=1,
    signals={
        "kick": SignalSpec("bass", release=Duration(0.2), sample="max"),
        "air": SignalSpec("treble"),
        "flow": SignalSpec("rms", range=(0.5, 2.0), integrate=True),
    },
    field=CppnSpec(
        seed=5,
        inputs=("kick", "air"),
        clock=Driven(0.0, {"flow": 1.0}),
        drift=0.1,
        coords=CoordsSpec(zoom=Driven(1.0, {"kick": 0.2})),
    ),
    colour=ColourSpec(mode="palette", relief=Driven.fixed(0.4), shade=Driven.fixed(0.8)),
)


def frames(preset: Preset = PRESET, **options: Any) -> Frames:
    settings: dict[str, Any] = {"size": (64, 36), "device": cpu(), **options}
    return Frames(preset, TRACK, settings.pop("timebase", TIMEBASE), **settings)


def changed(
    preset: Preset = PRESET, *, field: dict[str, Any] | None = None, render: RenderSpec | None = None
) -> Preset:
    return dataclasses.replace(
        preset, field=dataclasses.replace(preset.field, **(field or {})), render=render or preset.render
    )


def test_any_order_gives_the_same_bytes() -> None:
    numbers = [1, 2, 50, 51, 299, 300]
    with frames() as forwards:
        straight = {number: forwards.frame(number) for number in numbers}
    with frames() as backwards:
        for number in reversed(numbers):
            np.testing.assert_array_equal(backwards.frame(number), straight[number])
    for number in numbers:
        with frames() as alone:
            np.testing.assert_array_equal(alone.frame(number), straight[number])


def test_threads_do_not_change_a_bit() -> None:
    size = (500, 200)
    assert size[0] * size[1] > 2 * CPU_TILE_PIXELS
    with frames(threads=1, size=size) as one, frames(threads=5, size=size) as five:
        np.testing.assert_array_equal(one.frame(77), five.frame(77))


def test_a_later_start_shows_the_same_moments() -> None:
    """--start 2 gives the frames that a whole render has from there."""
    later = Timebase.for_duration(3, Fraction(30), start_s=Fraction(2))
    with frames() as whole, frames(timebase=later) as part:
        np.testing.assert_array_equal(whole.frame(1 + 60 + 20), part.frame(1 + 20))


def test_start_frame_only_renames() -> None:
    with frames() as one, frames(timebase=dataclasses.replace(TIMEBASE, start_frame=1001)) as thousand:
        np.testing.assert_array_equal(one.frame(31), thousand.frame(1031))


def test_the_pixel_types_agree() -> None:
    with frames() as source:
        exact = source.frame(10, "float32")
        assert exact.dtype == np.float32
        for pixel, full in (("uint8", 255), ("uint16", 65535)):
            coded = source.frame(10, pixel)
            assert coded.dtype == pixel
            assert np.abs(coded / full - exact).max() <= 0.5001 / full + 1e-6


@pytest.mark.parametrize("sound", ["fold", "live"])
def test_the_frame_after_a_loop_is_its_first(sound: Any) -> None:
    signals = {name: spec for name, spec in PRESET.signals.items() if not spec.integrate}
    loop = LoopSpec(Duration(2.02), sound=sound)
    preset = dataclasses.replace(
        changed(field={"loop": loop, "clock": Driven.fixed(1.0), "inputs": ("kick", "air") if sound == "fold" else ()}),
        signals=signals,
    )
    if sound == "live":
        preset = changed(preset, field={"coords": CoordsSpec()})
    with frames(preset) as source:
        assert source.source.loop_frames == 61
        for number in (1, 2, 40, 61):
            np.testing.assert_array_equal(source.frame(number), source.frame(number + 61))
            np.testing.assert_array_equal(source.frame(number), source.frame(number + 3 * 61))
        assert (source.frame(1) != source.frame(31)).any()
        step = np.mean([np.abs(source.frame(n).astype(int) - source.frame(n + 1)).mean() for n in range(1, 60)])
        assert np.abs(source.frame(61).astype(int) - source.frame(62)).mean() < 4 * step


def test_a_loop_in_bars_follows_the_tempo() -> None:
    signals = {name: spec for name, spec in PRESET.signals.items() if not spec.integrate}
    loop = LoopSpec(Duration(2.0, "bars"))
    preset = dataclasses.replace(changed(field={"loop": loop, "clock": Driven.fixed(1.0)}), signals=signals)
    with frames(preset) as source:
        assert source.source.loop_frames == 2 * 4 * 15  # 120 BPM: a beat is 15 frames


def test_supersampling_is_the_average_of_a_larger_frame() -> None:
    with (
        frames(changed(render=RenderSpec(supersample=3))) as fine,
        frames(size=(192, 108)) as large,
        frames(changed(render=RenderSpec(supersample=3)), quality="draft") as draft,
        frames() as plain,
    ):
        average = large.frame(20, "float32").reshape(36, 3, 64, 3, 3).mean(axis=(1, 3))
        np.testing.assert_allclose(fine.frame(20, "float32"), average, atol=1e-3)
        np.testing.assert_array_equal(draft.frame(20), plain.frame(20))


def test_motion_blur_averages_the_open_shutter() -> None:
    blurred = changed(render=RenderSpec(motion_blur=4, shutter=1.0))
    quarters = Timebase.for_duration(10, Fraction(240))
    with frames(blurred) as source:
        seen = source.frame(31, "float32")
        moments = [source.source.moment(31, late=late).time_s for late in (-0.375, -0.125, 0.125, 0.375)]
    assert np.mean(moments) == pytest.approx(1.0)
    with frames() as sharp, frames(timebase=quarters) as fast:
        assert np.abs(seen - sharp.frame(31, "float32")).max() > 1e-3
        between = np.mean([fast.frame(1 + 240 + late, "float32") for late in (-3, -1, 1, 3)], axis=0)
    # The shutter's moments are the same; only the span over which signals are sampled differs.
    assert np.abs(seen - between).mean() < 0.05


def test_every_shipped_preset_draws_a_picture_worth_looking_at(demo_track: Path) -> None:
    """Not grey, not one colour, not still: on the signals of a lively track."""
    from avcore.presets import list_presets

    lively = analyze(demo_track)
    timebase = Timebase.for_duration(lively.duration_s, Fraction(30))
    entries = [entry for entry in list_presets() if entry.origin == "shipped"]
    assert len(entries) >= 10
    for entry in entries:
        source = Frames(load_preset(entry.name), lively, timebase, size=(128, 72), device=cpu(), quality="draft")
        with source:
            pictures = [source.frame(number, "float32") for number in (31, 61, 151, 152)]
        assert min(picture.std(axis=(0, 1)).max() for picture in pictures) > 0.03, entry.name
        assert np.abs(pictures[2] - pictures[1]).mean() > 0.01, entry.name


def test_a_frame_in_which_nothing_moved_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    still = dataclasses.replace(PRESET, field=CppnSpec(seed=5, motion=0.0), signals={})
    with frames(still) as source:
        first = source.frame(1)
        drawn: list[int] = []
        (painter,) = source.source.painters
        paint = painter.paint
        monkeypatch.setattr(painter, "paint", lambda *a, **k: (drawn.append(1), paint(*a, **k)))
        np.testing.assert_array_equal(source.frame(2), first)
        assert drawn == []
        with pytest.raises(ValueError, match="read-only"):
            first[:] = 0  # it may be the next frame as well
        assert source.frame(3, "float32").dtype == np.float32
        assert drawn == [1]
