"""A page that plays a preset's picture in a browser: one file, which needs no network."""

from __future__ import annotations

import base64
import html
import importlib.resources
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.export.glsl import to_glsl, uniform
from avcore.fields.expression.graph import Graph

# One triangle that covers the picture; ``place`` is (0, 0) at its lower left.
VERTEX = """#version 300 es
out vec2 place;
void main()
{
    place = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0;
    gl_Position = vec4(2.0 * place - 1.0, 0.0, 1.0);
}
"""


@dataclass(frozen=True)
class SongCurves:
    """The signals of a song at its frames, from its beginning, by their names [each shape=(n,)]."""

    fps: float = 30.0
    signals: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


def to_page(graph: Graph, curves: SongCurves | None = None) -> str:
    """The HTML. With ``curves`` it moves as with the song, and the visitor may play the song from a file beside it."""
    curves = curves or SongCurves()
    told: dict[str, Any] = {
        "vertex": VERTEX,
        "fragment": to_glsl(graph),
        "inputs": [
            {
                "name": item.name,
                "uniform": uniform(item.name),
                "role": item.role,
                "default": item.default,
                **_slider(item.name, item.low, item.high, curves),
                "help": item.help,
            }
            for item in graph.inputs
            if item.kind == "float"
        ],
        "curves": {
            "fps": curves.fps,
            "count": max((len(values) for values in curves.signals.values()), default=0),
            "signals": {
                name: base64.b64encode(values.astype("<f4").tobytes()).decode()
                for name, values in curves.signals.items()
                if name in graph.signals
            },
        },
    }
    template = importlib.resources.files("avcore.export").joinpath("page.html").read_text(encoding="utf-8")
    # Inside a script element, only "</" could end it.
    data = json.dumps(told, allow_nan=False).replace("</", "<\\/")
    return template.replace("@TITLE@", html.escape(graph.name)).replace("@DATA@", data)


def _slider(name: str, low: float, high: float, curves: SongCurves) -> dict[str, float]:
    """The ends of a slider: those of the curve where there is one, and for controls what is of use to a hand."""
    if name in curves.signals:
        return {"low": float(curves.signals[name].min()), "high": float(curves.signals[name].max())}
    ends = {"Aspect": (0.25, 4.0), "Scale": (0.1, 4.0), "Seed Offset": (-5.0, 5.0), "Palette Shift": (-1.0, 1.0)}
    low, high = ends.get(name, (low, min(high, 100.0)))
    return {"low": low, "high": high}
