"""Every preset that ships responds to every song that we have, and the diagnosis would tell if one did not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from avcore.audio import analyze
from avcore.presets import list_presets, load_preset
from avcore.verify.diagnose import diagnose

ENTRIES = [entry for entry in list_presets() if entry.origin == "shipped" and entry.family != "directed"]
SHIPPED = [entry.name for entry in ENTRIES]

# Every network, and one preset of each other look; the others take minutes.
FIRST = {entry.look: entry.name for entry in reversed(ENTRIES)}
QUICK = [
    pytest.param(entry.name, marks=() if entry.look == "cppn" or entry.name in FIRST.values() else pytest.mark.slow)
    for entry in ENTRIES
]


def test_gain_1_spoils_a_shipped_preset(demo_track: Path) -> None:
    diagnosis, _ = diagnose(load_preset("ember", overrides=["field.gain=1"]), analyze(demo_track))
    grey = next(finding.sentence for finding in diagnosis.findings if finding.kind == "grey")
    assert "raise field.gain (now 1)" in grey


@pytest.mark.parametrize("name", QUICK)
def test_every_shipped_preset_is_fine_on_the_demo_track(name: str, demo_track: Path) -> None:
    diagnosis, _ = diagnose(load_preset(name), analyze(demo_track))
    assert diagnosis.fine, diagnosis.findings
    assert diagnosis.verdict.startswith("fine: moves most with")
    assert diagnosis.notes == ()


@pytest.mark.slow
@pytest.mark.parametrize("song", ["electronic-motion.ogg", "orchestral-frantic.ogg", "ambient-awakening.ogg"])
def test_every_shipped_preset_is_fine_on_real_music(song: str, real_track: Callable[[str], Path]) -> None:
    track = analyze(real_track(song))
    verdicts = {name: diagnose(load_preset(name), track)[0].findings for name in SHIPPED}
    assert len(verdicts) >= 10
    assert verdicts == dict.fromkeys(SHIPPED, ())
