"""A job: shots, each a song and a preset in a scene. What the job file, the command line and the farm speak of.

A shot goes through three steps that may run on three machines: its *bakes* become texture folders, its scene's frames
are *rendered*, and these are *encoded* with the song. Where each of them lies follows from the job's folder and the
shot's name (``Place``), so that no step has to tell another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from avcore.spec import setting

Engine = Literal["cycles", "eevee", "workbench"]
Device = Literal["cpu", "cuda", "optix", "hip", "oneapi", "metal"]


@dataclass(frozen=True)
class TextureSettings:
    """How a bake's pictures are made."""

    size: str = setting("1024x1024", help="width and height in pixels: 1024x1024, 1080p")
    format: Literal["png", "exr"] = setting("png", help="png (sRGB) or exr (linear, half float)")
    bits: int = setting(8, help="8 or 16 bits a channel; exr has 16", low=8, high=16)
    maps: tuple[str, ...] = setting((), help="height, normal, roughness, emission, mask, each in a folder beside")
    quality: Literal["draft", "final"] = setting("final", help="draft: one sample a pixel")
    device: str = setting("auto", help="where fields are drawn: auto, cpu, cuda, mps, xpu")


@dataclass(frozen=True)
class RenderSettings:
    """How a scene's frames are rendered; what is None is as the scene says."""

    resolution: str | None = setting(None, help="width and height in pixels: 720p, 1920x1080")
    engine: Engine | None = setting(None, help="cycles, eevee (needs a graphics context) or workbench")
    samples: int | None = setting(None, help="samples a pixel", low=1, high=100_000)
    device: Device | None = setting(None, help="where Cycles renders")
    format: Literal["png", "exr"] = setting("png", help="of the frames on disk")
    camera: str | None = setting(None, help="name of the camera")


@dataclass(frozen=True)
class MovieSettings:
    """How frames become a film."""

    ending: str = setting("mp4", help="mp4, mov, mkv or webm")
    codec: str | None = setting(None, help="h264, hevc, av1, vp9, prores, ffv1; else what suits the ending")
    crf: float | None = setting(None, help="quality: lower is better and larger", low=0, high=63)
    speed: str | None = setting(None, help="draft, fast, medium or slow")


@dataclass(frozen=True)
class Bake:
    """One texture folder: ``count`` frames of a song by a preset, the first, numbered ``start_frame``, at ``start_s``.

    ``stateless`` is False for a generator with a memory, which is baked in one piece.
    """

    song: Path
    preset: str
    out: Path
    fps: Fraction
    start_s: Fraction
    count: int
    start_frame: int = 1
    overrides: Mapping[str, Any] = field(default_factory=dict)
    texture: TextureSettings = field(default_factory=TextureSettings)
    stateless: bool = True


@dataclass(frozen=True)
class Shot:
    """One film to make. Either a ``song`` and a ``preset`` in a ``template``, or a ``scene`` of the user's.

    All paths are absolute. ``frames`` are numbers of the scene. ``bakes`` are those that the scene shows: for a scene
    of the user's they are read from it, for a song and a preset there is one, or none where it is ``live``.
    """

    name: str
    song: Path
    preset: str
    scene: Path
    out: Path
    fps: Fraction
    start_s: Fraction
    first: int
    last: int
    kind: Literal["texture", "live"] = "texture"
    template: str = "plane"
    overrides: Mapping[str, Any] = field(default_factory=dict)
    bakes: tuple[Bake, ...] = ()
    render: RenderSettings = field(default_factory=RenderSettings)
    movie: MovieSettings = field(default_factory=MovieSettings)

    @property
    def frames_folder(self) -> Path:
        """Where its rendered frames go, as ``NAME_0001.png``."""
        return self.out / "frames"

    @property
    def movie_file(self) -> Path:
        """The film."""
        return self.out / f"{self.name}.{self.movie.ending}"


@dataclass(frozen=True)
class Job:
    """Shots that are made as one; ``file`` is the job file, which every machine reads."""

    name: str
    file: Path
    shots: tuple[Shot, ...]

    def shot(self, name: str) -> Shot:
        """The shot of that name; of a job with one shot, no name means that one.

        Raises:
            UsageError: there is none of that name, or several and no name.
        """
        from avcore.errors import UsageError

        if not name and len(self.shots) == 1:
            return self.shots[0]
        for shot in self.shots:
            if shot.name == name:
                return shot
        names = ", ".join(shot.name for shot in self.shots[:12])
        raise UsageError(f"{self.file} has no shot {name!r}; it has {names}" if name else f"name one of: {names}")
