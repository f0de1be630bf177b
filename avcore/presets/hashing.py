"""The hash of what decides the pixels, for provenance and resumable bakes."""

from __future__ import annotations

import hashlib
import json

from avcore.presets.plain import to_data
from avcore.presets.preset import Preset

DECIDES = ("schema", "signals", "field", "colour", "render")


def preset_hash(preset: Preset) -> str:
    """SHA-256, in hex, of every setting that decides pixels, defaults included; not of name, author or tags.

    Weights are files, with a hash of their own. Keys keep their order, since the order of signals is that of sums and
    of a network's inputs.
    """
    data = to_data(preset, full=True)
    canonical = json.dumps({key: data[key] for key in DECIDES}, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
