"""Frames to files: video with its soundtrack, image sequences with their manifest.

``open_video`` and ``open_sequence`` make a ``Sink``; the renderer writes frames into it.
"""

from avcore.encode.codecs import CODECS, CONTAINERS, HARDWARE, SPEEDS
from avcore.encode.encoders import available_codecs, available_hardware
from avcore.encode.manifest import FrameFile, Manifest, read_manifest
from avcore.encode.png import png_bytes
from avcore.encode.sequence import ImageSettings, SequenceSink, open_sequence
from avcore.encode.sink import Pixel, Sink
from avcore.encode.soundtrack import Soundtrack
from avcore.encode.video import VideoSettings, VideoSink, open_video

__all__ = [
    "CODECS",
    "CONTAINERS",
    "HARDWARE",
    "SPEEDS",
    "FrameFile",
    "ImageSettings",
    "Manifest",
    "Pixel",
    "SequenceSink",
    "Sink",
    "Soundtrack",
    "VideoSettings",
    "VideoSink",
    "available_codecs",
    "available_hardware",
    "open_sequence",
    "open_video",
    "png_bytes",
    "read_manifest",
]
