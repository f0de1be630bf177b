"""The same job in every Blender: pictures are the same pixel by pixel, lit rooms to a tolerance; Eevee where it can."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.headless.blenders import Blender, blender_of, lacking, named, pixels, psnr_db
from tests.headless.test_scene_render import made

# Measured between 4.2.23, 4.5.15 and 5.0.1: 41 to 51 dB, since each has its own denoiser.
LIT_DB = 38.0


def all_blenders() -> list[Blender]:
    """Those at hand, where there are several."""
    several = [python for python in named() if not lacking(python)]
    if len(several) < 2:
        pytest.skip("one Blender alone has none to compare it with; name several in AVCORE_HEADLESS_PYTHONS")
    return [blender_of(python) for python in several]


@pytest.mark.parametrize(
    ("template", "kind", "wanted_db"),
    [("plane", "texture", 99.0), ("plane", "live", 60.0), ("room", "texture", LIT_DB), ("sphere", "texture", LIT_DB)],
)
def test_one_job_in_every_blender(tmp_path: Path, demo_track: Path, template: str, kind: str, wanted_db: float) -> None:
    frames = []
    for number, blender in enumerate(all_blenders()):
        scene = tmp_path / str(number) / "a.blend"
        arguments = ["--template", template, "--start", "4", "--duration", "3 frames", "-p", "tide", "-r", "96x54"]
        arguments += ["--live"] if kind == "live" else ["--texture", "96x54"]
        blender.run("setup", demo_track, "-o", scene, *arguments)
        blender.run(
            "render", scene, "-o", scene.with_name("frames"), "-f", "2", "--samples", 1 if template == "plane" else 256
        )
        frames.append(pixels(scene.with_name("frames") / "a_0002.png"))
    for other in frames[1:]:
        measured = psnr_db(frames[0], other)
        print(f"{template} {kind}: {measured:.1f} dB, at most {abs(frames[0] - other).max()}")
        assert measured >= wanted_db


def test_eevee_where_there_is_a_graphics_context(blender: Blender, tmp_path: Path) -> None:
    scene = made(blender, tmp_path)
    why_not = blender.do("from headless.scene import graphics\nout = graphics.why_not()")
    if why_not:
        said = blender.run("render", scene, "-o", tmp_path / "out", "-f", "2", "-E", "eevee", code=3)
        assert "graphics context" in said.stderr
        return
    blender.run("render", scene, "-o", tmp_path / "out", "-f", "2", "-E", "eevee", "--samples", 1)
    frame = pixels(tmp_path / "out/a_0002.png")
    assert frame[18, 32, 0] == pytest.approx(255 * 2 / 8, abs=3)


def test_without_a_graphics_library_eevee_says_so_and_lives(blender: Blender, tmp_path: Path) -> None:
    told = blender.do(
        """
from headless.scene import graphics
graphics._TRY = "import os\\nprint('EGL Error: Couldn\\\\'t open libEGL.so.1')\\nos.abort()"
try:
    graphics.check("Eevee")
except Exception as error:
    out = [type(error).__name__, str(error)]
"""
    )
    assert told[0] == "InputError"
    assert "libEGL.so.1" in told[1]
