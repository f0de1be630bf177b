"""A FeatureTrack as one safetensors file: arrays as tensors, all else as JSON in its header."""

from __future__ import annotations

import dataclasses
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from avcore.audio.track import CONTRACT_VERSION, Feature, FeatureTrack, NarrowBands
from avcore.errors import InputError, OutputError
from avcore.files import replacing

FORMAT = "avcore.feature-track"
_ARRAYS = ("onsets_s", "beats_s", "downbeats_s")
_PLAIN = tuple(
    field.name for field in dataclasses.fields(FeatureTrack) if field.name not in (*_ARRAYS, "features", "narrow")
)


def save_track(track: FeatureTrack, path: Path) -> None:
    """Write ``track``, complete or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    tensors = {name: np.asarray(getattr(track, name), np.float64) for name in _ARRAYS}
    tensors["raw"] = np.stack([feature.raw for feature in track.features.values()])
    if track.narrow is not None:
        tensors["narrow_edges_hz"] = track.narrow.edges_hz
        tensors["narrow_rms"] = np.ascontiguousarray(track.narrow.rms)
    metadata = {name: getattr(track, name) for name in _PLAIN}
    metadata["settings"] = dict(track.settings)
    metadata["features"] = [
        {key: value for key, value in vars(feature).items() if key != "raw"} for feature in track.features.values()
    ]
    with replacing(path) as part:
        try:
            save_file(tensors, part, metadata={"format": FORMAT, "track": json.dumps(metadata)})
        except SafetensorError as error:  # it wraps what the operating system said
            raise OutputError(f"{path} cannot be written: {error}") from error


def load_track(path: Path) -> FeatureTrack:
    """Read what ``save_track`` wrote.

    Raises:
        InputError: missing, damaged, or of another contract version.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    try:
        tensors = load(content)
        metadata = _metadata(content)
    except (SafetensorError, ValueError, KeyError, struct.error) as error:
        raise InputError(f"{path} is damaged or no feature track ({error}); analyse the song again") from error
    version = metadata["contract_version"]
    if version != CONTRACT_VERSION:
        raise InputError(
            f"{path} follows version {version} of the contract, not {CONTRACT_VERSION}; analyse the song again"
        )
    features = {
        about["name"]: Feature(raw=raw, **about)
        for about, raw in zip(metadata.pop("features"), tensors["raw"], strict=True)
    }
    narrow = NarrowBands(tensors["narrow_edges_hz"], tensors["narrow_rms"]) if "narrow_rms" in tensors else None
    metadata.update({name: tensors[name] for name in _ARRAYS})
    return FeatureTrack(features=features, narrow=narrow, **metadata)


def _metadata(content: bytes) -> dict[str, Any]:
    """The JSON that ``save_track`` put into the header.

    A safetensors file begins with the length of its header (8 bytes, little endian) and the header itself, as JSON.
    """
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])["__metadata__"]
    if header.get("format") != FORMAT:
        raise ValueError("another kind of safetensors file")
    metadata = json.loads(header["track"])
    if set(metadata) != {*_PLAIN, "features"}:
        raise ValueError("entries are missing or unknown")
    return dict(metadata)
