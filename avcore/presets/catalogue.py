"""What there is to choose from: every preset that a name can mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avcore.errors import PresetError
from avcore.fields.families import FIELDS
from avcore.presets.library import locations, slug
from avcore.presets.loading import load_location
from avcore.presets.preset import Preset
from avcore.presets.settings import variant_class, variant_type

THUMBNAILS = (".jpg", ".png")


@dataclass(frozen=True)
class PresetEntry:
    """One preset of the library; ``error`` says why it cannot be loaded, and is empty where it can."""

    name: str
    path: Path
    origin: str
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    family: str = ""
    look: str = ""
    error: str = ""

    @property
    def thumbnail(self) -> Path | None:
        """The picture that lies beside it, in the folder ``thumbnails``; None where there is none."""
        paths = (self.path.parent / "thumbnails" / f"{self.path.stem}{ending}" for ending in THUMBNAILS)
        return next((path for path in paths if path.is_file()), None)


@dataclass(frozen=True)
class LookEntry:
    """A kind of picture: the ``type`` of a field. ``likes`` is the setting that sound should move first."""

    name: str
    family: str
    description: str
    likes: str


def list_looks() -> list[LookEntry]:
    """Every look, family by family."""
    classes: dict[str, Any] = {name: variant_class(where) for name, where in FIELDS.classes.items()}
    families = list(dict.fromkeys(cls.family for cls in classes.values()))
    looks = [
        LookEntry(name, cls.family, (cls.__doc__ or "").partition("\n")[0], cls.likes) for name, cls in classes.items()
    ]
    return sorted(looks, key=lambda look: families.index(look.family))


def list_presets() -> list[PresetEntry]:
    """All presets by name; where two share a name, the one that the name means. A broken one shows its error."""
    entries: dict[str, PresetEntry] = {}
    for location in locations():
        name = location.name
        if name in entries:
            continue
        try:
            preset = load_location(location)
        except PresetError as error:
            entries[name] = PresetEntry(name, location.path, location.origin, error=str(error))
        else:
            entries[name] = entry_of(preset)
    return [entries[name] for name in sorted(entries)]


def entry_of(preset: Preset) -> PresetEntry:
    """What the catalogue says of a preset that was read from a file."""
    assert preset.path is not None
    look = variant_type(FIELDS, type(preset.field)) or ""
    about = {"description": preset.description, "tags": preset.tags, "family": preset.field.family, "look": look}
    return PresetEntry(slug(preset.path.stem), preset.path, preset.origin, preset.name, **about)
