"""``avcore diagnose``: the report for people and for programs, the exit code, the picture."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avcore.cli import main
from avcore.verify.plot import HEIGHT_PX, WIDTH_PX


def test_a_fine_preset_on_the_demo_track(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "ember"]) == 0
    printed = capsys.readouterr().out
    assert "the demo track (20.0 s)" in printed
    assert printed.splitlines()[-1].startswith("fine: moves most with")
    for part in ("variance", "signals", "features", "layers", "1 sin"):
        assert part in printed


def test_a_weak_network_fails_with_the_setting_to_change(
    demo_track: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plot = tmp_path / "weak.png"
    assert main(["diagnose", "classic", str(demo_track), "--set", "field.gain=1", "--plot", str(plot), "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert not result["fine"]
    assert result["verdict"].startswith("grey, dead")
    assert result["plot"] == str(plot)
    found = result["diagnosis"]
    assert "raise field.gain (now 1)" in found["findings"][0]["sentence"]
    assert found["watched"]["variance_space"] < 0.001
    assert {signal["name"] for signal in found["signals"]} >= {"bass", "treble", "flow"}
    assert [layer["activation"] for layer in found["layers"]] == ["sin", "cos", "tanh"]
    red = pixels(plot)[60:140, 20:600]
    assert ((red[..., 0] > 200) & (red[..., 1] < 150)).sum() > 500, "the findings are written in red"


def test_the_picture_shows_frames_bars_and_change(demo_track: Path, tmp_path: Path) -> None:
    plot = tmp_path / "fine.png"
    assert main(["diagnose", "sorbet", str(demo_track), "--plot", str(plot)]) == 0
    image = pixels(plot)
    assert image.shape == (HEIGHT_PX, WIDTH_PX, 3)
    parts = {"frames": image[190:350], "bars": image[435:720], "change": image[815:1090]}
    for name, part in parts.items():
        assert part.std() > 15, name
    middles = parts["frames"][40:120].astype(float)
    assert np.abs(middles[:, 100:250] - middles[:, 1560:1710]).mean() > 5, "the frames differ"
    first = plot.read_bytes()
    assert main(["diagnose", "sorbet", str(demo_track), "--plot", str(plot)]) == 2
    assert plot.read_bytes() == first
    assert main(["diagnose", "sorbet", str(demo_track), "--plot", str(plot), "--overwrite"]) == 0


def pixels(path: Path) -> np.ndarray:
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def test_what_cannot_be_done(tmp_path: Path, demo_track: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "embers"]) == 2
    assert main(["diagnose", "ember", str(tmp_path / "missing.wav")]) == 3
    assert main(["diagnose", "ember", str(demo_track), "--plot", str(tmp_path / "plot.jpg")]) == 2
    assert main(["diagnose", "ember", str(demo_track), "--set", "field.gian=1"]) == 2
    assert list(tmp_path.iterdir()) == []
    assert all(line.startswith("avcore: ") for line in capsys.readouterr().err.splitlines())


def test_the_exit_code_is_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["diagnose", "--help"])
    assert "exit code 0 when it is fine, 1 when something is wrong" in " ".join(capsys.readouterr().out.split())
