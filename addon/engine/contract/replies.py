"""What comes back from the worker: answers on the way, and the replies of the requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Progress:
    """How far a request is: when a stage begins, and at most ten times a second in it.

    ``stage`` is ``analysis`` of the sound, ``compiling`` of kernels (which takes seconds on first use), or ``frames``.
    ``per_second`` and ``left_s`` are None until they are known.
    """

    stage: str
    done: float
    total: float
    per_second: float | None = None
    left_s: float | None = None


NextStep = Literal["retry", "choose-sound", "choose-folder", "change-preset", "change-request", "report"]


@dataclass(frozen=True)
class Failed:
    """Why there is no reply. ``sentence`` is for the user and says what to do; ``next_step`` names a button for it.

    ``kind`` is the class of the error: ``UsageError``, ``PresetError``, ``InputError``, ``OutputError``; ``Crash`` for
    a fault of the program or a process that has died. ``exit_code`` is what the command line would have returned.
    """

    kind: str
    sentence: str
    next_step: NextStep
    exit_code: int = 1
    traceback: str = ""


@dataclass(frozen=True)
class Cancelled:
    """The request was cancelled, or a newer one took its place; ``sentence`` says what is left."""

    sentence: str = ""


@dataclass(frozen=True)
class ArrayFile:
    """An array in a .npy file."""

    path: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class Device:
    """What can draw: ``name`` is for requests, ``description`` for people."""

    name: str
    description: str


@dataclass(frozen=True)
class PresetInfo:
    """One preset; ``error`` is empty unless it cannot be loaded. ``thumbnail`` is a path, empty where there is none.

    ``origin``: shipped, user, pack, or folder (one that AVCORE_PRESETS names). As a live material it takes
    ``live_nodes`` nodes, or ``not_live`` says why it cannot be one.
    """

    name: str
    title: str
    path: str
    origin: str
    description: str = ""
    tags: tuple[str, ...] = ()
    family: str = ""
    look: str = ""
    thumbnail: str = ""
    error: str = ""
    live_nodes: int = 0
    not_live: str = ""


@dataclass(frozen=True)
class Look:
    """A kind of picture. ``likes`` is the setting that sound should move first, empty where any will do."""

    name: str
    family: str
    description: str
    likes: str


ParameterKind = Literal["float", "int", "bool", "choice", "colour", "palette", "duration", "text"]


@dataclass(frozen=True)
class Parameter:
    """A setting of a preset, for a panel. ``key`` and a value like ``value`` go into ``overrides``.

    ``low`` and ``high`` are limits, None where there is none; ``soft_low`` and ``soft_high`` are for a slider, None for
    what is no number. ``signals`` names what moves the number, with amounts; each amount is a parameter of its own, in
    the group ``sound``. A palette's ``value`` is a name or a list of colours, ``choices`` the names and ``colours``
    what it looks like.
    """

    key: str
    group: Literal["look", "motion", "camera", "colour", "sound", "render", "maps"]
    label: str
    help: str
    kind: ParameterKind
    value: Any
    default: Any = None
    low: float | None = None
    high: float | None = None
    soft_low: float | None = None
    soft_high: float | None = None
    choices: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    signals: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Feature:
    """A feature that every sound has, and what it says."""

    name: str
    unit: str
    description: str


@dataclass(frozen=True)
class Section:
    """A part of a song; parts with the same label are the same music. The rest are percentiles within the song."""

    start_s: float
    end_s: float
    label: str
    level: float
    brightness: float
    density: float


@dataclass(frozen=True)
class Welcome:
    """Who answers."""

    protocol: int
    avcore: str
    python: str
    executable: str
    pid: int
    torch: str
    devices: tuple[Device, ...]
    cache_folder: str
    user_presets: str


@dataclass(frozen=True)
class PresetList:
    """The library: presets by name, and what they can be made of."""

    presets: tuple[PresetInfo, ...]
    families: tuple[str, ...]
    looks: tuple[Look, ...]
    palettes: tuple[str, ...]


@dataclass(frozen=True)
class Description:
    """One preset: complete YAML, its hash, its main settings, and its signals by name with what they hear."""

    preset: PresetInfo
    yaml: str
    sha256: str
    parameters: tuple[Parameter, ...]
    signals: dict[str, Any]


@dataclass(frozen=True)
class Saved:
    """A preset that was written."""

    name: str
    path: str


@dataclass(frozen=True)
class Installed:
    """A pack that was installed: its folder and the names of its presets."""

    pack: str
    folder: str
    presets: tuple[str, ...]


@dataclass(frozen=True)
class Analysis:
    """What was heard. ``peaks`` [shape=(n, 2), float32] has the lowest and highest sample of n equal parts."""

    duration_s: float
    sample_rate_hz: int
    channels: int
    sha256: str
    tempo_bpm: float
    tempo_confidence: float
    beats_per_bar: int
    beats_s: tuple[float, ...]
    downbeats_s: tuple[float, ...]
    onsets_s: tuple[float, ...]
    sections: tuple[Section, ...]
    features: tuple[Feature, ...]
    peaks: ArrayFile | None = None


@dataclass(frozen=True)
class CurveValues:
    """``array`` [shape=(len(names), times), float32], one row for each name."""

    names: tuple[str, ...]
    array: ArrayFile


@dataclass(frozen=True)
class LiveGraph:
    """A picture as operations, for nodes (``avcore.fields.expression.Graph.to_data``), and its signals at the times.

    ``why_not`` says why there can be none, and what to do; it is empty where there can, of ``nodes`` nodes. ``signals``
    is None without times, or where no signal moves the picture; its rows are in the order of the graph's inputs.
    """

    why_not: str
    graph: dict[str, Any] | None = None
    signals: CurveValues | None = None
    nodes: int = 0


@dataclass(frozen=True)
class Picture:
    """``array`` [shape=(height, width, 3)]: display-referred sRGB, the top row first; which frame it is of."""

    array: ArrayFile
    frame: int
    time_s: float
    seconds: float
    drawn_by: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Baked:
    """A finished bake. ``first_file`` is the first frame's file, or the video; ``correlation`` is with ``signal``.

    ``maps`` has the first frame's file of each map by its name.
    """

    out: str
    first_file: str
    first_frame: int
    last_frame: int
    frames: int
    skipped: int
    seconds: float
    frames_per_second: float
    drawn_by: str
    signal: str
    correlation: float
    warnings: tuple[str, ...]
    maps: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Diagnosis:
    """What `avcore doctor` says: ``text`` for people, ``problems`` as sentences with the command that helps."""

    text: str
    problems: tuple[str, ...]
    report: dict[str, Any]


@dataclass(frozen=True)
class Nothing:
    """There is nothing to say."""
