"""A live material in Blender's own window: it is asked for, drawn by EEVEE, and moves with the music.

Pictures of each step are left in out/gui-shots.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.gui import rig
from tests.gui.visit import ROOT, visit

LONGEST_S = 420

pytestmark = pytest.mark.skipif(bool(rig.why_not()), reason=rig.why_not() or "there is a rig")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one walk found; its figures are printed."""
    share = tmp_path_factory.mktemp("share")
    found = visit("live_walk.py", share, longest_s=LONGEST_S, shots=ROOT / "out" / "gui-shots")
    figures = ("nodes", "live_s", "first_seen_s", "drawn_per_s", "played_frames", "load")
    print({name: found[name] for name in figures})
    return found


def test_the_panel_says_whether_a_preset_can_be_live(found: dict[str, Any]) -> None:
    assert "Lava is no neural field" in found["why_not"]
    assert not found["is_offered"]
    assert found["nodes"] == 210


def test_it_asks_before_it_replaces_and_undoes_in_one_step(found: dict[str, Any]) -> None:
    assert "'Material' of your own; replace?" in found["in_the_way"]
    assert found["kept"] == "Material"
    assert found["after_undo"] == "Material"
    assert found["after_redo"] == "Ember"


def test_it_moves_with_the_music(found: dict[str, Any]) -> None:
    """Every frame is another picture, and it flares where the drum is."""
    assert min(found["change"]) > 0.0
    kick = np.array(found["kick"])
    assert kick.max() > 0.5 > kick.min()
    assert np.corrcoef(kick, found["brightness"])[0, 1] > 0.5
    assert found["played_frames"] > 0


def test_it_is_baked_in_its_place(found: dict[str, Any]) -> None:
    assert found["baked"] == "Ember"
    assert "base" in found["roles"]
    assert "live" not in found["roles"]
