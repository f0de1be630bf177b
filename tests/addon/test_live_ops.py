"""Live pictures from the panel's own buttons, in the extension that was built and installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from live_scene import plane, psnr_db, shown  # noqa: E402
from pictured import (  # noqa: E402
    AGREEMENT_DB,
    FIRST,
    LAST,
    baked,
    choose,
    curves,
    live_node,
    material,
    rendered,
    roles,
    set_up,
    surface,
)

pytest_plugins = ["operating"]
needs_strips = pytest.mark.skipif(
    not bpy.app.build_options.audaspace, reason="this bpy wheel was built without audio, and has no strips"
)


@pytest.fixture
def scene(preferences: Any, song: Path, tmp_path: Path) -> Any:
    return set_up(song, tmp_path)


def test_a_live_picture_is_what_a_bake_of_the_same_frame_is(scene: Any, tmp_path: Path) -> None:
    """And it becomes that bake, in the same material, and is made live again."""
    assert bpy.ops.avcore.live() == {"FINISHED"}
    mine = material()
    frames = (FIRST, FIRST + 4, LAST)
    live = [rendered(scene, frame, tmp_path) for frame in frames]
    assert bpy.ops.avcore.bake_live() == {"FINISHED"}
    assert material() == mine
    assert surface().type == "EMISSION"
    assert "live" not in roles()
    assert (
        mine.node_tree.animation_data is None or mine.node_tree.animation_data.action is None or not len(curves(mine))
    )
    for frame, picture in zip(frames, live, strict=True):
        now = rendered(scene, frame, tmp_path)
        assert psnr_db(picture, now) >= AGREEMENT_DB
        assert psnr_db(now, baked(Path(scene.avcore.now.bake.folder), "song-ember", frame)) >= AGREEMENT_DB
    assert min(psnr_db(live[0], live[1]), psnr_db(live[1], live[2])) < 30, "the picture moves"
    assert bpy.ops.avcore.live() == {"FINISHED"}
    assert psnr_db(rendered(scene, LAST, tmp_path), live[2]) >= AGREEMENT_DB
    assert "base" not in roles()


def test_a_loop_and_settings_of_the_panel_are_the_same_live(scene: Any, tmp_path: Path) -> None:
    """A preset that counts in bars, with a changed setting, in a wide picture."""
    bpy.ops.avcore.choose_preset(preset="carousel", overrides='{"colour.saturation": 0.4}')
    scene.avcore.now.bake.width = 128
    assert bpy.ops.avcore.live() == {"FINISHED"}
    assert live_node().inputs["Aspect"].default_value == 2.0
    before = rendered(scene, LAST, tmp_path)
    assert bpy.ops.avcore.bake() == {"FINISHED"}
    # The render takes every second pixel of the bake's width: half a pixel beside the live one.
    assert psnr_db(rendered(scene, LAST, tmp_path), before) >= 30


def test_live_in_every_place(scene: Any, tmp_path: Path) -> None:
    from bl_ext.user_default.avcore.live import live_nodes

    now = scene.avcore.now
    for target in ("MATERIAL", "WORLD", "GEOMETRY"):
        now.bake.target = target
        assert bpy.ops.avcore.live() == {"FINISHED"}
    now.bake.target = "COMPOSITOR"
    if bpy.app.version < (4, 5, 0):
        with pytest.raises(RuntimeError, match=r"use Blender 4\.5"):
            bpy.ops.avcore.live()
    else:
        assert bpy.ops.avcore.live() == {"FINISHED"}
    square = bpy.context.object
    now.bake.target = "LIGHT"
    with pytest.raises(RuntimeError, match="choose a light"):
        bpy.ops.avcore.live()
    bpy.ops.object.light_add(type="SPOT")
    assert bpy.ops.avcore.live() == {"FINISHED"}
    found = {live.kind: live for live in live_nodes()}
    assert set(found) >= {"material", "world", "light", "node group"}
    for live in found.values():
        assert live.memory.frame_start == 1
        names = {curve.data_path for curve in curves(live.tree)}
        assert len(names) >= 2, f"{live.key} has keys"
    # Baked: the world, the light; in the material of the active object.
    for target in ("WORLD", "LIGHT"):
        now.bake.target = target
        assert bpy.ops.avcore.bake_live() == {"FINISHED"}
        assert not bpy.ops.avcore.bake_live.poll()
    choose(square)
    now.bake.target = "MATERIAL"
    assert bpy.ops.avcore.bake_live.poll()
    assert {live.kind for live in live_nodes()} == set(found) - {"world", "light"}
    now.bake.target = "WORLD"
    assert bpy.ops.avcore.live() == {"FINISHED"}, "and back"


def test_coordinates_and_surface_can_be_changed_there_and_back(scene: Any, tmp_path: Path) -> None:
    now = scene.avcore.now
    shining = []
    for kind in ("SHINING", "LIT", "SHINING"):
        now.bake.surface = kind
        assert bpy.ops.avcore.live() == {"FINISHED"}
        shining.append(surface().type)
    assert shining == ["EMISSION", "BSDF_PRINCIPLED", "EMISSION"]
    flat = rendered(scene, FIRST, tmp_path)
    now.live.coordinates = "Object"
    assert bpy.ops.avcore.live() == {"FINISHED"}
    assert psnr_db(rendered(scene, FIRST, tmp_path), flat) < 30
    now.live.coordinates = "UV"
    assert bpy.ops.avcore.live() == {"FINISHED"}
    np.testing.assert_array_equal(rendered(scene, FIRST, tmp_path), flat)
    # A bake is flat, also of what filled space.
    now.live.coordinates = "Object"
    assert bpy.ops.avcore.live() == {"FINISHED"}
    assert bpy.ops.avcore.bake_live() == {"FINISHED"}
    picture = baked(Path(now.bake.folder), "song-ember", FIRST)
    assert psnr_db(rendered(scene, FIRST, tmp_path), picture) >= AGREEMENT_DB


def test_pictures_share_a_controller(scene: Any, tmp_path: Path) -> None:
    """Of one preset and sound, the same curves; others have their own, and the artist's keys stay."""
    now = scene.avcore.now
    first = bpy.context.object
    assert bpy.ops.avcore.live() == {"FINISHED"}
    alone = rendered(scene, FIRST, tmp_path)
    now.live.keys = "CONTROLLER"
    assert bpy.ops.avcore.live() == {"FINISHED"}
    np.testing.assert_allclose(rendered(scene, FIRST, tmp_path), alone, atol=2e-3)
    assert not curves(first.active_material)
    empty = bpy.data.objects["avcore"]
    names = {curve.data_path for curve in curves(empty)}
    second = choose(plane())
    assert bpy.ops.avcore.live() == {"FINISHED"}
    assert second.active_material != first.active_material
    assert {curve.data_path for curve in curves(empty)} == names
    other = choose(plane())
    now.preset.name = "neon"
    assert bpy.ops.avcore.live() == {"FINISHED"}
    new = {curve.data_path for curve in curves(empty)} - names
    assert new
    assert all(path.startswith('["Neon ') for path in new)
    assert bpy.ops.avcore.live() == {"FINISHED"}, "made again, it uses what it made"
    assert {curve.data_path for curve in curves(empty)} == names | new
    assert len(other.active_material.node_tree.animation_data.drivers) == len(new)

    from bl_ext.user_default.avcore.live import live_nodes, shift

    before = {curve.data_path: curve.range()[0] for curve in curves(empty)}
    for live in live_nodes():
        shift(live, 24)
    assert {path: start + 24 for path, start in before.items()} == {
        curve.data_path: curve.range()[0] for curve in curves(empty)
    }
    assert {live.memory.frame_start for live in live_nodes()} == {25}


