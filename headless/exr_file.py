"""The outside of an OpenEXR file: is it whole, and its header without what differs from run to run.

Read as bytes, so that it needs no library where Blender alone is. Format: OpenEXR file layout, version 2
(openexr.com/en/latest/OpenEXRFileLayout.html): headers of attributes, a table of the places of all chunks, the chunks.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from itertools import pairwise

_MAGIC = b"\x76\x2f\x31\x01"
_MULTIPART = 0x1000
_DEEP = 0x0800
_TILED = 0x0200
_ROWS_A_CHUNK = {0: 1, 1: 1, 2: 1, 3: 16, 4: 32, 5: 16, 6: 32, 7: 32, 8: 32, 9: 256}  # by compression
# Text that says what the pixels are; all other text (times, hosts, dates, file names) differs between machines.
_KEPT_TEXT = re.compile(r"name|type|view|BlenderMultiChannel|colorInteropID|cryptomatte/.*")
_DROPPED = {"capDate", "utcOffset"}


@dataclass(frozen=True)
class _Attribute:
    name: str
    kind: str
    begin: int
    """Where its name begins in the file."""
    value: bytes

    @property
    def end(self) -> int:
        return self.begin + len(self.name) + len(self.kind) + 6 + len(self.value)


@dataclass(frozen=True)
class _Layout:
    headers: list[dict[str, _Attribute]]
    table: int
    """Where the table of chunks begins."""
    chunks: list[int]
    is_multipart: bool


def is_whole_exr(data: bytes) -> bool:
    """Whether the file has every chunk that its header promises. Writers fill in the table of chunks at the end."""
    try:
        layout = _read(data)
    except (struct.error, ValueError, IndexError, KeyError):
        return False
    places = sorted(layout.chunks)
    first = layout.table + 8 * len(places)
    if not places or places[0] != first or any(before == after for before, after in pairwise(places)):
        return False
    try:
        return _chunk_end(data, places[-1], layout) <= len(data)
    except (struct.error, IndexError):
        return False


def without_run(data: bytes) -> bytes:
    """The file without the text that differs from run to run; the same bytes for the same picture.

    Raises:
        ValueError: not a whole OpenEXR file.
    """
    try:
        layout = _read(data)
    except (struct.error, IndexError, KeyError) as error:
        raise ValueError(f"not an OpenEXR file that can be read: {error}") from error
    dropped = [attribute for header in layout.headers for attribute in header.values() if _differs(attribute)]
    if not dropped:
        return data
    parts, at = [], 0
    for attribute in sorted(dropped, key=lambda attribute: attribute.begin):
        parts.append(data[at : attribute.begin])
        at = attribute.end
    shorter = sum(attribute.end - attribute.begin for attribute in dropped)
    places = struct.pack(f"<{len(layout.chunks)}Q", *(place - shorter for place in layout.chunks))
    after = layout.table + len(places)
    return b"".join([*parts, data[at : layout.table], places, data[after:]])


def _differs(attribute: _Attribute) -> bool:
    is_text = attribute.kind in ("string", "stringvector")
    return attribute.name in _DROPPED or (is_text and not _KEPT_TEXT.fullmatch(attribute.name))


def _read(data: bytes) -> _Layout:
    magic, version = data[:4], struct.unpack_from("<I", data, 4)[0]
    if magic != _MAGIC:
        raise ValueError("no OpenEXR file")
    headers: list[dict[str, _Attribute]] = []
    at = 8
    while True:
        header, at = _header(data, at)
        if not header:
            break
        headers.append(header)
        if not version & _MULTIPART:
            break
    count = sum(_chunk_count(header, version) for header in headers)
    return _Layout(headers, at, list(struct.unpack_from(f"<{count}Q", data, at)), bool(version & _MULTIPART))


def _chunk_end(data: bytes, place: int, layout: _Layout) -> int:
    """Where the chunk at ``place`` ends: it tells its part, the row or tile that it holds, its size."""
    part = struct.unpack_from("<I", data, place)[0] if layout.is_multipart else 0
    kind = layout.headers[part]["type"].value if "type" in layout.headers[part] else b"scanlineimage"
    at = place + 4 * layout.is_multipart + (16 if kind == b"tiledimage" else 4)
    return int(at + 4 + struct.unpack_from("<I", data, at)[0])


def _header(data: bytes, at: int) -> tuple[dict[str, _Attribute], int]:
    """The attributes of the header at ``at``, and where it ends; one without attributes ends a list of headers."""
    found: dict[str, _Attribute] = {}
    while data[at] != 0:
        begin = at
        name_end = data.index(0, begin)
        kind_end = data.index(0, name_end + 1)
        (size,) = struct.unpack_from("<i", data, kind_end + 1)
        value = kind_end + 5
        at = value + size
        if size < 0 or at >= len(data):
            raise ValueError("a header that is cut short")
        name, kind = data[begin:name_end].decode("latin-1"), data[name_end + 1 : kind_end].decode("latin-1")
        found[name] = _Attribute(name, kind, begin, data[value:at])
    return found, at + 1


def _chunk_count(header: dict[str, _Attribute], version: int) -> int:
    if "type" in header and header["type"].value.startswith(b"deep"):
        raise ValueError("deep pixels, which are no frame")
    if "chunkCount" in header:
        return int(struct.unpack("<i", header["chunkCount"].value)[0])
    if version & (_TILED | _DEEP):
        raise ValueError("tiles or deep pixels without a count of chunks")
    _, top, _, bottom = struct.unpack("<4i", header["dataWindow"].value)
    rows = _ROWS_A_CHUNK[header["compression"].value[0]]
    return int(-(-(bottom - top + 1) // rows))
