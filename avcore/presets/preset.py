"""The preset: everything that decides a picture except the music."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from avcore.errors import PresetError
from avcore.fields.colour import ColourSpec
from avcore.fields.families import FIELDS
from avcore.fields.layers import LayerSpec
from avcore.fields.maps import MapsSpec
from avcore.presets.library import Origin, resolve_inside, shown_path
from avcore.presets.node import excerpt
from avcore.render.spec import RenderSpec
from avcore.signals.spec import SignalSpec
from avcore.spec import setting

SCHEMA_VERSION = 1
MOST_LAYERS = 32

# What a directed preset leaves to its scenes.
OF_SCENES = ("signals", "colour", "layers", "maps", "render")


def _check_signal_names(signals: Mapping[str, SignalSpec]) -> None:
    for name in signals:
        if name == "base":
            raise ValueError("a signal cannot be called 'base': that is the value that signals add to")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name):
            raise ValueError(
                f"a signal cannot be called {excerpt(name)!r}; use letters, digits, - and _, beginning with a letter"
            )


def _check_layers(layers: Sequence[LayerSpec]) -> None:
    if len(layers) > MOST_LAYERS:
        raise ValueError(
            f"{len(layers)} layers are too many; each costs as much as a picture, so there may be {MOST_LAYERS}"
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Preset:
    """A preset, complete and checked.

    ``path`` is the file that it was read from, ``origin`` what kind of place that is in, and ``folders`` the folder of
    that file and of those that it extends; they are not part of the YAML and do not count when presets are compared.
    """

    schema: int = setting(help="version of the preset format", low=1, high=SCHEMA_VERSION)
    name: str = setting("", help="title; the file's name where there is none")
    description: str = setting("", help="what it looks like, in a sentence")
    author: str = setting("", help="who made it")
    licence: str = setting("", help="under which terms it may be used (an SPDX name)")
    tags: tuple[str, ...] = setting((), help="words to find it by (calm, neon, tiling)")
    signals: dict[str, SignalSpec] = setting(
        factory=dict, help="control curves made from the music, by name", check=_check_signal_names
    )
    field: Annotated[Any, FIELDS] = setting(help="what draws the picture")
    colour: ColourSpec = setting(ColourSpec(), help="what the field's output becomes")
    layers: tuple[LayerSpec, ...] = setting((), help="fields laid over it, the lowest first", check=_check_layers)
    maps: MapsSpec = setting(MapsSpec(), help="the surface, for maps that are baked beside the picture")
    render: RenderSpec = setting(RenderSpec(), help="sampling in space and time")

    path: Path | None = dataclasses.field(default=None, compare=False)
    origin: Origin = dataclasses.field(default="memory", compare=False)
    folders: tuple[Path, ...] = dataclasses.field(default=(), compare=False)

    def __post_init__(self) -> None:
        """Refuse what a director would pass over."""
        if self.field.family == "directed":
            for item in dataclasses.fields(self):
                if item.name in OF_SCENES and getattr(self, item.name) != _default(item):
                    raise PresetError(
                        f"{item.name}: a directed preset leaves this to its scenes; give it in their presets, "
                        f"or change it there, as in field.scenes.NAME.set=[{item.name}...]"
                    )

    def file(self, relative: str) -> Path:
        """A file that the preset names (weights, image): in its own folder, else in that of a preset that it extends.

        Raises:
            PresetError: the path leaves the folder, or there is no such file.
        """
        for folder in self.folders:
            path = resolve_inside(folder, relative)
            if os.path.isfile(path):  # unlike Path.is_file, no error for a name that is too long
                return path
        where = " or ".join(map(str, self.folders)) or "memory, where a preset has no files"
        raise PresetError(f"preset {self.name!r} names the file {shown_path(relative)}, which is not in {where}")


def _default(item: dataclasses.Field[Any]) -> Any:
    return item.default if item.default_factory is dataclasses.MISSING else item.default_factory()
