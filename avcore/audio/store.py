"""A FeatureTrack as one safetensors file: arrays as tensors, all else as JSON in its header."""

from __future__ import annotations

import dataclasses
import errno
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from avcore.audio.track import CONTRACT_VERSION, RATE_HZ, Feature, FeatureTrack, NarrowBands
from avcore.errors import InputError
from avcore.files import NO_SPACE, replacing

FORMAT = "avcore.feature-track"
Tensor = np.ndarray[Any, Any]
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
            raise OSError(errno.ENOSPC if NO_SPACE in str(error) else errno.EIO, str(error)) from error


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
        metadata = _metadata(content)
        version = metadata["contract_version"]
        if version == CONTRACT_VERSION:
            return _checked(metadata, load(content))
    except (
        SafetensorError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as error:
        raise InputError(f"{path} is damaged or no feature track ({error}); analyse the song again") from error
    raise InputError(
        f"{path} follows version {version!r:.20} of the contract, not {CONTRACT_VERSION}; analyse the song again"
    )


def _checked(metadata: dict[str, Any], tensors: Mapping[str, Tensor]) -> FeatureTrack:
    """The track of these parts, each held to what an analysis can say.

    Raises:
        ValueError, KeyError, TypeError: one of them is missing, of another kind, or out of range.
    """
    within = {
        "tempo_bpm": (20, 400),
        "tempo_confidence": (0, 1),
        "beats_per_bar": (1, 64),
        "duration_s": (0, 1e7),
        "source_rate_hz": (1, 1e7),
        "channels": (1, 64),
        "analysis_rate_hz": (1, 1e7),
    }
    for name, (low, high) in within.items():
        if isinstance(metadata[name], bool) or not low <= metadata[name] <= high:
            raise ValueError(f"{name} is out of range")
    whole = ("beats_per_bar", "source_rate_hz", "channels", "analysis_rate_hz")
    if not all(isinstance(metadata[name], int) for name in whole):
        raise ValueError("a count is no whole number")
    if not re.fullmatch(r"[0-9a-f]{64}", metadata["audio_sha256"]) or not isinstance(metadata["settings"], dict):
        raise ValueError("no hash of the sound, or no settings")
    # The margin is for a duration that is a rounding error below a whole number of samples.
    n = math.floor(metadata["duration_s"] * RATE_HZ + 1e-6) + 1
    abouts = metadata.pop("features")
    raw = _array(tensors, "raw", np.float32, (len(abouts), n))
    features = {about["name"]: _feature(about, values) for about, values in zip(abouts, raw, strict=True)}
    if not features or len(features) < len(abouts):
        raise ValueError("no features, or two of one name")
    events = {name: _array(tensors, name, np.float64, (None,)) for name in _ARRAYS}
    if any((np.diff(times_s) < 0).any() for times_s in events.values()):
        raise ValueError("events that do not follow one another")
    narrow = None
    if "narrow_rms" in tensors:
        edges_hz = _array(tensors, "narrow_edges_hz", np.float64, (None,))
        if len(edges_hz) < 2 or not (np.diff(edges_hz) > 0).all():
            raise ValueError("narrow bands that do not rise")
        narrow = NarrowBands(edges_hz, _array(tensors, "narrow_rms", np.float16, (n, len(edges_hz) - 1)))
    return FeatureTrack(features=features, narrow=narrow, **{**metadata, **events})


def _feature(about: dict[str, Any], raw: Tensor) -> Feature:
    words = [about[name] for name in ("name", "unit", "description")]
    if not all(isinstance(word, str) and word.isprintable() for word in words):
        raise ValueError("a feature's name or unit is no text")
    if not all(math.isfinite(about[name]) for name in ("reference", "zero")):
        raise ValueError("a feature's reference is no number")
    return Feature(raw=raw, **about)


def _array(tensors: Mapping[str, Tensor], name: str, dtype: type, shape: tuple[int | None, ...]) -> Tensor:
    """A tensor of that kind and shape (None: any length) whose numbers are finite."""
    values = tensors[name]
    same = len(values.shape) == len(shape) and all(
        b is None or a == b for a, b in zip(values.shape, shape, strict=True)
    )
    if values.dtype != dtype or not same or not np.isfinite(values).all():
        raise ValueError(f"{name} has another shape or numbers that are none")
    return values


def _metadata(content: bytes) -> dict[str, Any]:
    """The JSON that ``save_track`` put into the header.

    A safetensors file begins with the length of its header (8 bytes, little endian) and the header itself, as JSON.
    """
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])["__metadata__"]
    if header.get("format") != FORMAT:
        raise ValueError("another kind of safetensors file")
    metadata = json.loads(header["track"])
    if set(metadata) != {*_PLAIN, "features"}:
        raise ValueError("entries are missing or unknown")
    return dict(metadata)
