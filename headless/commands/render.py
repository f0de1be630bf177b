"""``avcore-headless render``: frames of a .blend into a folder, in step with its sound, checked before they begin."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from avcore.cli.options import option_type, parse_size
from avcore.errors import UsageError
from headless.job import RenderSettings, Shot
from headless.needs_bpy import need_bpy
from headless.options import (
    add_existing_option,
    add_frames_option,
    add_job_options,
    add_threads_option,
    chosen_frames,
    chosen_map,
    chosen_shots,
    open_progress,
)
from headless.progress import Progress

if TYPE_CHECKING:
    from headless.scene.rendering import Rendered

HELP = "render frames of a .blend"

FORMATS: dict[str, Literal["png", "exr"]] = {"png": "png", "exr": "exr", "open_exr": "exr"}
DEVICES = ("cpu", "cuda", "optix", "hip", "oneapi", "metal")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore-headless render``; the short ones are Blender's own, in any order."""
    parser.add_argument("scene", nargs="?", type=Path, metavar="SCENE.blend", help="what to render")
    parser.add_argument(
        "-o", "--render-output", "--out", dest="out", metavar="DIR", help="a folder, or DIR/NAME_#### for other names"
    )
    add_frames_option(parser)
    parser.add_argument("-s", "--frame-start", type=int, metavar="N", help="the first frame (default: the scene's)")
    parser.add_argument("-e", "--frame-end", type=int, metavar="N", help="the last frame (default: the scene's)")
    parser.add_argument("-j", "--frame-jump", type=int, default=1, metavar="N", help="every Nth frame")
    parser.add_argument("-a", "--render-anim", action="store_true", help="all frames, as without -f, -s and -e")
    parser.add_argument("-E", "--engine", metavar="ENGINE", help="cycles, eevee or workbench (default: the scene's)")
    parser.add_argument("-F", "--render-format", default=None, metavar="FORMAT", help="PNG or OPEN_EXR (default PNG)")
    parser.add_argument("-S", "--scene", dest="scene_name", metavar="NAME", help="which scene of the .blend")
    parser.add_argument("--view-layer", metavar="NAME", help="this view layer alone")
    parser.add_argument("--camera", metavar="NAME", help="another camera than the scene's")
    parser.add_argument(
        "-r", "--resolution", type=option_type(_size), metavar="SIZE", help="720p, 1920x1080 (default: the scene's)"
    )
    parser.add_argument("--samples", type=int, metavar="N", help="samples a pixel (default: the scene's)")
    parser.add_argument("--device", choices=DEVICES, help="where Cycles renders (default: as the scene says)")
    add_threads_option(parser)
    add_existing_option(parser)
    parser.add_argument(
        "--require-tex",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a baked folder that must have a picture of every frame's number (may be repeated)",
    )
    parser.add_argument(
        "--update",
        choices=("yes", "no"),
        default="yes",
        help="bring what was made from sound up to date first; no: moved strips are followed, nothing is baked",
    )
    parser.add_argument("--keep-metadata", action="store_true", help="leave times and file names in the frames")
    parser.add_argument(
        "--keep-data", action="store_true", help="keep the scene in memory between frames, where it says so"
    )
    parser.add_argument(
        "-y", "--enable-autoexec", action="store_true", help="run the .blend's own scripts and Python drivers"
    )
    add_job_options(parser)


def _size(text: str) -> str:
    parse_size(text)
    return text


