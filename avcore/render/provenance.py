"""Where a frame came from: what every output carries, so that it can be made again."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import avcore
from avcore.presets.hashing import preset_hash
from avcore.render.frames import Frames


def provenance(frames: Frames, *, pixel: str, quality: str, overlay: str | None) -> dict[str, Any]:
    """Hashes, versions and device of a job. ``job`` is a hash of all that decides pixels."""
    track, timebase = frames.track, frames.timebase
    decides: dict[str, Any] = {
        "preset_sha256": preset_hash(frames.preset),
        "weights_sha256": frames.weights_sha256,
        "audio_sha256": track.audio_sha256,
        "track_contract": track.contract_version,
        "analysis": dict(track.settings),
        "fps": str(timebase.fps),
        "start_s": str(timebase.start_s),
        "start_frame": timebase.start_frame,
        "size": "x".join(map(str, frames.size)),
        "pixel": pixel,
        "quality": quality,
        "overlay": overlay or "",
        "map": frames.map_name or "",
        "device": frames.device.name,
        "implementation": frames.implementation,
        "avcore": avcore.__version__,
    }
    job = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
    return {
        "job": job,
        **decides,
        "preset": frames.preset.name,
        "device_description": frames.device.description,
        "agreement_db": frames.agreement_db,
    }
