"""What can be asked of the worker. ``REPLY`` is what the answer ``done`` holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from .replies import (
    Analysis,
    Baked,
    CurveValues,
    Description,
    Diagnosis,
    Installed,
    LiveGraph,
    Nothing,
    Picture,
    PresetList,
    Saved,
    Welcome,
)

PROTOCOL = 1


@dataclass(frozen=True)
class Hello:
    """The first request. The worker refuses another protocol than its own."""

    REPLY: ClassVar[type] = Welcome
    protocol: int = PROTOCOL
    client: str = ""


@dataclass(frozen=True)
class ListPresets:
    """All presets, families, looks and palettes."""

    REPLY: ClassVar[type] = PresetList


@dataclass(frozen=True)
class Describe:
    """One preset, by name or path, with its settings under ``overrides`` (dotted keys to values)."""

    REPLY: ClassVar[type] = Description
    preset: str
    overrides: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SavePreset:
    """Keep a preset with ``overrides`` as a new one of the user's, called ``name``."""

    REPLY: ClassVar[type] = Saved
    name: str
    base: str
    overrides: dict[str, Any] = field(default_factory=dict)
    description: str = ""
    overwrite: bool = False


@dataclass(frozen=True)
class InstallPack:
    """Install a zip of presets, weights and thumbnails."""

    REPLY: ClassVar[type] = Installed
    path: str
    overwrite: bool = False


@dataclass(frozen=True)
class Analyze:
    """Listen to a sound file. ``n_peaks`` points of its waveform come along, none where that is 0."""

    REPLY: ClassVar[type] = Analysis
    audio: str
    n_peaks: int = 0


@dataclass(frozen=True)
class Curves:
    """Sample control curves. The times are those of ``count`` frames, or ``times_s``: seconds of the sound.

    ``signals`` maps names of one's choice to a feature (``bass``), a band (``40-110 Hz``), or a signal as a preset
    writes it (``{"source": "bass", "release": "200ms", "range": [0, 2]}``), which may also have a ``delay``. Features
    and bands alone are in [0, 1]. Where ``preset`` is given, its own signals come after them: those named in
    ``preset_signals``, or all; a perfect loop begins at ``start_s``, as in a bake. A frame hears ``span_s`` seconds,
    by default 1 / fps.
    """

    REPLY: ClassVar[type] = CurveValues
    audio: str
    signals: dict[str, Any] = field(default_factory=dict)
    preset: str = ""
    overrides: dict[str, Any] = field(default_factory=dict)
    preset_signals: tuple[str, ...] = ()
    fps: str = "30"
    start_s: float = 0.0
    count: int = 0
    times_s: tuple[float, ...] = ()
    span_s: float | None = None


@dataclass(frozen=True)
class Live:
    """A preset as a graph of operations, to be made into nodes, and the signals that move it, as ``Curves`` samples.

    Without ``audio`` there are no signals, and no graph of a preset that counts in beats. ``fps`` and ``start_s`` as in
    a bake: a perfect loop begins there and is whole frames long. Without times (``count`` or ``times_s``) the graph
    comes alone.
    """

    REPLY: ClassVar[type] = LiveGraph
    preset: str
    overrides: dict[str, Any] = field(default_factory=dict)
    audio: str = ""
    fps: str = "30"
    start_s: float = 0.0
    count: int = 0
    times_s: tuple[float, ...] = ()


@dataclass(frozen=True)
class Preview:
    """One frame, quickly: the one that is on screen ``time_s`` seconds into the sound. The newest request wins.

    ``fps`` and ``start_s`` as in the bake that it previews; a time outside the sound shows the nearest frame.
    """

    REPLY: ClassVar[type] = Picture
    audio: str
    preset: str
    overrides: dict[str, Any] = field(default_factory=dict)
    time_s: float = 0.0
    width: int = 512
    height: int = 512
    fps: str = "30"
    start_s: float = 0.0
    quality: Literal["draft", "final"] = "draft"
    pixel: Literal["uint8", "float32"] = "float32"
    device: str = "auto"
    threads: int | None = None


@dataclass(frozen=True)
class Bake:
    """Write frames: a folder of images (``format`` png or exr), or a video file (``format`` video).

    Frame ``start_frame`` shows the sound at ``start_s``; ``duration`` is in seconds, or text such as ``8 bars``;
    ``frames`` picks some (``10-20``). Each of ``maps`` (height, normal, roughness, emission, mask) is baked beside the
    images, into ``OUT_NAME``. Sent again after a cancel or a crash, a folder goes on where it was.
    """

    REPLY: ClassVar[type] = Baked
    audio: str
    out: str
    preset: str
    overrides: dict[str, Any] = field(default_factory=dict)
    width: int = 1024
    height: int = 1024
    fps: str = "30"
    start_s: float = 0.0
    duration: float | str | None = None
    frames: str | None = None
    start_frame: int = 1
    format: Literal["png", "exr", "video"] = "png"
    bits: int = 8
    device: str = "auto"
    quality: Literal["draft", "final"] = "final"
    precision: Literal["auto", "fp32", "half"] = "auto"
    threads: int | None = None
    overlay: str | None = None
    overwrite: bool = False
    sound: bool = True
    codec: str | None = None
    crf: float | None = None
    speed: str | None = None
    hardware: str | None = None
    maps: tuple[Literal["height", "normal", "roughness", "emission", "mask"], ...] = ()


@dataclass(frozen=True)
class Cancel:
    """Cancel the request with the id ``target``; one that has been answered is left alone."""

    REPLY: ClassVar[type] = Nothing
    target: int


@dataclass(frozen=True)
class Doctor:
    """Look around; takes seconds, since encoders are tried."""

    REPLY: ClassVar[type] = Diagnosis


@dataclass(frozen=True)
class Shutdown:
    """Stop all work in order and end; the same as closing the worker's input."""

    REPLY: ClassVar[type] = Nothing


REQUESTS: dict[str, type] = {
    "hello": Hello,
    "presets": ListPresets,
    "describe": Describe,
    "save_preset": SavePreset,
    "install_pack": InstallPack,
    "analyze": Analyze,
    "curves": Curves,
    "live": Live,
    "preview": Preview,
    "bake": Bake,
    "cancel": Cancel,
    "doctor": Doctor,
    "shutdown": Shutdown,
}