def run(args: argparse.Namespace) -> Rendered:
    """Render; see ``headless.scene.rendering.render``.

    Raises:
        UsageError: what to render, or where to, is not said.
    """
    if args.job is not None:
        if args.scene is not None or args.out is not None:
            raise UsageError("--job says what to render and where to; leave out SCENE.blend and -o")
        (shot,) = chosen_shots(args, one=True)
        settings = _settings(args, shot.render)
        with open_progress(args) as progress:
            numbers = _frames(args)(shot.first, shot.last)
            return render_shot(shot, progress, numbers=numbers, settings=settings, **_how(args))
    if args.scene is None or args.out is None:
        raise UsageError("say what to render and where to: render SCENE.blend -o DIR, or --job FILE")
    need_bpy("render")
    from headless.scene.rendering import RenderTask, render

    scene = args.scene.absolute()
    folder, name = _place(args.out, scene)
    task = RenderTask(scene, folder, _frames(args), name=name, settings=_settings(args), **_how(args))
    with open_progress(args) as progress:
        return render(task, progress)


def render_shot(shot: Shot, progress: Progress, *, numbers: Sequence[int] | None = None, **how: Any) -> Rendered:
    """Render a shot, or those of ``numbers`` that it has; ``how`` are more fields of a ``RenderTask``."""
    need_bpy("render")
    from headless.scene.rendering import RenderTask, render

    chosen = range(shot.first, shot.last + 1)
    frames = [number for number in numbers if number in chosen] if numbers is not None else list(chosen)
    task = RenderTask(
        shot.scene,
        shot.frames_folder,
        lambda _first, _last: frames,
        name=shot.name,
        settings=how.pop("settings", None) or shot.render,
        bakes=shot.bakes,
        **how,
    )
    return render(task, progress)


def _how(args: argparse.Namespace) -> dict[str, Any]:
    return {
        "scene_name": args.scene_name,
        "view_layer": args.view_layer,
        "threads": args.threads,
        "existing": args.existing,
        "update": args.update,
        "require": tuple(folder.absolute() for folder in args.require_tex),
        "paths": chosen_map(args),
        "scripts": args.enable_autoexec,
        "keep_data": args.keep_data,
        "keep_metadata": args.keep_metadata,
    }


def _settings(args: argparse.Namespace, given: RenderSettings | None = None) -> RenderSettings:
    """What the options say, over what is ``given``.

    Raises:
        UsageError: no frames are written so, or no samples asked for.
    """
    given = given or RenderSettings()
    kind = given.format if args.render_format is None else FORMATS.get(args.render_format.lower())
    if kind is None:
        raise UsageError(f"frames are written as PNG or OPEN_EXR, not {args.render_format}; encode makes films of them")
    if args.samples is not None and args.samples < 1:
        raise UsageError(f"--samples {args.samples} is none; give 1 or more")
    told = {name: getattr(args, name) for name in ("resolution", "engine", "samples", "device", "camera")}
    return replace(given, format=kind, **{name: value for name, value in told.items() if value is not None})


def _frames(args: argparse.Namespace) -> Callable[[int, int], Sequence[int]]:
    """The frames that the options ask for, of a scene with a first and a last."""
    asked = chosen_frames(args)
    if asked is not None and (args.render_anim or args.frame_start is not None or args.frame_end is not None):
        raise UsageError("-f names the frames; leave out -a, -s and -e")
    if args.frame_jump < 1:
        raise UsageError(f"-j {args.frame_jump} is no step; give 1 or more")

    def choose(first: int, last: int) -> Sequence[int]:
        if asked is not None:
            return asked
        start = first if args.frame_start is None else args.frame_start
        end = last if args.frame_end is None else args.frame_end
        if end < start:
            raise UsageError(f"the frames {start} to {end} end before they start")
        return range(start, end + 1, args.frame_jump)

    return choose


def _place(out: str, scene: Path) -> tuple[Path, str]:
    """The folder and the name of the frames: ``DIR``, ``DIR/NAME_####``; ``//`` is the folder of the .blend."""
    written = str(scene.parent / out[2:]) if out.startswith("//") else out
    path = Path(written).absolute()
    name = re.fullmatch(r"(.+?)_?(#+|%0?\d{0,2}d)(\.\w+)?", path.name)
    if name is None or written.endswith(("/", "\\")):
        return path, ""
    return path.parent, name[1]
