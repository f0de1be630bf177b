"""A shot from the command line: the same settings as in a job file, by options."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any, Literal

from avcore.cli.options import DEFAULT_PRESET, add_override_option, option_type, parse_duration, parse_size
from avcore.errors import UsageError
from avcore.timebase import parse_fps, parse_seconds
from headless.job import RenderSettings, Shot, TextureSettings
from headless.options import chosen_map


def add_part_options(parser: argparse.ArgumentParser) -> None:
    """The song, the preset, and which part at which rate."""
    parser.add_argument("song", nargs="?", metavar="SONG", help="any sound file, or a video file with sound")
    parser.add_argument(
        "-p", "--preset", default=DEFAULT_PRESET, help=f"name of a preset, or a YAML file (default {DEFAULT_PRESET})"
    )
    add_override_option(parser)
    parser.add_argument("--seed", type=int, help="another network or pattern: the same as --set field.seed=N")
    parser.add_argument("--fps", type=option_type(_checked(parse_fps)), default="30", help="frame rate (default 30)")
    parser.add_argument(
        "--start", type=option_type(_checked(parse_seconds)), default="0", help="where to begin (1:30.5)"
    )
    parser.add_argument(
        "--duration", type=option_type(_checked(parse_duration)), metavar="TIME", help="how much (10, 0:10, '8 bars')"
    )
    parser.add_argument("--start-frame", type=int, default=1, help="number of the first frame (default 1)")


def _checked(parse: Any) -> Any:
    """The text as it is, once ``parse`` takes it."""

    def check(text: str) -> str:
        parse(text)
        return text

    return check


def add_texture_options(parser: argparse.ArgumentParser, *size: str) -> None:
    """How pictures are baked; ``size`` are the names of the option for their size."""
    parser.add_argument(
        *size,
        dest="texture_size",
        type=option_type(_checked(parse_size)),
        default="1024x1024",
        metavar="SIZE",
        help="of the baked pictures: 1024x1024, 1080p (default 1024x1024)",
    )
    parser.add_argument("--format", choices=("png", "exr"), default="png", help="of the baked pictures (default png)")
    parser.add_argument("--bits", type=int, choices=(8, 16), help="of a PNG channel (default 8); EXR is half float")
    parser.add_argument("--maps", metavar="NAMES", help="bake maps for a material too: height,normal,..., or all")
    parser.add_argument("--quality", choices=("draft", "final"), default="final", help="draft: one sample a pixel")
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "mps", "xpu"), default="auto", help="where fields are drawn"
    )


def add_song_options(parser: argparse.ArgumentParser) -> None:
    """All that makes a scene of a song and a preset."""
    add_part_options(parser)
    add_texture_options(parser, "--texture")
    parser.add_argument("--template", default="plane", help="plane, sphere, room, or a .blend (default plane)")
    parser.add_argument("--live", action="store_true", help="a live material instead of baked pictures")
    parser.add_argument("-r", "--resolution", type=option_type(_checked(parse_size)), help="of the rendered frames")


def texture_from(args: argparse.Namespace) -> TextureSettings:
    """The pictures that ``add_texture_options`` describe.

    Raises:
        UsageError: there is no such map, or an EXR of 8 bits.
    """
    from avcore.fields.maps import MAPS

    names: tuple[str, ...] = ()
    if args.maps:
        names = MAPS if args.maps == "all" else tuple(dict.fromkeys(args.maps.split(",")))
    for name in names:
        if name not in MAPS:
            raise UsageError(f"there is no map {name!r}; there are {', '.join(MAPS)}")
    if args.format == "exr" and args.bits == 8:
        raise UsageError("an EXR has 16 bits; leave out --bits")
    bits = 16 if args.format == "exr" else args.bits or 8
    return TextureSettings(args.texture_size, args.format, bits, names, args.quality, args.device)


def shot_from(args: argparse.Namespace, *, out: Path, scene: Path | None = None) -> Shot:
    """The shot that ``add_song_options``, or the first two groups of it, describe; all that is made goes to ``out``.

    Raises:
        UsageError: there is no song, or something will not do.
        InputError: the song is missing or unreadable.
        PresetError: the preset will not do.
    """
    from headless.job_file import resolve
    from headless.job_text import ShotText

    if args.song is None:
        raise UsageError("name a SONG, or a job file with --job")
    kind: Literal["texture", "live"] = "live" if getattr(args, "live", False) else "texture"
    text = ShotText(
        song=args.song,
        preset=args.preset,
        out=str(out.absolute()),
        kind=kind,
        template=getattr(args, "template", "plane"),
        fps=args.fps,
        start=args.start,
        duration=args.duration,
        first=args.start_frame,
        seed=args.seed,
        set=tuple(args.overrides),
        texture=texture_from(args),
        render=RenderSettings(resolution=getattr(args, "resolution", None)),
    )
    name = out.absolute().name if scene is None else scene.stem
    shot = resolve(text, folder=Path.cwd(), name=name, paths=chosen_map(args))
    return shot if scene is None else dataclasses.replace(shot, scene=scene)
