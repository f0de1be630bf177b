"""The contract between a host application and avcore's worker: the messages, and how they are written.

One message is one line of JSON, in UTF-8, at most ``MAX_LINE_BYTES`` long:

    {"id": 7, "kind": "preview", "body": {...}}      a request: `kind` is one of REQUESTS, `body` its fields
    {"id": 7, "kind": "progress", "body": {...}}     an answer: any number of `progress`, then exactly one of `done`,
    {"id": 7, "kind": "done", "body": {...}}         `failed` or `cancelled`; the body of `done` is the request's REPLY

The application chooses the ids: whole numbers, each used once. Fields that are left out have their default; unknown
ones are refused. Arrays lie in .npy files, which the application may delete; the worker deletes them when it ends, or
when there are too many. An answer to a line that cannot be read has the id null.

This folder needs the standard library alone, and the Blender extension carries the same files, byte for byte, since it
cannot import avcore, which may live in another Python. `tests/addon/test_engine_contract.py` holds them together.
"""

from .replies import (
    Analysis,
    ArrayFile,
    Baked,
    Cancelled,
    CurveValues,
    Description,
    Device,
    Diagnosis,
    Failed,
    Feature,
    Installed,
    LiveGraph,
    Look,
    NextStep,
    Nothing,
    Parameter,
    ParameterKind,
    Picture,
    PresetInfo,
    PresetList,
    Progress,
    Saved,
    Section,
    Welcome,
)
from .requests import (
    PROTOCOL,
    REQUESTS,
    Analyze,
    Bake,
    Cancel,
    Curves,
    Describe,
    Doctor,
    Hello,
    InstallPack,
    ListPresets,
    Live,
    Preview,
    SavePreset,
    Shutdown,
)
from .wire import (
    ANSWERS,
    KINDS,
    MAX_LINE_BYTES,
    Envelope,
    MessageError,
    decode,
    encode,
    read_message,
)

__all__ = [
    "ANSWERS",
    "KINDS",
    "MAX_LINE_BYTES",
    "PROTOCOL",
    "REQUESTS",
    "Analysis",
    "Analyze",
    "ArrayFile",
    "Bake",
    "Baked",
    "Cancel",
    "Cancelled",
    "CurveValues",
    "Curves",
    "Describe",
    "Description",
    "Device",
    "Diagnosis",
    "Doctor",
    "Envelope",
    "Failed",
    "Feature",
    "Hello",
    "InstallPack",
    "Installed",
    "ListPresets",
    "Live",
    "LiveGraph",
    "Look",
    "MessageError",
    "NextStep",
    "Nothing",
    "Parameter",
    "ParameterKind",
    "Picture",
    "PresetInfo",
    "PresetList",
    "Preview",
    "Progress",
    "SavePreset",
    "Saved",
    "Section",
    "Shutdown",
    "Welcome",
    "decode",
    "encode",
    "read_message",
]
