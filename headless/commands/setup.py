"""``avcore-headless setup``: a .blend from a song, a preset and a template, ready to be baked and rendered."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from avcore.errors import UsageError
from headless.job import Shot
from headless.made_for import is_made, note_made
from headless.needs_bpy import need_bpy
from headless.options import add_job_options, chosen_shots, open_progress

HELP = "make a .blend from a song, a preset and a template"


@dataclass(frozen=True)
class SetupReport:
    """The scene that was made."""

    scene: str
    frames: str
    bakes: list[str]
    notes: list[str]

    def text(self) -> str:
        """What is there now and what comes next."""
        then = f"; its pictures go to {', '.join(self.bakes)}" if self.bakes else ""
        return f"{self.scene}: frames {self.frames}{then}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore-headless setup``."""
    from headless.shot_options import add_song_options

    add_song_options(parser)
    parser.add_argument("-o", "--out", type=Path, metavar="SCENE.blend", help="what to write")
    parser.add_argument("--overwrite", action="store_true", help="replace a .blend that is there")
    add_job_options(parser)


def run(args: argparse.Namespace) -> SetupReport:
    """Make the scene of a shot.

    Raises:
        UsageError: what to make is not said, or the .blend is there already.
        InputError: the song or the template is missing, or there is no bpy.
    """
    from headless.shot_options import shot_from

    if args.job is not None:
        (shot,) = chosen_shots(args, one=True)
    elif args.out is None:
        raise UsageError("say where the scene goes: -o SCENE.blend")
    else:
        scene = args.out.absolute()
        if scene.suffix != ".blend":
            raise UsageError(f"{scene} is no .blend; give it that ending")
        shot = shot_from(args, out=scene.parent, scene=scene)
    if not args.overwrite and args.job is None and shot.scene.exists():
        raise UsageError(f"{shot.scene} is there already; add --overwrite to replace it")
    if not args.overwrite and args.job is not None and is_made(shot):  # a task that a farm runs again
        return _report(shot, notes=["the scene is there already"])
    with open_progress(args) as progress:
        progress("scene", 0, 1)
        report = set_up(shot)
        progress("scene", 1, 1)
        for note in report.notes:
            progress.note(note)
    return report


def set_up(shot: Shot) -> SetupReport:
    """Make the scene of ``shot``; see ``run``."""
    need_bpy("setup")
    from headless.folder import make_folder
    from headless.scene.setup import make_scene

    make_folder(shot.scene.parent)
    notes = make_scene(shot)
    note_made(shot)
    return _report(shot, notes=notes)


def _report(shot: Shot, *, notes: list[str]) -> SetupReport:
    return SetupReport(str(shot.scene), f"{shot.first}-{shot.last}", [str(bake.out) for bake in shot.bakes], notes)
