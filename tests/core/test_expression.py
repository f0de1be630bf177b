"""Graphs of neural fields: the same picture as the field itself, whatever the spec, and small."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import avcore.fields.cppn
import avcore.fields.expression.rings
import avcore.fields.paint
from avcore.compute.device import cpu
from avcore.export.preset import MAX_LAYERS, MAX_NODES, MAX_WIDTH, preset_graph, why_not
from avcore.fields.activations import ACTIVATIONS
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.cppn import Cppn, CppnSpec
from avcore.fields.expression import OPERATIONS, Graph, Ref, build_graph, evaluate
from avcore.fields.expression.rings import TOLERANCE, gradient_error
from avcore.fields.loop import LoopSpec
from avcore.fields.moment import Moment
from avcore.fields.palette import Cosine, CosinePalette, Gradient
from avcore.presets import load_preset
from avcore.signals.spec import Driven
from avcore.srgb import linear_to_srgb
from avcore.timebase import Duration

SHIPPED = (
    "agate", "azulejo", "carousel", "classic", "ember", "hammer", "ink", "nacre", "neon", "rosette", "sorbet", "tide",
    "vortex", "wormhole",
)  # fmt: skip
SIGNALS = {"kick": (0.0, 1.0), "flow": (-1.0, 3.0)}
ASPECT = 1.5


def seconds(duration: Duration) -> float:
    return duration.seconds(tempo_bpm=120.0, beats_per_bar=4, fps=30)


@pytest.fixture
def fine_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A palette's ring in so many steps that the graph, which has none, can be held to it closely."""
    for module in (avcore.fields.cppn, avcore.fields.expression.rings, avcore.fields.paint):
        monkeypatch.setattr(module, "RING_STEPS", 2**18)


def places(n: int = 24) -> Any:
    """Places across and down [shape=(n * n,)], float64, so that the reference rounds no more than the graph."""
    v, u = (np.mgrid[0:n, 0:n] + 0.5) / n
    return u.ravel(), v.ravel()


def drawn(field: Cppn, moment: Moment) -> Any:
    """What the reference draws [shape=(3, n)], sRGB."""
    return field.frame(moment, aspect=ASPECT).tile(cpu())(*places())


def computed(graph: Graph, moment: Moment, *, time_s: float | None = None, **inputs: Any) -> Any:
    """What the graph says, as sRGB [shape=(3, n)]."""
    u, v = places()
    heard = {name: value for name, value in moment.controls.items() if name in graph.signals}
    told = {"Time": moment.time_s if time_s is None else time_s, "Aspect": ASPECT, **heard, **inputs}
    return linear_to_srgb(evaluate(graph, np.stack([u, 1 - v, 0 * u]), **told)["Color"])


def psnr_db(a: Any, b: Any) -> float:
    return float(-10 * np.log10(np.mean((a - b) ** 2) + 1e-20))


def both(spec: CppnSpec, colour: ColourSpec, moment: Moment) -> tuple[Graph, Cppn]:
    loop_s = None if spec.loop is None else seconds(spec.loop.period)
    weights = spec.draw_weights()
    graph = build_graph("random", spec, colour, weights, seconds=seconds, signals=SIGNALS, loop_s=loop_s)
    return graph, Cppn(spec, colour, weights, seconds=seconds)


@pytest.mark.usefixtures("fine_ring")
@pytest.mark.parametrize("name", SHIPPED)
def test_every_narrow_preset_is_its_graph(name: str) -> None:
    preset = load_preset(name)
    spec = preset.field
    graph = preset_graph(dataclasses.replace(preset, field=in_seconds(spec)))
    field = Cppn(in_seconds(spec), preset.colour, spec.draw_weights(), seconds=seconds)
    random = np.random.default_rng(1)
    for _ in range(5):
        time_s = float(random.uniform(0, 200))
        heard = {key: float(random.uniform(0, 40 if s.integrate else s.range[1])) for key, s in preset.signals.items()}
        phase = None if spec.loop is None else (time_s / seconds(spec.loop.period)) % 1.0
        moment = Moment(time_s, heard, phase)
        assert psnr_db(computed(graph, moment), drawn(field, moment)) >= 80.0


def in_seconds(spec: CppnSpec) -> CppnSpec:
    """The same, where no song is there to say how long a bar is."""
    if spec.loop is None:
        return spec
    lengths = {"period": seconds(spec.loop.period), "crossfade": seconds(spec.loop.crossfade)}
    return dataclasses.replace(
        spec, loop=dataclasses.replace(spec.loop, **{name: Duration(length) for name, length in lengths.items()})
    )


def test_the_list_of_presets_is_complete() -> None:
    from avcore.presets import list_presets

    fit = [entry.name for entry in list_presets() if entry.origin == "shipped" and not why_not(load_preset(entry.name))]
    assert sorted(SHIPPED) == fit


