"""What an artist sees: the picture, the page and the command line."""

from __future__ import annotations

import html
import io
import json
import re
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image
from synth_audio import noise, write

from avcore.audio import FeatureTrack, analyze
from avcore.audio.plot import HEIGHT_PX, LEFT, RIGHT, WIDTH_PX, columns_of, headline, picture_png
from avcore.cli import main


def test_the_picture_shows_loud_and_quiet(demo_track: Path) -> None:
    image = np.asarray(Image.open(io.BytesIO(picture_png(analyze(demo_track), title="demo"))).convert("L"), float)
    assert image.shape == (HEIGHT_PX, WIDTH_PX)

    def brightness(time_s: float) -> float:
        x = round(WIDTH_PX * (LEFT + (RIGHT - LEFT) * time_s / 20))
        return float(image[100:-80, x - 4 : x + 5].mean())

    assert brightness(11.6) < 0.5 * brightness(12.3), "the break is dark, the drop is not"


def test_a_track_without_beats_is_drawn(tmp_path: Path) -> None:
    silent = analyze(write(tmp_path / "silent.wav", noise(0.1, gain=0.0)), use_cache=False)
    assert picture_png(silent, title="nothing").startswith(b"\x89PNG")
    assert "no beat found" in headline(silent)


def test_no_hit_is_lost_in_columns() -> None:
    values = np.zeros(12_345, np.float32)
    values[[7, 6_000, 12_344]] = 1
    assert columns_of(values, n=100).sum() == 3
    assert len(columns_of(values, n=100)) == 100


def test_the_page_finds_its_song(demo_track: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = tmp_path / "songs" / "a #1 & <b> 100%.wav"
    song.parent.mkdir()
    song.write_bytes(demo_track.read_bytes())
    page = tmp_path / "pages" / "song.html"
    page.parent.mkdir()
    assert main(["analyze", str(song), str(page)]) == 0
    assert f"wrote {page}" in capsys.readouterr().out
    content = page.read_text()
    source = html.unescape(re.search(r'<audio [^>]*src="([^"]+)"', content)[1])
    assert (page.parent / unquote(source)).resolve() == song.resolve()
    assert "<b>" not in content, "the name is text, not markup"
    assert not re.search(r'(src|href)="https?:', content), "nothing comes from the network"
    beats = json.loads(re.search(r"const analysis = (\{.*\});", content)[1])["beats"]
    np.testing.assert_allclose(beats, analyze(song).beats_s, atol=1e-4)


def test_a_summary_without_out(demo_track: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(demo_track), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["tempo_bpm"] == pytest.approx(120, rel=0.01)
    assert main(["analyze", str(demo_track)]) == 0
    printed = capsys.readouterr().out
    assert "120.00 BPM" in printed
    assert "read from the cache" in printed


@pytest.mark.parametrize("ending", ["png", "csv", "json", "avtrack"])
def test_every_ending_is_written_once(
    demo_track: Path, tmp_path: Path, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"song.{ending}"
    assert main(["analyze", str(demo_track), str(out)]) == 0
    assert out.stat().st_size > 1000
    assert main(["analyze", str(demo_track), str(out)]) == 2
    assert "add --overwrite" in capsys.readouterr().err
    assert main(["analyze", str(demo_track), str(out), "--overwrite"]) == 0
    if ending == "avtrack":
        assert len(FeatureTrack.load(out)) == 2001


def test_what_cannot_be_done_leaves_nothing(
    demo_track: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", str(tmp_path / "missing.wav"), str(tmp_path / "out.png")]) == 3
    assert main(["analyze", str(demo_track), str(tmp_path / "out.gif")]) == 2
    assert main(["analyze", str(demo_track), "--mels", "3"]) == 2
    assert list(tmp_path.iterdir()) == []
    assert all(line.startswith("avcore: ") for line in capsys.readouterr().err.splitlines())


def test_the_cache_is_shown_and_cleared(
    demo_track: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AVCORE_CACHE", str(tmp_path))
    main(["analyze", str(demo_track)])
    (tmp_path / "kernels" / "older").mkdir(parents=True)
    (tmp_path / "kernels" / "older" / "kernel.nbc").write_bytes(bytes(2_000_000))
    capsys.readouterr()
    assert main(["cache"]) == 0
    assert f"{tmp_path}: 1 analysis" in capsys.readouterr().out
    assert main(["cache", "clear", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_tracks"] == 1
    assert main(["cache"]) == 0
    assert "0 analyses, 0.0 MB; compiled kernels, 0.0 MB" in capsys.readouterr().out
    assert not (tmp_path / "kernels").exists()
