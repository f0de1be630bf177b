"""What there is to choose from: every preset that a name can mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from avcore.errors import PresetError
from avcore.presets.library import locations
from avcore.presets.loading import load_location


@dataclass(frozen=True)
class PresetEntry:
    """One preset of the library; ``error`` says why it cannot be loaded, and is empty where it can."""

    name: str
    path: Path
    origin: str
    description: str = ""
    tags: tuple[str, ...] = ()
    error: str = ""


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
            entries[name] = PresetEntry(name, location.path, location.origin, preset.description, preset.tags)
    return [entries[name] for name in sorted(entries)]