def driven(low: float, high: float) -> st.SearchStrategy[Driven]:
    numbers = st.floats(low, high)
    amounts = st.dictionaries(st.sampled_from(list(SIGNALS)), st.floats(-1, 1), max_size=2)
    return st.builds(Driven, numbers, amounts)


@st.composite
def coords(draw: Any) -> CoordsSpec:
    space = draw(st.sampled_from(["plane", "tile", "tunnel"]))
    symmetries = ["none", "mirror", "quad"] + ["radial"] * (space != "tile")
    moving = (
        {}
        if space == "tile"
        else {"zoom": draw(driven(0.3, 3)), "rotate": draw(driven(-1, 1)), "swirl": draw(driven(-1, 1))}
    )
    return CoordsSpec(
        space=space,
        symmetry=draw(st.sampled_from(symmetries)),
        scale=draw(st.floats(0.2, 5)),
        radius=draw(st.booleans()),
        folds=draw(st.integers(1, 12)),
        pan_x=draw(driven(-1, 1)),
        pan_y=draw(driven(-1, 1)),
        **(moving if draw(st.booleans()) else {}),
    )


specs = st.builds(
    CppnSpec,
    layers=st.integers(1, 4),
    width=st.integers(1, 16),
    activations=st.lists(st.sampled_from(sorted(ACTIVATIONS)), min_size=1, max_size=3).map(tuple),
    gain=st.floats(0.5, 3),
    ground=st.floats(0, 1),
    seed=st.integers(0, 1000),
    inputs=st.lists(st.sampled_from(list(SIGNALS)), unique=True).map(tuple),
    coords=coords(),
    motion=st.floats(0, 2),
    clock=driven(0, 2),
    loop=st.sampled_from([None, LoopSpec(Duration(4.0))]),
)
colours = st.builds(
    ColourSpec,
    mode=st.sampled_from(["rgb", "palette"]),
    palette=st.lists(st.integers(0, 0xFFFFFF).map("#{:06x}".format), min_size=1, max_size=8).map(tuple),
    cycles=driven(-2, 6),
    shift=driven(-2, 2),
    shade=driven(-0.5, 1.5),
    glow=driven(-0.5, 1.5),
    relief=driven(-0.5, 1.5),
    light=driven(0, 1),
    vignette=driven(-1.5, 1.5),
    brightness=driven(0.5, 1.5),
    contrast=driven(0.5, 1.5),
    saturation=driven(0, 2),
    hue=st.one_of(st.just(Driven.fixed(0.0)), driven(-1, 1)),
)


@settings(max_examples=60, deadline=None)
@given(specs, colours, st.floats(0, 60), st.floats(0, 1), st.floats(-1, 3))
def test_any_field_is_its_graph(spec: CppnSpec, colour: ColourSpec, time_s: float, kick: float, flow: float) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for module in (avcore.fields.cppn, avcore.fields.expression.rings, avcore.fields.paint):
            patch.setattr(module, "RING_STEPS", 2**18)
        moment = Moment(time_s, {"kick": kick, "flow": flow}, None if spec.loop is None else (time_s / 4.0) % 1.0)
        graph, field = both(spec, colour, moment)
        # Where a step of the camera or of a tile falls on a pixel, either side is right.
        off = np.abs(computed(graph, moment) - drawn(field, moment)).max(axis=0)
        assert np.mean(off > 3e-4) <= 0.02


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_every_activation_is_known(name: Any) -> None:
    spec = CppnSpec(layers=2, width=5, activations=(name,), gain=2.0, seed=3)
    moment = Moment(2.0, dict.fromkeys(SIGNALS, 0.5))
    graph, field = both(spec, ColourSpec(), moment)
    assert psnr_db(computed(graph, moment), drawn(field, moment)) >= 100.0


@pytest.mark.parametrize("blend", [0.0, 0.4, 1.0])
def test_a_gradient_is_near(blend: float) -> None:
    gradient = Gradient(("#001133", "#ff8800", "#22ddaa"), (0.1, 0.2, 0.9), blend)
    assert gradient_error(gradient) <= TOLERANCE
    moment = Moment(2.0, dict.fromkeys(SIGNALS, 0.5))
    graph, field = both(CppnSpec(seed=3), ColourSpec(mode="palette", palette=gradient), moment)
    assert psnr_db(computed(graph, moment), drawn(field, moment)) >= 45.0


@pytest.mark.usefixtures("fine_ring")
@pytest.mark.parametrize("frequency", [(1.0, 2.0, 1.0), (1.0, 0.5, 2.0)])
@pytest.mark.parametrize("saturation", [1.0, 1.3])
def test_a_cosine_is_itself(frequency: Any, saturation: float) -> None:
    colour = ColourSpec(
        mode="palette", palette=CosinePalette(Cosine(frequency=frequency)), saturation=Driven.fixed(saturation)
    )
    moment = Moment(2.0, dict.fromkeys(SIGNALS, 0.5))
    graph, field = both(CppnSpec(seed=3), colour, moment)
    assert psnr_db(computed(graph, moment), drawn(field, moment)) >= 70.0


