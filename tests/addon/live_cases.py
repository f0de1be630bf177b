"""Graphs and what they must look like, for tests in Blenders, which have no avcore: run by a Python that has it.

python tests/addon/live_cases.py FOLDER [SONG]

Writes ``NAME.json`` (the graph, moments with their inputs) and ``NAME.npy`` [shape=(moments, height, width, 3), sRGB,
the top row first] for every shipped preset that can be live, for random networks up to the limit, and for a sky.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from avcore.audio import FeatureTrack, analyze
from avcore.audio.demo import write_demo
from avcore.compute.device import cpu
from avcore.export import preset_graph, why_not
from avcore.export.osl import to_osl
from avcore.export.preset import live_controls
from avcore.fields.activations import ACTIVATIONS
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.cppn import Cppn, CppnSpec
from avcore.fields.expression import Graph, build_graph, evaluate
from avcore.fields.moment import Moment
from avcore.fields.palette import Cosine, CosinePalette, Gradient
from avcore.presets import Preset, list_presets, load_preset
from avcore.render.frames import Frames
from avcore.signals.spec import Driven
from avcore.srgb import linear_to_srgb
from avcore.timebase import Timebase

SIZE = 64
FPS = Fraction(24)
MOMENTS = 5
SIGNALS = {"kick": (0.0, 1.0), "flow": (0.0, 50.0)}


def main() -> None:
    """Write all cases."""
    folder = Path(sys.argv[1])
    song = Path(sys.argv[2]) if len(sys.argv) > 2 else folder / "demo.wav"
    if len(sys.argv) == 2:
        write_demo(song)
    track = analyze(song)
    for entry in list_presets():
        preset = load_preset(entry.name)
        if entry.origin == "shipped" and not why_not(preset):
            shipped(folder, preset, track)
    for number in range(8):
        random(folder, number)
    sky(folder)


def shipped(folder: Path, preset: Preset, track: FeatureTrack) -> None:
    """Frames as they are rendered, spread over the song."""
    timebase = Timebase.for_excerpt(track.duration_s, FPS)
    numbers = [int(timebase.n_frames * (index + 0.5) / MOMENTS) for index in range(MOMENTS)]
    graph, controls = preset_graph(preset, track, fps=FPS), live_controls(preset, track, fps=FPS)
    moments, pictures = [], []
    with Frames(preset, track, timebase, size=(SIZE, SIZE), device=cpu(), quality="draft", threads=1) as frames:
        for number in numbers:
            time_s = timebase.time_s(number)
            heard = controls.at(time_s, span_s=float(1 / FPS))
            moments.append({"Time": time_s, **{name: heard[name] for name in graph.signals}})
            pictures.append(frames.frame(number, "float32"))
    write(folder / preset.path.stem, graph, moments, pictures)  # type: ignore[union-attr]


def random(folder: Path, number: int) -> None:
    """A network nobody has drawn: every space, symmetry and activation in turn, up to 4 layers of 16."""
    dice = np.random.default_rng(number)
    space = ("plane", "tunnel", "tile", "plane")[number % 4]
    symmetry = ("none", "radial", "quad", "mirror")[number % 4]
    names = sorted(ACTIVATIONS)
    moving = {} if space == "tile" else {"rotate": Driven(0.1, {"kick": 0.2}), "swirl": Driven(0.0, {"kick": 0.2})}
    spec = CppnSpec(
        layers=1 + number % 4,
        width=(3, 16, 5, 16)[number % 4],
        activations=tuple(dice.choice(names, 4)),
        gain=2.5,
        seed=number,
        inputs=("kick",),
        coords=CoordsSpec(space=space, symmetry=symmetry, radius=bool(number & 4), **moving),  # type: ignore[arg-type]
        clock=Driven(0.5, {"flow": 1.0}),
    )
    palettes: list[Any] = [
        ("#101030", "#ff8040", "#f0f0e0"),
        Gradient(("#102030", "#d04020", "#f0e0a0"), (), 0.3),
        CosinePalette(Cosine()),
    ]
    colour = ColourSpec(
        mode="rgb" if number == 4 else "palette",
        palette=palettes[number % 3],
        relief=Driven(0.3, {"kick": 0.3}),
        shade=Driven(0.4, {"kick": 0.5}),
        glow=Driven(0.0, {"kick": 0.5}),
        vignette=Driven(-0.4, {"kick": 1.0}),
        hue=Driven(0.0, {"kick": 0.2} if number % 2 else {}),
        brightness=Driven(1.0, {"kick": 0.2}),
        contrast=Driven.fixed(1.1),
    )
    weights = spec.draw_weights()
    told = {"seconds": lambda duration: duration.value, "signals": SIGNALS}
    graph = build_graph(f"Random {number}", spec, colour, weights, **told)  # type: ignore[arg-type]
    field = Cppn(spec, colour, weights, seconds=lambda duration: duration.value)
    moments = [{"Time": 3.0, "kick": 0.2, "flow": 1.0}, {"Time": 90.0, "kick": 0.9, "flow": 40.0}]
    v, u = (np.mgrid[0:SIZE, 0:SIZE] + 0.5) / SIZE
    pictures = [
        field.frame(Moment(moment["Time"], moment), aspect=1.0)
        .tile(cpu())(u.ravel(), v.ravel())
        .T.reshape(SIZE, SIZE, 3)
        for moment in moments
    ]
    write(folder / f"random-{number}", graph, moments, pictures)


def sky(folder: Path) -> None:
    """What a camera sees that looks straight up with a field of view of 90 degrees, of the field in space."""
    graph = preset_graph(load_preset("agate"))
    down, across = (np.mgrid[0:SIZE, 0:SIZE] + 0.5) / SIZE * 2.0 - 1.0
    # A camera that looks up: x to the right as it is, and the top of the picture towards -y.
    rays = np.stack([across.ravel(), down.ravel(), np.ones(SIZE**2)])
    rays /= np.linalg.norm(rays, axis=0)
    place = rays + np.array([[0.5], [0.5], [0.0]])
    picture = linear_to_srgb(evaluate(graph, place, Time=5.0)["Color"]).T.reshape(SIZE, SIZE, 3)
    write(folder / "sky", graph, [{"Time": 5.0}], [picture])


def write(path: Path, graph: Graph, moments: list[dict[str, float]], pictures: list[Any]) -> None:
    """One case."""
    path.with_suffix(".json").write_text(json.dumps({"graph": graph.to_data(), "moments": moments}))
    path.with_suffix(".osl").write_text(to_osl(graph))
    np.save(path.with_suffix(".npy"), np.array(pictures, dtype=np.float32))


if __name__ == "__main__":
    main()
