"""The hash of what decides the pixels, for provenance and resumable bakes."""

from __future__ import annotations

import hashlib
import json

from avcore.presets.images import read_images
from avcore.presets.plain import to_data
from avcore.presets.preset import Preset

DECIDES = ("schema", "signals", "field", "colour", "layers", "maps", "render")


def preset_hash(preset: Preset) -> str:
    """SHA-256, in hex, of every setting that decides pixels, defaults included; not of name, author or tags.

    An image counts as the colours that a palette takes from it; weights are files, with a hash of their own. Keys keep
    their order, since the order of signals is that of sums and of a network's inputs.

    Raises:
        PresetError: an image that the preset names cannot be used.
    """
    data = to_data(read_images(preset), full=True)
    canonical = json.dumps({key: data[key] for key in DECIDES}, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
