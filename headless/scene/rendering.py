"""Frames of a .blend into a folder: opened, brought up to date, checked, and rendered one by one."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import bpy

from addon.bake import baked_images
from addon.bake.images import place_of
from addon.sound import scene_fps
from avcore.cli.options import parse_size
from avcore.errors import AvcoreError, InputError, UsageError
from headless.folder import Existing, FrameKind, find_sequence, open_frames, sequence_name
from headless.job import Bake, RenderSettings
from headless.path_map import PathMap
from headless.progress import Progress
from headless.scene import devices, engines, graphics
from headless.scene.drawing import Drawer, write_as
from headless.scene.fd_filter import OwnOutput
from headless.scene.following import Update, bring_up_to_date
from headless.scene.needs import Needs
from headless.scene.opening import open_file, pick
from headless.scene.places import map_paths
from headless.stopping import signals_held

if TYPE_CHECKING:
    from bpy.types import Scene


@dataclass(frozen=True)
class RenderTask:
    """What to render of which .blend, and how. ``frames`` gets the scene's first and last and returns the numbers."""

    scene: Path
    out: Path
    frames: Callable[[int, int], Sequence[int]]
    name: str = ""
    settings: RenderSettings = field(default_factory=RenderSettings)
    scene_name: str | None = None
    view_layer: str | None = None
    threads: int | None = None
    existing: Existing = "skip"
    update: Update = "yes"
    bakes: tuple[Bake, ...] = ()
    require: tuple[Path, ...] = ()
    paths: PathMap = field(default_factory=PathMap)
    scripts: bool = False
    keep_data: bool = False
    keep_metadata: bool = False


@dataclass(frozen=True)
class Rendered:
    """How it went."""

    out: str
    frames: int
    skipped: int
    seconds: float
    engine: str
    device: str
    blender: str
    notes: list[str]

    def text(self) -> str:
        """What there is now."""
        already = f", {self.skipped} were there already" if self.skipped else ""
        return (
            f"{self.out}: {self.frames} frames in {self.seconds:.1f} s{already} "
            f"({self.engine}, {self.device}, Blender {self.blender})"
        )


def render(task: RenderTask, progress: Progress) -> Rendered:
    """Render the frames of ``task``.

    Raises:
        InputError: the .blend or a file that a frame needs is missing, or a device or graphics context is.
        UsageError: the request makes no sense.
        OutputError: frames cannot be rendered or written.
        OutOfMemory: this machine has too little memory.
        BusyError: the GPU has too little memory left.
    """
    with OwnOutput() as output:
        return _render(task, progress, output)


def _render(task: RenderTask, progress: Progress, output: OwnOutput) -> Rendered:
    began = time.monotonic()
    open_file(task.scene, scripts=task.scripts)
    map_paths(task.paths)
    scene = pick(scene=task.scene_name, view_layer=task.view_layer, camera=task.settings.camera)
    numbers = sorted(set(task.frames(scene.frame_start, scene.frame_end)))
    device, bits = _set_up(scene, task)
    notes = bring_up_to_date(task.update, numbers, bakes=task.bakes, progress=progress)
    for note in notes:
        progress.note(note)
    needs = Needs(scene)
    needs.require(numbers)
    _require_folders(task.require, numbers)
    kind = _kind(scene, task, device=device, bits=bits)
    with open_frames(task.out, kind, existing=task.existing, keep_metadata=task.keep_metadata) as frames:
        todo = frames.to_render(numbers)
        for number in sorted(set(numbers) - set(todo)):
            progress.skipped(number, frames.path(number))
        with Drawer(scene, needs, progress, output) as drawer:
            for done, number in enumerate(todo):
                progress("frames", done, len(todo))
                since = time.monotonic()
                with signals_held():  # a frame under way is finished
                    with frames.frame(number) as part:
                        drawer.draw(number, part)
                    progress.saved(number, frames.path(number), seconds=time.monotonic() - since)
            progress("frames", len(todo), len(todo))
    return Rendered(
        out=str(task.out),
        frames=len(todo),
        skipped=len(numbers) - len(todo),
        seconds=time.monotonic() - began,
        engine=scene.render.engine,
        device=device,
        blender=bpy.app.version_string,
        notes=notes,
    )


def _set_up(scene: Scene, task: RenderTask) -> tuple[str, int]:
    """Bring the settings of ``task`` into the scene; the device, and bits of a channel."""
    settings = task.settings
    if scene.render.use_multiview:
        raise UsageError(
            f"{task.scene} renders several views (stereoscopy), which become several files; switch that off"
        )
    if settings.engine is not None:
        scene.render.engine = engines.identifier(settings.engine)
    if scene.render.engine in engines.DRAWN:
        graphics.check("Eevee" if scene.render.engine == engines.EEVEE else "Workbench")
    if settings.samples is not None:
        engines.set_samples(scene, settings.samples)
    if settings.resolution is not None:
        scene.render.resolution_x, scene.render.resolution_y = parse_size(settings.resolution)
        scene.render.resolution_percentage = 100
    devices.use_threads(scene, task.threads)
    if not task.keep_data:
        scene.render.use_persistent_data = False  # or a frame could depend on the one that was rendered before it
    device = devices.use(scene, settings.device) if scene.render.engine == engines.NAMES["cycles"] else "graphics"
    return device, write_as(scene, settings.format)


def _kind(scene: Scene, task: RenderTask, *, device: str, bits: int) -> FrameKind:
    """What the frames have in common, and all that decides their pixels: the same in every task of a job."""
    render = scene.render
    share = render.resolution_percentage / 100
    decides: dict[str, Any] = {
        "scene_sha256": hashlib.sha256(task.scene.read_bytes()).hexdigest(),
        "scene": scene.name,
        "view_layers": [layer.name for layer in scene.view_layers if layer.use],
        "camera": scene.camera.name if scene.camera is not None and task.settings.camera is not None else "",
        "engine": render.engine,
        "samples": engines.samples_of(scene),
        "device": device,
        "blender": ".".join(str(part) for part in bpy.app.version[:2]),
        "bakes": dict(sorted(_bake_jobs())),
        "color_mode": render.image_settings.color_mode,
    }
    kind: Literal["png", "exr"] = task.settings.format
    name = task.name or sequence_name(task.scene.with_suffix(""))
    size = int(render.resolution_x * share), int(render.resolution_y * share)
    return FrameKind(name, size, Fraction(scene_fps(scene)), kind, bits, scene.frame_start, decides)


def _bake_jobs() -> list[tuple[str, str]]:
    """What decides the pixels of each bake that the file shows, by the bake's name; empty where that is not told."""
    jobs = []
    for image in baked_images():
        try:
            told = find_sequence(place_of(image)).manifest.provenance.get("job", "")
        except AvcoreError:  # a bake without a manifest, or a film
            told = ""
        jobs.append((image.name, str(told)))
    return jobs


def _require_folders(folders: Sequence[Path], numbers: Sequence[int]) -> None:
    """See that each folder has a whole picture for every frame.

    Raises:
        InputError: it has not.
    """
    from headless.numbers import format_numbers

    for folder in folders:
        missing = find_sequence(folder).missing(numbers)
        if missing:
            raise InputError(f"{folder} lacks frames {format_numbers(missing)}; bake them first")
