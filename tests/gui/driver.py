"""Inside Blender: steps with pauses in a timer, real keys and clicks, screenshots, and what was measured."""

from __future__ import annotations

import json
import subprocess
import time
import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import bpy

SHARE = Path("/mnt/share")
EXTENSION = "bl_ext.user_default.avcore"
Steps = Generator[float, None, None]


class Found:
    """What was measured, for the test outside."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def __setitem__(self, name: str, value: Any) -> None:
        self.values[name] = value
        print(f"{name}: {value}", flush=True)
        (SHARE / "found.json").write_text(json.dumps(self.values, indent=1, default=str))


found = Found()


def window() -> Any:
    """Blender's window."""
    return bpy.context.window_manager.windows[0]


def area(kind: str) -> Any:
    """The first area of a kind."""
    return next(each for each in window().screen.areas if each.type == kind)


def region(place: Any, kind: str) -> Any:
    """A region of an area."""
    return next(each for each in place.regions if each.type == kind)


def within(place: Any, kind: str = "WINDOW") -> Any:
    """Act as if the mouse were in an area."""
    return bpy.context.temp_override(window=window(), area=place, region=region(place, kind))


def shot(name: str) -> None:
    """A picture of the whole screen."""
    subprocess.run(["import", "-window", "root", str(SHARE / f"{name}.png")], check=True)


def key(name: str) -> None:
    """Press a key, as a person would."""
    subprocess.run(["xdotool", "key", name], check=True)


def move(place: Any) -> None:
    """Put the mouse into an area."""
    x, y = place.x + place.width // 2, 1000 - (place.y + place.height // 2)
    subprocess.run(["xdotool", "mousemove", str(x), str(y)], check=True)


def click(x: int, y: int) -> None:
    """Click at a place of the screen, from its upper left corner."""
    subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", "1"], check=True)


def until(is_so: Callable[[], bool], *, seconds: float = 60.0) -> Steps:
    """Wait for something.

    Raises:
        TimeoutError: it did not come.
    """
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError
        yield 0.02


class Ticks:
    """How often Blender comes round: a timer of our own."""

    def __init__(self, every_s: float = 0.02) -> None:
        self.every_s = every_s
        self.times: list[float] = []
        self._waited_s = _waited_s()
        self._timer = self._tick  # Blender knows a timer by its very object
        bpy.app.timers.register(self._timer, first_interval=every_s)

    def _tick(self) -> float:
        self.times.append(time.monotonic())
        return self.every_s

    def per_second(self) -> float:
        """Ticks a second so far; the timer ends."""
        bpy.app.timers.unregister(self._timer)
        return (len(self.times) - 1) / (self.times[-1] - self.times[0])

    def per_second_of_its_own(self) -> float:
        """Ticks a second so far, not counting the time in which Blender waited for others to leave the processor."""
        return (len(self.times) - 1) / (self.times[-1] - self.times[0] - (_waited_s() - self._waited_s))

    def longest_s(self) -> float:
        """The longest pause."""
        return max(then - now for now, then in zip(self.times, self.times[1:], strict=False))


def _waited_s() -> float:
    """How long Blender's main thread has been ready to run while others did (proc(5), schedstat)."""
    return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9


def install() -> None:
    """Install the extension through Blender's own installer, where it is not there, and switch it on."""
    if Path(bpy.utils.user_resource("EXTENSIONS"), "user_default", "avcore").is_dir():
        bpy.ops.preferences.addon_enable(module=EXTENSION)
    else:
        bpy.ops.extensions.package_install_files(
            filepath=str(SHARE / "extension.zip"), repo="user_default", enable_on_install=True
        )
    python = SHARE / "python.txt"
    if python.is_file():
        bpy.context.preferences.addons[EXTENSION].preferences.python = python.read_text().strip()


def set_up(*, first: int = 11) -> Steps:
    """A song in the Sequencer, from frame ``first`` on, and the side bars open at our tab."""
    scene, view = bpy.context.scene, area("VIEW_3D")
    line = area("DOPESHEET_EDITOR")
    line.type = "SEQUENCE_EDITOR"
    window().workspace.sequencer_scene = scene
    scene.sequence_editor_create()
    strip = scene.sequence_editor.strips.new_sound("song", str(SHARE / "song.wav"), 1, first)
    scene.sequence_editor.active_strip = strip
    scene.frame_end = strip.right_handle - 1
    view.spaces.active.show_region_ui = True
    yield 0.5
    yield from choose_tab(view)
    with within(line):
        bpy.ops.sequencer.view_all()
    yield 0.5


def choose_tab(place: object) -> Steps:
    """Show our tab; it can be chosen once the side bar has been drawn."""
    for _ in range(20):
        try:
            region(place, "UI").active_panel_category = "avcore"
            return
        except (AttributeError, TypeError):
            yield 0.2


def play(steps: Steps) -> None:
    """Run the steps, then end Blender; an error is among what was found."""

    def forward() -> float | None:
        try:
            return next(steps)
        except StopIteration:
            found["done"] = True
        except BaseException:  # noqa: BLE001 - whatever it is, the test outside must hear of it
            found["error"] = traceback.format_exc()
            shot("error")
        bpy.ops.wm.quit_blender()
        return None

    bpy.context.preferences.view.show_splash = False
    bpy.context.preferences.filepaths.use_load_ui = False
    bpy.app.timers.register(forward, first_interval=1.0)
