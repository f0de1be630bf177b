"""Which settings to change, by the kind of field."""

from __future__ import annotations

from dataclasses import dataclass

from avcore.fields.cppn import CppnSpec
from avcore.fields.pattern import PatternSpec
from avcore.presets.preset import Preset


@dataclass(frozen=True)
class Advice:
    """Parts of sentences, each naming settings and what they are now.

    ``structure`` gives a flat picture more of it, ``contrast`` also brings out what there is; ``calm`` and ``coarser``
    take structure away. ``faster`` and ``slower`` are about its own motion, ``louder`` makes it follow the sound more,
    ``travel`` lets its clock move it further. ``listen`` says how signals come to move the picture at all.
    """

    structure: str
    contrast: str
    calm: str
    coarser: str
    faster: str
    slower: str
    louder: str
    travel: str
    listen: str


def advice_for(preset: Preset) -> Advice:
    """What helps the field of a preset."""
    field = preset.field
    return _network(field) if isinstance(field, CppnSpec) else _pattern(preset, field)


def _network(field: CppnSpec) -> Advice:
    trained = field.weights is not None
    more = f"train {field.weights} further" if trained else f"raise field.gain (now {field.gain:g})"
    less = f"train {field.weights} towards smaller weights" if trained else f"lower field.gain (now {field.gain:g})"
    motion, audio = f"field.motion (now {field.motion:g})", f"field.audio (now {field.audio:g})"
    return Advice(
        structure=more,
        contrast=f"{more} or field.output_gain (now {field.output_gain:g})",
        calm=less,
        coarser=f"{less} or field.coords.scale (now {field.coords.scale:g})",
        faster=f"{more}, {motion} or {audio}",
        slower=f"lower {motion}, lengthen field.period (now {field.period})",
        louder=f"raise {audio}",
        travel=f"raise {motion}, shorten field.period (now {field.period})",
        listen="list signals in field.inputs, or drive settings with them",
    )


def _pattern(preset: Preset, field: PatternSpec) -> Advice:
    likes = f"field.{field.likes}"
    cycles = f"colour.cycles (now {preset.colour.cycles.base:g})"
    coarser = f"lower field.coords.scale (now {field.coords.scale:g})"
    period = f"field.period (now {field.period})"
    return Advice(
        structure=f"raise {cycles} or field.coords.scale (now {field.coords.scale:g})",
        contrast=f"raise {cycles}, or colour.contrast (now {preset.colour.contrast.base:g})",
        calm=coarser,
        coarser=f"{coarser}, or raise render.supersample (now {preset.render.supersample})",
        faster=f"shorten {period}, or drive {likes} further",
        slower=f"lengthen {period}",
        louder=f"drive {likes} further",
        travel=f"shorten {period}",
        listen=f"drive {likes} or other settings with signals",
    )
