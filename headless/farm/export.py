"""From a job file, or an artist's scene, to a bundle that farms take."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from avcore.errors import InputError, UsageError
from avcore.files import replacing, write_whole
from headless.farm.bundle import Bundle, write_bundle
from headless.farm.flamenco import JOB_TYPE_FILE, flamenco_job, job_type_text
from headless.farm.slurm import write_slurm
from headless.farm.steps import FarmSettings, Profile, Step, steps_of
from headless.folder import make_folder
from headless.job import Job, Shot
from headless.path_map import PathMap

SONGS, SCENES = "songs", "scene"


@dataclass(frozen=True)
class Exported:
    """A bundle that was written: its steps, and the next command for each engine that it was written for."""

    bundle: Bundle
    job: Job
    steps: tuple[Step, ...]
    then: tuple[str, ...]


def export(
    source: Path,
    folder: Path,
    *,
    settings: FarmSettings,
    profile: Profile = "chunk",
    engines: Sequence[str] = ("openjd",),
    frames: Sequence[int] | None = None,
    verify: bool = True,
    make_scenes: bool = True,
    copy_songs: bool = True,
    anyway: bool = False,
    paths: PathMap | None = None,
) -> Exported:
    """Write a bundle for what ``source``, a job file or a .blend, asks for.

    Args:
        source: what to do.
        folder: the bundle; made where it is missing.
        settings: how it is cut.
        profile: what the engine understands of OpenJD.
        engines: openjd, flamenco, slurm.
        frames: numbers of the scenes; all when omitted.
        verify: whether films are checked in the end.
        make_scenes: make the scenes of songs now, where this Python has bpy; otherwise a first step does that.
        copy_songs: put copies of the songs into the bundle, so that it can be moved to where these are not.
        anyway: export a scene though a farm would lose something of it.
        paths: where the paths in ``source`` lie here.

    Raises:
        UsageError: the job cannot be understood, or does not fit.
        InputError: a file that it names is missing, or a .blend is given and there is no bpy.
        OutputError: the folder cannot be written.
    """
    from headless.job_writer import write_job

    folder = folder.absolute()
    make_folder(folder)
    bundle = Bundle(folder)
    if source.suffix == ".blend":
        job = _read_scene(source, bundle, paths or PathMap(), anyway=anyway)
    else:
        job = _read(source, bundle, paths or PathMap())
    if copy_songs:
        job = _with_songs(job, folder)
    write_job(job, bundle.job_file)
    if make_scenes and importlib.util.find_spec("bpy") is not None:
        for shot in job.shots:
            if not shot.scene.exists():
                _set_up(bundle.job_file, shot.name)
    steps = steps_of(job, frames=frames, verify=verify)
    write_bundle(job, steps, folder, settings=settings, profile=profile)
    then = [f"farm run {folder}"]
    if "flamenco" in engines:
        from headless.farm.bundle import to_yaml

        write_whole(
            folder / "flamenco.yaml", to_yaml(flamenco_job(job.name, bundle.job_file, steps, settings)).encode()
        )
        write_whole(folder / JOB_TYPE_FILE.name, job_type_text().encode())
        then.append(f"farm submit {folder} --manager http://HOST:8080")
    if "slurm" in engines:
        then.append(f"bash {write_slurm(job.name, steps, folder, settings)}")
    return Exported(bundle, job, tuple(steps), tuple(then))


def _read(source: Path, bundle: Bundle, paths: PathMap) -> Job:
    """The job, with what it makes placed in the bundle."""
    from headless.job_file import load_job

    if source.absolute() == bundle.job_file:
        raise UsageError(f"{source} would be written over; give the bundle a folder of its own")
    job = load_job(source, paths=paths)
    beside = source.absolute().parent
    return replace(job, shots=tuple(_placed(shot, beside, bundle.folder) for shot in job.shots))


def _read_scene(source: Path, bundle: Bundle, paths: PathMap, *, anyway: bool) -> Job:
    """The job of an artist's scene, of which a copy that holds everywhere is put into the bundle.

    Raises:
        UsageError: a farm would lose something of it; says what.
    """
    from headless.needs_bpy import need_bpy

    need_bpy("farm export SCENE.blend")
    from headless.job_file import resolve
    from headless.job_text import ShotText
    from headless.scene.fd_filter import OwnOutput
    from headless.scene.opening import open_file, pick
    from headless.scene.places import map_paths
    from headless.scene.portable import make_portable
    from headless.scene.preflight import look

    copy = bundle.folder / SCENES / source.name
    make_folder(copy.parent)
    with OwnOutput():
        open_file(source.absolute())
        map_paths(paths)
        make_portable(copy, project=bundle.folder)
        open_file(copy)
        lost = [finding.sentence for finding in look(pick(), project=bundle.folder) if finding.stops]
    if lost and not anyway:
        raise UsageError(f"{source} would not be the same on a farm: {'; '.join(lost)}; mend that, or add --anyway")
    shot = resolve(ShotText(scene=str(copy), out=str(bundle.folder / "out" / copy.stem)), folder=bundle.folder)
    return Job(shot.name, bundle.job_file, (shot,))


def _placed(shot: Shot, beside: Path, folder: Path) -> Shot:
    """A shot that makes in the bundle what it would make beside the job file; other places stay."""
    if not shot.out.is_relative_to(beside) or shot.out.is_relative_to(folder):
        return shot

    def place(path: Path) -> Path:
        return folder / path.relative_to(beside) if path.is_relative_to(shot.out) else path

    out = place(shot.out)
    if not shot.preset:  # its scene says where it looks for its bakes
        return replace(shot, out=out)
    bakes = tuple(replace(bake, out=place(bake.out)) for bake in shot.bakes)
    return replace(shot, out=out, scene=place(shot.scene), bakes=bakes)


def _with_songs(job: Job, folder: Path) -> Job:
    """The job with the songs of its own scenes in the bundle; a scene of the user's knows itself where its songs are.

    Raises:
        InputError: a song cannot be read.
        OutputError: a copy cannot be written.
    """
    songs = sorted({shot.song for shot in job.shots if shot.preset and not shot.song.is_relative_to(folder)})
    places: dict[Path, Path] = {}
    for song in songs:
        same_name = sum(other.name == song.name for other in places)
        name = f"{song.stem}_{same_name + 1}{song.suffix}" if same_name else song.name
        places[song] = folder / SONGS / name
        make_folder(folder / SONGS)
        try:
            with replacing(places[song]) as part:
                shutil.copyfile(song, part)
        except FileNotFoundError as error:
            raise InputError(f"there is no song {song}") from error

    def moved(shot: Shot) -> Shot:
        if shot.song not in places:
            return shot
        bakes = tuple(replace(bake, song=places.get(bake.song, bake.song)) for bake in shot.bakes)
        return replace(shot, song=places[shot.song], bakes=bakes)

    return replace(job, shots=tuple(map(moved, job.shots)))


def _set_up(job_file: Path, shot: str) -> None:
    """Make the scene of a shot, in a process of its own, since Blender holds one scene at a time.

    Raises:
        UsageError: it cannot be made; its own sentence.
    """
    command = [sys.executable, "-m", "headless", "setup", f"--job={job_file}", f"--shot={shot}"]
    answer = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    if answer.returncode:
        said = answer.stderr.strip().splitlines() or ["it does not say why"]
        raise UsageError(f"the scene of {shot} cannot be made: {said[-1]}")