def test_the_steps_of_the_ring_are_all_that_differs() -> None:
    """With the ring as it is, which the graph draws without steps."""
    preset = load_preset("ember")
    moment = Moment(20.0, dict.fromkeys(preset.signals, 0.4))
    field = Cppn(preset.field, preset.colour, preset.field.draw_weights(), seconds=seconds)
    assert psnr_db(computed(preset_graph(preset), moment), drawn(field, moment)) >= 60.0


def test_controls_begin_at_the_preset_and_move_it() -> None:
    graph, moment = preset_graph(load_preset("ember")), Moment(20.0, {})
    still = computed(graph, moment)
    np.testing.assert_allclose(computed(graph, moment, Seed_Offset=0.0, Scale=1.0), still)
    np.testing.assert_allclose(computed(graph, moment, Palette_Shift=1.0), still, atol=1e-9)
    for change in ({"Seed_Offset": 1.0}, {"Scale": 2.0}, {"Palette_Shift": 0.3}):
        assert np.abs(computed(graph, moment, **change) - still).mean() > 0.01


def test_space_has_a_depth() -> None:
    graph = preset_graph(load_preset("ember"))
    u, v = places()
    flat, near, far = (evaluate(graph, np.stack([u, v, np.full_like(u, z)]))["Color"] for z in (0.0, 1e-4, 0.5))
    assert 0 < np.abs(near - flat).max() < 0.05
    assert np.abs(far - flat).mean() > 0.02


def test_signals_may_be_called_what_they_drive() -> None:
    drives = {name: Driven(0.5, {name: 0.3}) for name in ("glow", "shift", "shade")}
    spec = CppnSpec(seed=4, coords=CoordsSpec(zoom=Driven(1.0, {"zoom": 0.5})))
    names, weights, colour = (*drives, "zoom", "x"), spec.draw_weights(), ColourSpec(mode="palette", **drives)
    graph = build_graph("names", spec, colour, weights, seconds=seconds, signals=dict.fromkeys(names, (0.0, 1.0)))
    moment = Moment(3.0, dict.fromkeys(names, 0.4))
    assert psnr_db(computed(graph, moment), drawn(Cppn(spec, colour, weights, seconds=seconds), moment)) >= 55.0


def test_a_loop_closes() -> None:
    spec = CppnSpec(seed=5, loop=LoopSpec(Duration(4.0)))
    graph, _ = both(spec, ColourSpec(mode="palette"), Moment(0.0, dict.fromkeys(SIGNALS, 0.5)))
    first, half, last = (computed(graph, Moment(0.0, {}), time_s=time_s) for time_s in (1.0, 3.0, 5.0))
    np.testing.assert_allclose(first, last, atol=1e-9)
    assert np.abs(first - half).mean() > 0.01


def test_it_is_small_and_shares() -> None:
    assert preset_graph(load_preset("ember")).node_count <= 230
    spec = CppnSpec(layers=4, width=16, activations=("sin", "gaussian", "softplus"), coords=CoordsSpec(space="tunnel"))
    relief, flat = (
        both(spec, ColourSpec(mode="palette", relief=Driven.fixed(strength)), Moment(0.0, {}))[0]
        for strength in (0.5, 0.0)
    )
    assert flat.node_count < relief.node_count < MAX_NODES
    assert len(relief.groups) == len(flat.groups)  # the second evaluation calls the same groups


def test_data_is_plain_and_in_order() -> None:
    graph = preset_graph(load_preset("wormhole"))
    assert json.loads(json.dumps(graph.to_data(), allow_nan=False)) == graph.to_data()
    known: set[str] = set()
    for group in graph.groups:
        for index, node in enumerate(group.nodes):
            assert node.op in {*OPERATIONS, "input", "call", "get"}
            assert all(arg.node < index for arg in node.args if isinstance(arg, Ref))
            assert node.op != "call" or node.name in known
        known.add(group.name)
    assert set(graph.main.outputs) == {"Color", "Height", "Emission Strength"}
    assert [node.name for node in graph.main.inputs] == [item.name for item in graph.inputs]


@pytest.mark.parametrize(
    ("preset", "changes", "said"),
    [
        ("ember", [], ""),
        ("voyage", [], "scenes"),
        ("malachite", [], "no neural field"),
        ("ember", ["field.width=17"], f"{MAX_LAYERS} of {MAX_WIDTH}"),
        ("ember", ["field.drift=0.1"], "field.drift to 0"),
        ("ember", ["render.trails={count: 2}"], "trails"),
        ("ember", ["render.motion_blur=4"], "motion_blur to 1"),
        ("ember", ["signals.time={source: bass}"], "rename it"),
        ("ember", ["signals.Kick={source: bass}"], "rename it"),
        ("ember", ["layers=[{field: {type: cells}}]"], "layers"),
    ],
)
def test_what_cannot_be_says_why(preset: str, changes: list[str], said: str) -> None:
    reason = why_not(load_preset(preset, overrides=changes))
    assert said in reason
    assert bool(reason) == bool(said)
