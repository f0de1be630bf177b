"""The director: which scene is on, when it changes, and what is drawn between two scenes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avcore.audio import FeatureTrack, analyze
from avcore.audio.structure import Section, find_sections
from avcore.cli import main
from avcore.compute.device import cpu
from avcore.director import CueSpec, DirectorSpec, RuleSpec, SceneSpec, idle_lines, write_score
from avcore.errors import PresetError
from avcore.presets import load_preset
from avcore.render.frames import Frames
from avcore.timebase import Duration, Timebase

SCENES = {name: SceneSpec("tide") for name in ("calm", "storm", "fire")}
RULES = (RuleSpec(("storm", "fire"), level=(0.6, 1.0)), RuleSpec(("calm",)))


def seconds(duration: Duration) -> float:
    """At 120 BPM in 4/4."""
    return duration.seconds(tempo_bpm=120.0, beats_per_bar=4, fps=Fraction(30))


def song(*parts: tuple[float, str, float]) -> list[Section]:
    """Sections of (length in seconds, label, level)."""
    sections, at = [], 0.0
    for length, label, level in parts:
        sections.append(Section(at, at + length, label, 0.5, level, 0.5, 0.5, 2.0, {}))
        at += length
    return sections


def scenes(spec: DirectorSpec, *parts: tuple[float, str, float]) -> list[tuple[float, str]]:
    return [(cue.at_s, cue.scene) for cue in write_score(spec, song(*parts), seconds=seconds)]


def test_rules_choose_and_the_same_music_brings_its_scene_back() -> None:
    spec = DirectorSpec(SCENES, rules=RULES)
    parts = [(20, "A", 0.2), (20, "B", 0.9), (20, "C", 0.95), (20, "A", 0.2), (20, "B", 0.9)]
    assert scenes(spec, *parts) == [(0, "calm"), (20, "storm"), (40, "fire"), (60, "calm"), (80, "storm")]


def test_without_recall_scenes_take_turns() -> None:
    spec = DirectorSpec(SCENES, rules=RULES, recall=False)
    parts = [(20, "B", 0.9), (20, "A", 0.2), (20, "B", 0.9)]
    assert scenes(spec, *parts) == [(0, "storm"), (20, "calm"), (40, "fire")]


def test_a_section_near_the_border_changes_nothing() -> None:
    spec = DirectorSpec(SCENES, rules=RULES, margin=0.1)
    assert scenes(spec, (20, "A", 0.3), (20, "B", 0.65), (20, "C", 0.55)) == [(0, "calm")]
    assert scenes(spec, (20, "A", 0.3), (20, "B", 0.75), (20, "C", 0.55))[:2] == [(0, "calm"), (20, "storm")]


def test_nothing_changes_within_the_holding_time() -> None:
    spec = DirectorSpec(SCENES, rules=RULES, hold=Duration(16.0, "bars"))  # 32 s
    assert scenes(spec, (20, "A", 0.2), (20, "B", 0.9), (20, "C", 0.95)) == [(0, "calm"), (40, "storm")]


def test_a_steady_song_keeps_its_scene() -> None:
    assert scenes(DirectorSpec(SCENES, rules=RULES), (200, "A", 0.5)) == [(0, "calm")]


def test_a_break_out_ends_on_the_line_and_others_lie_around_it() -> None:
    spec = DirectorSpec(SCENES, rules=RULES)
    calm, storm, again = write_score(spec, song((20, "A", 0.2), (20, "B", 0.9), (20, "A", 0.2)), seconds=seconds)
    assert calm.share(0.0) == 1.0
    assert (storm.begin_s, storm.end_s) == (19.5, 20.0)
    assert (again.begin_s, again.end_s) == (38.0, 42.0)
    assert again.share(40.0) == pytest.approx(0.5)


LEVELS = st.floats(0.0, 1.0)


@given(
    st.lists(st.tuples(st.floats(4.0, 60.0), st.sampled_from("ABCD"), LEVELS), min_size=1, max_size=20),
    st.floats(1.0, 30.0),
    st.floats(0.0, 0.5),
)
def test_scenes_never_flicker(parts: list[tuple[float, str, float]], hold_s: float, margin: float) -> None:
    spec = DirectorSpec(SCENES, rules=RULES, hold=Duration(hold_s), margin=margin)
    cues = write_score(spec, song(*parts), seconds=seconds)
    starts = {section.start_s for section in song(*parts)}
    assert cues[0].at_s == 0.0
    for before, cue in pairwise(cues):
        assert cue.scene != before.scene
        assert cue.at_s in starts
        assert cue.at_s - before.at_s >= hold_s
        assert before.end_s <= cue.begin_s <= cue.at_s <= cue.end_s


def test_a_score_by_hand_goes_before_the_rules() -> None:
    score = (
        CueSpec("storm", section="B", fade=Duration(1.0)),
        CueSpec("fire", at=Duration(4.0, "bars"), fade=Duration(0.0)),
        CueSpec("calm", at=Duration(900.0)),
    )
    spec = DirectorSpec(SCENES, rules=RULES, score=score)
    cues = write_score(spec, song((20, "A", 0.9), (20, "B", 0.1), (20, "A", 0.9), (9, "B", 0.1)), seconds=seconds)
    assert [(cue.at_s, cue.scene) for cue in cues] == [(0, "calm"), (8, "fire"), (20, "storm")]
    assert cues[1].share(8.0) == 1.0
    assert cues[1].share(7.999) == 0.0


def test_lines_that_nothing_comes_of_are_told() -> None:
    score = (CueSpec("storm", section="Q"), CueSpec("fire", at=Duration(30.0)), CueSpec("calm", section="B"))
    spec = DirectorSpec(SCENES, score=score)
    assert idle_lines(spec, song((20, "A", 0.9), (9, "B", 0.1)), seconds=seconds) == (
        "score[0]: the song has no section 'Q'; it has A, B",
        "score[1]: 30.00 s is after the end of the song, at 29.00 s",
    )
    assert idle_lines(DirectorSpec(SCENES, rules=RULES), song((20, "A", 0.9)), seconds=seconds) == ()


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (lambda: DirectorSpec({}), "at least one scene"),
        (lambda: DirectorSpec(SCENES, rules=(RuleSpec(("clam",)),)), "no scene 'clam'.*calm"),
        (lambda: DirectorSpec(SCENES, score=(CueSpec("calm"),)), "either `at` or `section`"),
        (lambda: DirectorSpec(SCENES).build(), "cannot be a layer"),
        (lambda: RuleSpec(("calm",), level=(0.9, 0.1)), "level: nothing lies from 0.9 to 0.1"),
        (lambda: DirectorSpec({str(i): SceneSpec("tide") for i in range(65)}), "65 scenes are too many"),
    ],
)
def test_what_makes_no_sense_is_refused(spec: Any, message: str) -> None:
    with pytest.raises(PresetError, match=message):
        spec()


@pytest.fixture
def track(demo_track: Path) -> FeatureTrack:
    return analyze(demo_track)


def directed(track: FeatureTrack, folder: Path, text: str, **options: Any) -> Frames:
    (folder / "mine.yaml").write_text(f"schema: 1\nfield:\n  type: director\n{text}")
    timebase = Timebase.for_duration(track.duration_s, Fraction(10))
    return Frames(load_preset(folder / "mine.yaml"), track, timebase, size=(48, 27), device=cpu(), **options)


TWO = """
  scenes:
    one: {preset: %s}
    two: {preset: %s, set: [%s]}
  score: [{scene: one, at: 0}, {scene: two, at: 10 s, fade: 4 s}]
