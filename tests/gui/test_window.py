"""Blender's own window: install, look, bake, stop, go on. Pictures of each step are left in out/gui-shots."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gui import rig
from tests.gui.visit import ROOT, visit

LONGEST_S = 420

pytestmark = pytest.mark.skipif(bool(rig.why_not()), reason=rig.why_not() or "there is a rig")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one walk through the extension found, without any network."""
    return visit("walk.py", tmp_path_factory.mktemp("share"), longest_s=LONGEST_S, shots=ROOT / "out" / "gui-shots")


def test_it_installs_and_lists_presets(found: dict[str, Any]) -> None:
    assert found["is_enabled"]
    assert found["presets"] == len(list((ROOT / "presets").glob("*.yaml")))


def test_preview_follows_a_setting(found: dict[str, Any]) -> None:
    assert len(found["preview_s"]) == 5
    if found["load"] > 1.0:
        pytest.skip(f"the machine was busy (load {found['load']:.1f}): {found['preview_s']} s a preview")
    assert sorted(found["preview_s"])[2] < 1.0


def test_blender_stays_usable_while_it_bakes(found: dict[str, Any]) -> None:
    """By the clock on a quiet machine; on a busy one, in the time that others leave Blender."""
    assert found["ticks_per_s" if found["load"] <= 1.0 else "ticks_per_s_of_its_own_time"] >= 20.0


def test_escape_stops_and_bake_goes_on(found: dict[str, Any]) -> None:
    assert found["is_cancelled"]
    assert found["skipped"] > 0
    assert found["skipped"] + found["frames"] == 480


def test_what_is_the_users_is_asked_about(found: dict[str, Any]) -> None:
    assert "'Material' of your own; replace?" in found["in_the_way"]
    assert found["material"] == "song-ember"
    assert found["material_after_undo"] == "Material", "one undo step"


def test_a_moved_strip_is_noticed_and_followed(found: dict[str, Any]) -> None:
    assert found["moved"] == [["song-ember", "its strip has moved by 24 frames", True]]
    assert found["problems_after_update"] == []
    assert found["markers"] > 5


def test_switched_off_it_leaves_nothing(found: dict[str, Any]) -> None:
    assert found["stays"] == []
    assert found["done"]
