"""What a scene keeps: which sound, which preset, how to bake it, what to key, and a list of jobs."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from .session import catalogue, hearables, refresh
from .session.kinds import (
    CONTROLLERS,
    COORDINATES,
    FARM_PROFILES,
    FORMATS,
    KEYS_ON,
    MAPS,
    RANGES,
    SOUND_KINDS,
    SPACINGS,
    SURFACES,
    TARGETS,
)


class SoundSettings(bpy.types.PropertyGroup):
    """Which sound is meant."""

    kind: EnumProperty(name="Sound", items=SOUND_KINDS, default="ACTIVE", update=refresh.sound_changed)
    strip: StringProperty(
        name="Strip", description="Name of a sound strip", search=hearables.strip_names, update=refresh.sound_changed
    )
    channel: IntProperty(
        name="Channel",
        description="A channel of the Video Sequencer",
        default=1,
        min=1,
        max=128,
        update=refresh.sound_changed,
    )
    file: StringProperty(name="File", description="A sound file", subtype="FILE_PATH", update=refresh.sound_changed)
    file_start: IntProperty(
        name="Starts at Frame",
        description="The frame at which the file begins",
        default=1,
        update=refresh.sound_changed,
    )


class Parameter(bpy.types.PropertyGroup):
    """One setting of the preset. Its custom property ``value`` carries range, unit and help (`session.parameters`)."""

    key: StringProperty()
    group: StringProperty()
    label: StringProperty()
    kind: StringProperty()
    default: StringProperty()
    colours: StringProperty()


class PresetSettings(bpy.types.PropertyGroup):
    """Which preset, and how it was changed."""

    name: StringProperty(name="Preset", description="Name or path of a preset", default="ember")
    choice: EnumProperty(
        name="Preset",
        description="What the sound becomes",
        items=catalogue.items,
        get=catalogue.chosen,
        set=catalogue.choose,
    )
    described: StringProperty(description="The preset that the parameters are of")
    parameters: CollectionProperty(type=Parameter)
    overrides: StringProperty(
        name="Overrides", description="Settings that differ from the preset's own and have no parameter", default="{}"
    )


class BakeSettings(bpy.types.PropertyGroup):
    """How to write the pictures, and what to make of them."""

    width: IntProperty(name="Width", description="In pixels", default=1024, min=16, max=16384, subtype="PIXEL")
    height: IntProperty(name="Height", description="In pixels", default=1024, min=16, max=16384, subtype="PIXEL")
    range: EnumProperty(name="Frames", description="Which frames to bake", items=RANGES)
    first: IntProperty(name="First", description="The first frame", default=1)
    last: IntProperty(name="Last", description="The last frame", default=250)
    format: EnumProperty(name="Format", description="Kind of file", items=FORMATS)
    bits: EnumProperty(
        name="Bits", description="Of a channel of a PNG", items=(("8", "8", "Small"), ("16", "16", "Without banding"))
    )
    quality: EnumProperty(
        name="Quality",
        description="Smooth edges take longer",
        items=(("final", "Final", "Antialiased"), ("draft", "Draft", "Fast, to look at the movement")),
    )
    folder: StringProperty(
        name="Folder", description="Where bakes go; empty: the folder in the preferences", subtype="DIR_PATH"
    )
    name: StringProperty(name="Name", description="Of the bake and what is made of it; empty: strip and preset")
    target: EnumProperty(name="Target", description="What to make of the pictures", items=TARGETS)
    maps: EnumProperty(
        name="Maps",
        description="What to bake beside the colours, as images or OpenEXR",
        items=MAPS,
        options={"ENUM_FLAG"},
    )
    surface: EnumProperty(name="Surface", description="What kind of material shows it", items=SURFACES)


class LiveSettings(bpy.types.PropertyGroup):
    """How to make a live picture of nodes."""

    coordinates: EnumProperty(
        name="Coordinates", description="Where a live material lies on its object", items=COORDINATES
    )
    emission: BoolProperty(name="Bright Lines Shine", description="The bright lines of a lit surface give light")
    keys: EnumProperty(name="Keys On", description="What has the keys that move it", items=KEYS_ON)


class Job(bpy.types.PropertyGroup):
    """A bake: of a sound, by a preset, into a target."""

    sound: PointerProperty(type=SoundSettings)
    preset: PointerProperty(type=PresetSettings)
    bake: PointerProperty(type=BakeSettings)
    live: PointerProperty(type=LiveSettings)
    object: StringProperty(name="Object", description="The object that gets the target; empty: the active one")
    state: StringProperty(description="Empty, 'done', or why it failed")


class KeySettings(bpy.types.PropertyGroup):
    """How a curve of the sound becomes keys. Times are in milliseconds."""

    source: StringProperty(
        name="Signal",
        description="A feature such as bass, a band such as 40-110 Hz, or a signal of the preset",
        default="bass",
        search=hearables.signal_names,
    )
    low: FloatProperty(name="From", description="Value in silence", default=0.0)
    high: FloatProperty(name="To", description="Value at the loudest", default=1.0)
    attack: FloatProperty(name="Attack (ms)", description="How slowly it rises", default=0, min=0, max=10000)
    release: FloatProperty(name="Release (ms)", description="How slowly it falls", default=150, min=0, max=10000)
    lookahead: FloatProperty(
        name="Lookahead (ms)",
        description="How long before the sound it begins",
        default=0,
        min=0,
        max=10000,
    )
    delay: FloatProperty(
        name="Delay (ms)", description="How long after the sound it comes", default=0, min=-10000, max=10000
    )
    controller: EnumProperty(name="Controller", description="What gets the keys", items=CONTROLLERS)
    spacing: EnumProperty(name="Keys", description="How many keys", items=SPACINGS)
    error: FloatProperty(
        name="Error", description="Largest error of few keys, as a part of the range", default=0.01, min=0.0001, max=0.5
    )


class FarmSettings(bpy.types.PropertyGroup):
    """How a job for a render farm is written."""

    folder: StringProperty(
        name="Folder", description="Where the job is written; empty: beside the file", subtype="DIR_PATH"
    )
    frames_per_task: IntProperty(
        name="Frames per Task", description="How many frames one task renders", default=10, min=1, max=10000
    )
    profile: EnumProperty(name="Format", description="What the farm knows of Open Job Description", items=FARM_PROFILES)


class Settings(bpy.types.PropertyGroup):
    """All settings of a scene."""

    now: PointerProperty(type=Job)
    keys: PointerProperty(type=KeySettings)
    farm: PointerProperty(type=FarmSettings)
    jobs: CollectionProperty(type=Job)
    job: IntProperty(name="Job", description="The selected job")
    live: BoolProperty(
        name="Keep Up",
        description="Draw the preview anew when the frame or a setting changes",
        default=True,
        update=refresh.sound_changed,
    )
    show_heard: BoolProperty(
        name="Show What It Heard", description="Draw waveform, beats and the chosen signal over the strip", default=True
    )


CLASSES = (
    SoundSettings,
    Parameter,
    PresetSettings,
    BakeSettings,
    LiveSettings,
    Job,
    KeySettings,
    FarmSettings,
    Settings,
)


def register() -> None:
    """Give every scene its settings."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.avcore = PointerProperty(type=Settings, name="avcore")


def unregister() -> None:
    """Take them away."""
    del bpy.types.Scene.avcore
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
