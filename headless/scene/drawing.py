"""One frame of the open scene into one file."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from avcore.errors import BusyError, InputError, OutOfMemory, OutputError
from headless.progress import Progress
from headless.scene.engines import samples_of
from headless.scene.fd_filter import OwnOutput
from headless.scene.needs import Needs, refuse

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from bpy.types import Scene

FORMATS = {"png": "PNG", "exr": "OPEN_EXR"}

_SAMPLE = re.compile(r"Sample (\d+)/(\d+)")
_HOST_FULL = re.compile(r"[mc]alloc returns null|std::bad_alloc|out of (host )?memory", re.IGNORECASE)
_DEVICE_FULL = re.compile(
    r"out of (gpu|device) memory|out of gpu and shared host|(cuda|optix|hip).*out of memory", re.I
)
_MISSING = re.compile(r"image file .* does not exist|cannot (open|read|load) .*|unable to (open|load) .*", re.I)
_ERROR = re.compile(r"\| ERROR |^ERROR |^Error: ")


class Drawer:
    """Renders frames of a scene; a context manager. What Blender prints meanwhile goes to ``output``."""

    def __init__(self, scene: Scene, needs: Needs, progress: Progress, output: OwnOutput) -> None:
        self._scene, self._needs, self._progress, self._output = scene, needs, progress, output
        self._number, self._since = 0, 0.0

    def __enter__(self) -> Self:
        self._output.said()  # what was said before is of no frame
        self._handler = self._told  # Blender knows a handler by its very object
        bpy.app.handlers.render_stats.append(self._handler)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        bpy.app.handlers.render_stats.remove(self._handler)

    def draw(self, number: int, path: Path) -> None:
        """Render a frame into the file of exactly that name. Signals must be held back meanwhile (``signals_held``).

        Raises:
            InputError: a file that the frame needs is missing, so that Blender would draw it pink.
            OutOfMemory: this machine has too little memory.
            BusyError: the GPU has too little memory left.
            OutputError: Blender could not render or write it.
        """
        self._number, self._since = number, time.monotonic()
        scene = self._scene
        scene.frame_set(number)
        refuse(self._needs.missing_now(number))
        scene.render.filepath = plain_path(path)
        failure = ""
        try:
            if "FINISHED" not in bpy.ops.render.render(write_still=True, scene=scene.name):
                failure = "Blender gave up"
        except RuntimeError as error:
            failure = " ".join(str(error).removeprefix("Error: ").split())
        judge(number, self._output.said(), failure)

    def _told(self, *told: Any) -> None:
        """What Blender says of a render under way, in words that log readers know."""
        text = next((each for each in told if isinstance(each, str)), "")
        sample = _SAMPLE.search(text)
        self._progress.rendering(
            self._number,
            seconds=time.monotonic() - self._since,
            sample=int(sample[1]) if sample else 0,
            samples=int(sample[2]) if sample else samples_of(self._scene),
            scene=self._scene.name,
            layer=next((layer.name for layer in self._scene.view_layers if layer.use), ""),
        )


def judge(number: int, said: list[str], failure: str) -> None:
    """Fail where Blender has said that a frame is not what it should be; ``failure`` is what its operator raised.

    Raises:
        InputError: a file could not be read.
        OutOfMemory: this machine has too little memory.
        BusyError: the GPU has too little memory left.
        OutputError: anything else went wrong.
    """
    errors = [line.split("| ERROR ")[-1].strip() for line in said if _ERROR.search(line)]
    told = failure or (errors[0] if errors else "")
    if any(_DEVICE_FULL.search(line) for line in [*errors, failure]):
        raise BusyError(f"frame {number}: {told}; the GPU has too little memory, render with --device cpu or try again")
    if any(_HOST_FULL.search(line) for line in [*errors, failure]):
        raise OutOfMemory(f"frame {number}: {told}; render it on a machine with more memory, or at a lower resolution")
    missing = next((line for line in errors if _MISSING.search(line)), "")
    if missing:
        raise InputError(f"frame {number}: {missing}; a frame without it would be wrong, so it was dropped")
    if failure or errors:
        raise OutputError(f"frame {number} was not rendered: {told}")


def plain_path(path: Path) -> str:
    """A path as Blender's settings take it: braces are templates from 4.5 on."""
    written = str(path)
    return written.replace("{", "{{").replace("}", "}}") if bpy.app.version >= (4, 5, 0) else written


def write_as(scene: Scene, kind: str) -> int:
    """Let frames be written as ``png`` or ``exr``, otherwise as the scene says; bits of a channel.

    An alpha channel is kept where the scene's background is transparent.
    """
    render, image = scene.render, scene.render.image_settings
    if hasattr(image, "media_type"):
        image.media_type = "IMAGE"
    if image.file_format != FORMATS[kind]:
        image.file_format = FORMATS[kind]
        image.color_depth = "8" if kind == "png" else "16"
    if image.color_mode == "BW" or not render.film_transparent:
        image.color_mode = "RGB"
    elif render.film_transparent:
        image.color_mode = "RGBA"
    render.use_file_extension = False  # the part's own name is to be kept
    render.use_placeholder, render.use_overwrite, render.use_render_cache = False, True, False
    return int(image.color_depth)
