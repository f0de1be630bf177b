"""Shaders and pages: complete, self-contained, and in a real browser the same picture."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from worker_process import WorkerProcess, array

from avcore.audio import analyze
from avcore.cli.main import main
from avcore.compute.device import cpu
from avcore.export import liveness, preset_graph
from avcore.export.glsl import GLSL, to_glsl
from avcore.export.osl import OSL, to_osl
from avcore.export.page import to_page
from avcore.export.preset import live_controls
from avcore.export.source import COMMON
from avcore.fields.cppn import Cppn
from avcore.fields.expression import OPERATIONS
from avcore.fields.moment import Moment
from avcore.presets import Preset, load_preset
from avcore.timebase import Duration
from avcore.worker.contract import Failed, Live, LiveGraph

BROWSER = next((found for found in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if found), None)
SIZE = (96, 64)


def seconds(duration: Duration) -> float:
    return duration.seconds(tempo_bpm=120.0, beats_per_bar=4, fps=30)


@pytest.mark.parametrize("language", [OSL, GLSL])
def test_every_operation_has_a_line(language: Any) -> None:
    assert {*COMMON, *language.operations} == set(OPERATIONS)


def test_sources_are_whole() -> None:
    graph = preset_graph(load_preset("wormhole"))
    for source in (to_osl(graph), to_glsl(graph)):
        assert source.count("{") == source.count("}")
        for group in graph.groups:
            assert len(re.findall(rf"^void avcore_{group.name.split()[0].lower()}", source, re.MULTILINE)) >= 1
        assert not re.search(r"\b(nan|inf)\b", source)


def test_a_page_needs_nothing_else(tmp_path: Path) -> None:
    preset = load_preset("ember", overrides=["name=</script><b>&"])
    page = to_page(preset_graph(preset))
    assert "</script><b>" not in page
    assert html.escape("</script><b>&") in page
    assert "http" not in re.sub(r'http-equiv="Content-Security-Policy"', "", page)
    assert "default-src 'none'" in page


def shown(page: Path, **inputs: float) -> Any:
    """What a browser draws [shape=(height, width, 3)]."""
    from PIL import Image

    assert BROWSER is not None
    picture = page.with_suffix(".png")
    width, height = SIZE
    command = [
        BROWSER, "--headless=new", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
        "--hide-scrollbars", "--force-device-scale-factor=1", "--force-color-profile=srgb",
        "--virtual-time-budget=3000",  # the picture is taken when the page is at rest, however slow the machine is
        f"--user-data-dir={page.parent / 'profile'}", f"--window-size={width},{height}", f"--screenshot={picture}",
        f"{page.as_uri()}#{urlencode({'plain': '', **inputs})}",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # the machine may have other work
    return np.asarray(Image.open(picture).convert("RGB")) / 255.0


def reference(preset: Preset, time_s: float, heard: dict[str, float]) -> Any:
    """The same by the field itself."""
    width, height = SIZE
    field = Cppn(preset.field, preset.colour, preset.field.draw_weights(), seconds=seconds)
    v, u = np.mgrid[0:height, 0:width] + 0.5
    tile = field.frame(Moment(time_s, heard), aspect=width / height).tile(cpu())
    return tile((u / width).ravel(), (v / height).ravel()).T.reshape(height, width, 3)


@pytest.mark.slow  # a browser on a busy machine may take minutes to come to rest
@pytest.mark.skipif(BROWSER is None, reason="no Chromium is here to show the page")
@pytest.mark.parametrize("name", ["classic", "ember", "wormhole", "azulejo", "hammer"])
def test_a_browser_shows_the_preset(name: str, tmp_path: Path) -> None:
    preset, page = load_preset(name), tmp_path / "page.html"
    page.write_text(to_page(preset_graph(preset)), encoding="utf-8")
    heard = {signal: 0.3 + 0.1 * index for index, signal in enumerate(preset.signals)}
    picture = shown(page, Time=17.25, **heard)
    error = np.mean((picture - reference(preset, 17.25, heard)) ** 2)
    assert -10 * np.log10(error) >= 45.0


@pytest.mark.parametrize("ending", [".osl", ".glsl", ".html", ".json"])
def test_the_command_writes_each_kind(ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / f"ember{ending}"
    assert main(["export", "ember", str(out), "--set", "field.seed=5", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["nodes"] == preset_graph(load_preset("ember")).node_count
    assert "kick" in out.read_text(encoding="utf-8")
    assert main(["export", "ember", str(out)]) == 2
    assert "--overwrite" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["voyage", "a.osl"], "bake it"),
        (["ember", "a.txt"], "ends in none of"),
        (["carousel", "a.osl"], "name a song"),
    ],
)
def test_the_command_says_why_not(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", arguments[0], str(tmp_path / arguments[1])]) == 2
    assert said in capsys.readouterr().err


def test_a_page_moves_with_a_song(tmp_path: Path, demo_track: Path) -> None:
    out = tmp_path / "carousel.html"
    assert main(["export", "carousel", str(out), "--song", str(demo_track), "--fps", "10"]) == 0
    told = json.loads(re.search(r'id="told">(.*?)</script>', out.read_text(encoding="utf-8"), re.DOTALL)[1])  # type: ignore[index]
    assert told["curves"]["count"] == pytest.approx(analyze(demo_track).duration_s * 10, abs=1)
    assert set(told["curves"]["signals"]) == {"kick", "body", "air"}


def test_the_worker_hands_out_graphs_and_signals(demo_track: Path) -> None:
    times = (0.5, 7.0, 16.5, 40.0)
    with WorkerProcess() as worker:
        assert "bake it" in worker.ask(Live("voyage")).why_not
        # Its lengths are in bars: without a song there is no graph, but it is known that there can be one.
        assert worker.ask(Live("carousel")) == LiveGraph("", nodes=liveness(load_preset("carousel")).nodes)
        alone = worker.ask(Live("ember", {"field.seed": 3}))
        assert alone.why_not == ""
        assert alone.signals is None
        assert alone.graph == preset_graph(load_preset("ember", overrides=["field.seed=3"])).to_data()
        whole = worker.ask(Live("carousel", audio=str(demo_track), fps="24", times_s=times))
        rows = array(whole.signals.array)
        refused = worker.ask(Live("ember", count=3))
    assert isinstance(refused, Failed)
    assert "name one" in refused.sentence
    assert whole.nodes == whole.graph["node_count"] == liveness(load_preset("carousel")).nodes
    track, preset = analyze(demo_track), load_preset("carousel")
    graph = preset_graph(preset, track, fps=24)
    assert whole.graph == graph.to_data()
    assert whole.signals.names == graph.signals
    wanted = live_controls(preset, track, fps=24).frames(np.array(times), span_s=1 / 24)  # type: ignore[arg-type]
    np.testing.assert_allclose(rows, [wanted[name] for name in graph.signals], atol=1e-6)
