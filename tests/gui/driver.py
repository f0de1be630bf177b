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
        self._timer = self._tick  # Blender knows a timer by its very object
        bpy.app.timers.register(self._timer, first_interval=every_s)

    def _tick(self) -> float:
        self.times.append(time.monotonic())
        return self.every_s

    def per_second(self) -> float:
        """Ticks a second so far; the timer ends."""
        bpy.app.timers.unregister(self._timer)
        return (len(self.times) - 1) / (self.times[-1] - self.times[0])

    def longest_s(self) -> float:
        """The longest pause."""
        return max(then - now for now, then in zip(self.times, self.times[1:], strict=False))


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