"""


@pytest.mark.parametrize(
    "scenes", [("tide", "ember", ""), ("classic", "classic", "field.seed=7"), ("cells-here", "tide", "")]
)
def test_any_frame_is_the_same_in_any_order(track: FeatureTrack, tmp_path: Path, scenes: tuple[str, ...]) -> None:
    (tmp_path / "cells-here.yaml").write_text("schema: 1\nfield: {type: cells}\ncolour: {glow: 1}\n")
    numbers = [1, 60, 81, 90, 101, 110, 121, 150]
    with directed(track, tmp_path, TWO % scenes) as frames:
        straight = {number: frames.frame(number) for number in numbers}
        for number in reversed(numbers):
            np.testing.assert_array_equal(frames.frame(number), straight[number])
    with directed(track, tmp_path, TWO % scenes) as frames:
        np.testing.assert_array_equal(frames.frame(101), straight[101])
    for before, after in pairwise(numbers):
        assert (straight[before] != straight[after]).any()


def test_a_scene_alone_is_its_preset(track: FeatureTrack, tmp_path: Path) -> None:
    timebase = Timebase.for_duration(track.duration_s, Fraction(10))
    with directed(track, tmp_path, TWO % ("tide", "ember", "")) as frames:
        first, last = frames.frame(50), frames.frame(150)
    for name, seen, number in (("tide", first, 50), ("ember", last, 150)):
        with Frames(load_preset(name), track, timebase, size=(48, 27), device=cpu()) as alone:
            np.testing.assert_array_equal(alone.frame(number), seen)


def test_networks_of_one_kind_pass_into_each_other_weight_by_weight(track: FeatureTrack, tmp_path: Path) -> None:
    with directed(track, tmp_path, TWO % ("classic", "classic", "field.seed=7")) as frames:
        between, shot = frames.frame(101, "float32"), frames.source.look(101)
        one, two = (np.empty_like(between) for _ in range(2))
        frames.source.scenes["one"].paint(shot.look, one)  # type: ignore[attr-defined]
        frames.source.scenes["two"].paint(shot.next_look, two)  # type: ignore[attr-defined]
    assert 0.4 < shot.share < 0.6
    faded = one + shot.share * (two - one)
    assert np.abs(between - faded).mean() > 0.02  # a picture of its own, not one shining through the other


def test_changes_are_smooth(track: FeatureTrack, tmp_path: Path) -> None:
    for name, layers in (("still", 3), ("deep", 5)):
        text = f"schema: 1\nfield: {{type: cppn, layers: {layers}, motion: 0}}\ncolour: {{mode: palette}}\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    with directed(track, tmp_path, TWO % ("still", "deep", "")) as frames:
        images = [frames.frame(number, "float32") for number in range(75, 128)]
    steps = [float(np.abs(b - a).mean()) for a, b in pairwise(images)]
    whole = float(np.abs(images[-1] - images[0]).mean())
    assert whole > 0.1
    assert max(steps) < 0.1 * whole  # of 40 frames


def test_sections_of_the_song_are_followed(track: FeatureTrack, tmp_path: Path) -> None:
    text = "  scenes: {a: {preset: tide}, b: {preset: ember}}\n  hold: 1 bars\n"
    with directed(track, tmp_path, text) as frames:
        cues = frames.source.score  # type: ignore[attr-defined]
    starts = [section.start_s for section in find_sections(track)]
    assert all(cue.at_s in starts for cue in cues)


@pytest.mark.parametrize(
    ("scene", "message"),
    [
        ("{preset: nowhere}", "field.scenes.a: there is no preset"),
        ("{preset: ../other.yaml}", "field.scenes.a:.*leads out of the preset's folder"),
        ("{preset: mine.yaml}", "directed itself"),
        ("{preset: tide, set: [field.gian=3]}", "field.scenes.a:.*gain"),
    ],
)
def test_a_bad_scene_is_named(track: FeatureTrack, tmp_path: Path, scene: str, message: str) -> None:
    with pytest.raises(PresetError, match=message):
        directed(track, tmp_path, f"  scenes: {{a: {scene}}}\n")


@pytest.mark.parametrize(
    "text",
    [
        "signals: {kick: {source: bass}}",
        "colour: {palette: dusk}",
        "layers: [{field: {type: cells}}]",
        "maps: {depth: 0.2}",
        "render: {supersample: 2}",
    ],
)
def test_what_a_director_would_pass_over_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"schema: 1\nfield: {{type: director, scenes: {{a: {{preset: tide}}}}}}\n{text}\n")
    with pytest.raises(PresetError, match=f"{text.partition(':')[0]}: a directed preset leaves this to its scenes"):
        load_preset(path)


def test_notes_of_a_score_come_with_the_frames(track: FeatureTrack, tmp_path: Path) -> None:
    text = "  scenes: {a: {preset: tide}}\n  score: [{scene: a, section: ZZ}]\n"
    with directed(track, tmp_path, text) as frames:
        assert any("no section 'ZZ'" in note for note in frames.notes)


def test_scenes_that_are_put_together_otherwise_dissolve(track: FeatureTrack, tmp_path: Path) -> None:
    for name, blend in (("added", "add"), ("multiplied", "multiply")):
        (tmp_path / f"{name}.yaml").write_text(
            "schema: 1\nfield: {type: cells}\ncolour: {glow: 1}\n"
            f"layers: [{{field: {{type: warp}}, blend: {blend}, opacity: 0.9}}]\n"
        )
    with directed(track, tmp_path, TWO % ("added", "multiplied", "")) as frames:
        images = [frames.frame(number, "float32") for number in range(80, 123)]
    steps = [float(np.abs(after - before).mean()) for before, after in pairwise(images)]
    assert max(steps) < 0.15 * float(np.abs(images[-1] - images[0]).mean())  # not one cut among 40 small steps


def test_a_bake_goes_on_only_where_its_scenes_are_what_they_were(demo_track: Path, tmp_path: Path) -> None:
    scene, mine = tmp_path / "scene.yaml", tmp_path / "mine.yaml"
    scene.write_text("schema: 1\nfield: {type: cells}\n")
    mine.write_text("schema: 1\nfield: {type: director, scenes: {a: {preset: scene.yaml}}}\n")
    arguments = ["render", str(demo_track), f"{tmp_path}/out/", "-p", str(mine), "-r", "16x16", "--fps", "4"]
    assert main([*arguments, "--frames", "1-2"]) == 0
    assert main([*arguments, "--frames", "3"]) == 0
    scene.write_text("schema: 1\nfield: {type: cells, seed: 1}\n")
    assert main([*arguments, "--frames", "4"]) == 2
