"""Keys, markers and updates in Blender's own window: asked for without waiting, stopped by Esc, undone in one step.

Pictures of each step are left in out/gui-shots.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.gui import rig
from tests.gui.visit import ROOT, visit

LONGEST_S = 300

pytestmark = pytest.mark.skipif(bool(rig.why_not()), reason=rig.why_not() or "there is a rig")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one walk found; its figures are printed."""
    share = tmp_path_factory.mktemp("share")
    found = visit("following_walk.py", share, longest_s=LONGEST_S, shots=ROOT / "out" / "gui-shots")
    print({name: found[name] for name in ("keyed_s", "ticks_per_s", "longest_pause_s", "load")})
    return found


def test_asking_does_not_wait_and_escape_stops_it(found: dict[str, Any]) -> None:
    assert found["asked"] == ["RUNNING_MODAL"]
    assert not found["after_escape"]


def test_keys_are_one_step_to_undo(found: dict[str, Any]) -> None:
    assert (found["after_undo"], found["after_redo"]) == (False, True)


def test_what_has_moved_is_shifted_in_one_step(found: dict[str, Any]) -> None:
    ((names, why, is_shift),) = found["moved"]
    assert names == "onset on avcore, bass on Cube, markers of beats"
    assert (why, is_shift) == ("its strip has moved by 24 frames", True)
    key, marker = found["steps"]
    assert found["shifted"] == [key + 24, marker + 24, []]
    assert found["shift_undone"] == [key, marker, 1]


def test_what_has_changed_is_made_anew_in_one_step(found: dict[str, Any]) -> None:
    start, left = found["trimmed"]
    assert start == left
    assert found["trim_undone"] == [start - 12, 1]
    assert found["done"]