def test_what_is_the_artists_stays(scene: Any) -> None:
    mine = bpy.data.materials.new("Mine")
    bpy.context.object.data.materials.append(mine)
    assert bpy.ops.avcore.live() == {"CANCELLED"}
    assert material() == mine
    from bl_ext.user_default.avcore.session import lives

    assert "'Mine' of your own" in lives.current.run.in_the_way.sentence
    assert bpy.ops.avcore.keep_own() == {"FINISHED"}
    assert lives.current.run is None
    assert bpy.ops.avcore.live(replace=True) == {"FINISHED"}
    assert material() != mine
    assert mine.use_fake_user
    # Keys that were edited by hand, and a number that was set by hand.
    (curve,) = [each for each in curves(material()) if each.data_path.endswith("inputs[3].default_value")]
    curve.keyframe_points.insert(300, 7.0)
    live_node().inputs["Scale"].default_value = 2.5
    assert bpy.ops.avcore.live() == {"FINISHED"}
    assert "have edited" in lives.current.run.in_the_way.sentence
    assert curve.evaluate(300) == 7.0
    assert bpy.ops.avcore.live(replace=True) == {"FINISHED"}
    (curve,) = [each for each in curves(material()) if each.data_path.endswith("inputs[3].default_value")]
    assert curve.evaluate(300) != 7.0
    assert live_node().inputs["Scale"].default_value == 2.5


