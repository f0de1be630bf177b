"""The files behind strips, mixes of several, and whether a strip is still what it was."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scenes import clock_times, new_scene, read_mix, start_at, trim, write_wav

bpy = pytest.importorskip("bpy")

from sounding import SECONDS, add, needs_audio  # noqa: E402

from addon.sound import (  # noqa: E402
    Changed,
    Moved,
    SoundError,
    Unchanged,
    active_strip,
    can_mix,
    compare,
    find_strip,
    fingerprint,
    mixdown,
    sequencer_scene,
    sound_strips,
    source,
    timing,
)


@needs_audio
def test_the_mix_of_a_channel_and_of_strips(tmp_path: Path, clock: Path) -> None:
    scene = new_scene()
    first, second = add(scene, clock), add(scene, clock, name="b", channel=2, start=101)
    for chosen in ({"channel": 2}, {"strips": [second]}):
        mix = mixdown(scene, tmp_path / "one.wav", frame_start=50, frame_end=200, **chosen)
        times = clock_times(mix.path, 150, fps=24, seconds=SECONDS)
        assert np.isnan(times[:50]).all()
        np.testing.assert_allclose(times[52:], np.arange(98) / 24 + 1.5 / 24, atol=0.002)
        assert mix.hearing.is_plain
        assert mix.hearing.time_of_frame(50) == 0
    assert not first.mute
    rate_hz, samples = read_mix(mixdown(scene, tmp_path / "all.wav", frame_start=50, frame_end=200).path)
    assert np.abs(samples[: rate_hz // 2]).max() > 0.1
    assert not list(tmp_path.glob(".*"))


@needs_audio
def test_a_mix_that_cannot_be_written_says_so(tmp_path: Path, clock: Path) -> None:
    scene = new_scene()
    add(scene, clock)
    (tmp_path / "file").write_text("")
    with pytest.raises(SoundError, match="cannot be written"):
        mixdown(scene, tmp_path / "file" / "mix.wav")
    with pytest.raises(SoundError, match="longer range"):
        mixdown(scene, tmp_path / "mix.wav", frame_start=5, frame_end=5)


@pytest.mark.skipif(can_mix(), reason="this bpy has audio")
def test_without_audio_a_mix_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="built without audio"):
        mixdown(new_scene(), tmp_path / "mix.wav")


@needs_audio
def test_the_file_of_a_strip(tmp_path: Path, clock: Path) -> None:
    scene = new_scene()
    strip = add(scene, clock)
    assert source(strip, folder=tmp_path / "packed") == clock
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "file.blend"))
    strip.sound.filepath = "//clock.wav"
    assert source(strip, folder=tmp_path / "packed") == clock
    strip.sound.pack()
    data = clock.read_bytes()
    clock.unlink()
    unpacked = source(strip, folder=tmp_path / "packed")
    assert unpacked.read_bytes() == data
    assert source(strip, folder=tmp_path / "packed") == unpacked
    assert timing(strip, scene).is_plain
    strip.sound.filepath = "//nowhere.wav"
    strip.sound.unpack(method="REMOVE")
    with pytest.raises(SoundError, match=r"nowhere\.wav"):
        source(strip, folder=tmp_path / "packed")


@needs_audio
def test_a_linked_sound_is_found_from_its_library(tmp_path: Path, clock: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    clock.rename(library / "clock.wav")
    scene = new_scene()
    strip = add(scene, library / "clock.wav")
    strip.sound.use_fake_user = True
    bpy.ops.wm.save_as_mainfile(filepath=str(library / "lib.blend"))
    strip.sound.filepath = "//clock.wav"
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "main.blend"))
    with bpy.data.libraries.load(str(library / "lib.blend"), link=True) as (there, here):
        here.sounds = there.sounds
    scene = new_scene()
    strip = add(scene, library / "clock.wav")
    strip.sound = next(sound for sound in bpy.data.sounds if sound.library)
    assert source(strip, folder=tmp_path) == library / "clock.wav"


@needs_audio
def test_the_fingerprint_tells_what_happened(tmp_path: Path, clock: Path) -> None:
    scene = new_scene()
    strip = add(scene, clock)
    before = fingerprint(strip, scene)
    assert compare(before, fingerprint(strip, scene, hashed=False)) == Unchanged()
    start_at(strip, 51)
    assert compare(before, fingerprint(strip, scene, hashed=False)) == Moved(40)
    trim(strip, start=5)
    assert isinstance(compare(before, fingerprint(strip, scene, hashed=False)), Changed)
    trim(strip)
    strip.sound = add(scene, write_wav(tmp_path / "other.wav", np.zeros(48000)), name="b", channel=2).sound
    assert isinstance(compare(before, fingerprint(strip, scene, hashed=False)), Changed)


@needs_audio
def test_strips_are_found_by_name_and_activity(clock: Path) -> None:
    scene = new_scene()
    late, early = add(scene, clock, name="late", start=50), add(scene, clock, name="early", start=-200, channel=2)
    assert sound_strips(scene) == [early, late]
    assert find_strip(scene, "late") == late
    assert find_strip(scene, "none") is None
    if sequencer_scene(bpy.context) == scene:
        scene.sequence_editor.active_strip = late
        assert active_strip(bpy.context) == late
    assert sound_strips(bpy.data.scenes.new("no sequencer")) == []


SAVE = """
import sys, os
from pathlib import Path
sys.path[:0] = sys.argv[3:]
import bpy
from scenes import *
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = new_scene("25")
strip = strips_of(scene.sequence_editor).new_sound("a", sys.argv[1], 1, 11)
skip(strip, 5); trim(strip, start=20); start_at(strip, 31)
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[2])
sys.stdout.flush(); os._exit(0)
"""


@pytest.mark.skipif(can_mix(), reason="strips can be made here")
def test_strips_of_a_saved_file_are_read_without_audio(
    tmp_path: Path, clock: Path, other_blender: Callable[[str], str]
) -> None:
    saved = tmp_path / "saved.blend"
    arguments = [str(clock), str(saved), str(Path(__file__).parent)]
    subprocess.run([other_blender("45"), "-c", SAVE, *arguments], check=True, capture_output=True)
    bpy.ops.wm.open_mainfile(filepath=str(saved))
    scene = bpy.context.scene
    (strip,) = sound_strips(scene)
    hearing = timing(strip, scene)
    assert hearing.time_of_frame(51) == Fraction(25, 25)
    assert hearing.time_of_frame(50) is None
    assert hearing.is_plain
    assert source(strip, folder=tmp_path) == clock
    assert compare(fingerprint(strip, scene), fingerprint(strip, scene, hashed=False)) == Unchanged()