def test_it_says_why_there_can_be_no_live_picture(scene: Any) -> None:
    now = scene.avcore.now
    now.preset.name = "lava"
    with pytest.raises(RuntimeError, match="Lava is no neural field"):
        bpy.ops.avcore.live()
    assert bpy.ops.avcore.reload_presets() == {"FINISHED"}
    from bl_ext.user_default.avcore.session import live_offers

    assert "Lava is no neural field" in live_offers.why_not(now)
    assert not bpy.ops.avcore.live.poll()
    now.preset.name = "ember"
    assert live_offers.of(now.preset).nodes == 210
    assert bpy.ops.avcore.live.poll()
    bpy.ops.avcore.choose_preset(preset="ember", overrides='{"field.width": 64}')
    live_offers.follow(scene)
    assert "too big for nodes" in live_offers.why_not(now)
    assert not bpy.ops.avcore.live.poll()
    bpy.ops.avcore.choose_preset(preset="ember")
    now.bake.target = "BRUSH"
    assert "Brush has no live form" in live_offers.why_not(now)
    assert not bpy.ops.avcore.live.poll()
    now.bake.target = "MATERIAL"
    assert not bpy.ops.avcore.bake_live.poll(), "there is none yet"
    with pytest.raises(RuntimeError, match="there is no live material Nonesuch"):
        bpy.ops.avcore.live_again(live="material Nonesuch")


@needs_strips
@pytest.mark.parametrize("keys", ["OWN", "CONTROLLER"])
def test_it_follows_its_strip(keys: str, scene: Any, song: Path, tmp_path: Path) -> None:
    editor = scene.sequence_editor_create() or scene.sequence_editor
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    strip = strips.new_sound("take", str(song), 1, 5)
    editor.active_strip = strip
    assert bpy.ops.avcore.pick_sound(kind="ACTIVE") == {"FINISHED"}
    scene.avcore.now.live.keys = keys
    assert bpy.ops.avcore.live() == {"FINISHED"}
    square = bpy.context.object
    choose(plane())
    assert bpy.ops.avcore.live() == {"FINISHED"}
    choose(square)
    from bl_ext.user_default.avcore.live import live_nodes
    from bl_ext.user_default.avcore.session import status

    live, other = live_nodes()
    assert live.memory.frame_start == 5
    told = json.loads(live.memory.recipe)["sound"]
    assert (told["kind"], told["strip"]) == ("STRIP", "take")
    before = rendered(scene, FIRST, tmp_path)
    # The panel is at another preset and sound by then.
    scene.avcore.now.preset.name = "neon"
    scene.avcore.now.sound.kind = "MIX"
    setattr(strip, "content_start" if bpy.app.version >= (5, 1, 0) else "frame_start", 29)
    assert {why for _, why, _ in status.problems(bpy.context)} == {"its strip has moved by 24 frames"}
    assert bpy.ops.avcore.update() == {"FINISHED"}
    assert status.problems(bpy.context) == []
    assert {each.memory.frame_start for each in live_nodes()} == {29}
    moved = rendered(scene, FIRST + 24, tmp_path)
    np.testing.assert_allclose(moved, before, atol=2e-3)
    # The same comes of making it again, and of a strip that ends earlier: where it was heard and is heard.
    assert bpy.ops.avcore.live_again(live=live.key) == {"FINISHED"}
    np.testing.assert_allclose(rendered(scene, FIRST + 24, tmp_path), moved, atol=2e-3)
    setattr(strip, "duration" if bpy.app.version >= (5, 1, 0) else "frame_final_duration", 300)
    assert [is_shift for *_, is_shift in status.problems(bpy.context)] == [False]
    assert bpy.ops.avcore.update() == {"FINISHED"}
    assert status.problems(bpy.context) == []
    assert {each.group_node.node_tree.name for each in live_nodes()} == {"Ember"}
    np.testing.assert_allclose(rendered(scene, FIRST + 24, tmp_path), moved, atol=2e-3)
    last = [curve.range()[1] for curve in curves(live.tree if keys == "OWN" else bpy.data.objects["avcore"])]
    assert max(last) == 28 + 300
    assert other.memory.heard == live.memory.heard


def test_it_stays_as_it_is_in_a_saved_file(scene: Any, tmp_path: Path) -> None:
    assert bpy.ops.avcore.live() == {"FINISHED"}
    before = rendered(scene, LAST, tmp_path)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    from bl_ext.user_default.avcore.live import live_nodes

    assert [live.key for live in live_nodes()] == ["material Ember"]
    choose(bpy.data.objects["square"])
    np.testing.assert_array_equal(rendered(bpy.context.scene, LAST, tmp_path), before)
    assert shown(tmp_path / f"{LAST}.exr").std() > 0.02
    assert bpy.ops.avcore.bake_live() == {"FINISHED"}, "and it can be baked there"
