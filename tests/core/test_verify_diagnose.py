"""Diagnosis: the failures that networks have are named, with the setting that mends them."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from make_track import make_track

from avcore.audio import FeatureTrack
from avcore.compute.device import cpu
from avcore.fields.colour import ColourSpec
from avcore.fields.cppn import CppnFrame, CppnSpec
from avcore.presets.preset import Preset
from avcore.signals.spec import Driven, SignalSpec
from avcore.timebase import Duration, Timebase
from avcore.verify.diagnose import Diagnosis, diagnose
from avcore.verify.layers import activations
from avcore.verify.probe import Probe
from avcore.verify.watching import stretches

HISTORICAL = ("sin", "cos", "gaussian", "tanh")


def beats(n: int = 501) -> FeatureTrack:
    """A track with a beat, hats off the beat, and a slow swell: each feature moves at moments of its own."""
    k = np.arange(n)
    return make_track(
        bass=np.exp(-(k % 50) / 12),
        treble=np.exp(-((k + 30) % 70) / 8),
        rms=0.5 + 0.5 * np.sin(k / 60),
    )


TRACK = beats()
SIGNALS = {"kick": SignalSpec("bass", sample="max"), "air": SignalSpec("treble"), "level": SignalSpec("rms")}


def preset(signals: dict[str, SignalSpec] = SIGNALS, *, colour: ColourSpec | None = None, **field: Any) -> Preset:
    inputs = field.pop("inputs", tuple(signals))
    spec = CppnSpec(**{"activations": ("sin", "cos", "tanh"), "seed": 2, "audio": 0.3, **field, "inputs": inputs})
    return Preset(schema=1, name="Trial", signals=signals, field=spec, colour=colour or ColourSpec())


def findings(trial: Preset, track: FeatureTrack = TRACK) -> dict[str, str]:
    """Sentences of the verdict, by kind."""
    return {finding.kind: finding.sentence for finding in diagnose(trial, track)[0].findings}


@pytest.mark.parametrize(("layers", "width"), [(3, 4), (8, 8)])
def test_the_historical_failure_is_named(layers: int, width: int) -> None:
    """Gain 1 lets the signal die in the cosine layer, and every frame is the same grey."""
    network: dict[str, Any] = {"layers": layers, "width": width, "activations": HISTORICAL, "audio": 0.15, "seed": 7}
    weak = findings(preset(gain=1.0, **network))
    assert {"grey", "static", "dead", "ignores"} <= set(weak)
    for kind in ("grey", "static", "dead", "ignores"):
        assert "raise field.gain (now 1)" in weak[kind], weak[kind]
    assert not {"grey", "static", "dead"} & set(findings(preset(gain=5.0, **network)))


def test_a_healthy_preset_is_fine() -> None:
    assert findings(preset()) == {}


def test_signals_that_drive_nothing() -> None:
    found = findings(preset(inputs=()))
    assert set(found) == {"ignores", "unused"}
    assert found["ignores"].startswith("ignores the sound: a pixel varies by 0.0% with it")
    for name in SIGNALS:
        assert f"`{name}`" in found["unused"]


def test_no_signals_at_all() -> None:
    assert findings(preset({}))["ignores"].startswith("ignores the sound: the preset has no signals")


def test_one_unused_signal() -> None:
    found = findings(preset(inputs=("kick", "level")))
    assert set(found) == {"unused"}
    assert "`air` (treble) drives nothing" in found["unused"]


def test_audio_0_ignores_what_only_enters_the_network() -> None:
    bright = ColourSpec(brightness=Driven(0.9, {"kick": 0.5}))
    found = findings(preset(colour=bright, audio=0.0))
    assert set(found) == {"ignores"}
    assert found["ignores"].startswith("ignores `air` (treble), `level` (rms)")
    assert "raise field.audio (now 0)" in found["ignores"]
    assert "ignores the sound" in findings(preset(audio=0.0))["ignores"]


def test_a_drive_too_small_to_see_is_ignored() -> None:
    """A palette setting does nothing in rgb mode, although the preset names it."""
    found = findings(preset(inputs=("air", "level"), colour=ColourSpec(cycles=Driven(1.0, {"kick": 3.0}))))
    assert "ignores `kick` (bass)" in found["ignores"]
    assert "raise its amount in colour.cycles" in found["ignores"]


def test_a_saturated_network() -> None:
    diagnosis, _ = diagnose(preset(activations=("tanh",), gain=100.0), TRACK)
    assert [layer.saturated for layer in diagnosis.layers] == [4, 4, 4]
    saturated = [finding.sentence for finding in diagnosis.findings if finding.kind == "saturated"]
    assert saturated[0].startswith("layer 1 (tanh) is saturated: 4 of 4 units")
    assert "lower field.gain (now 100)" in saturated[0]


def test_a_network_without_weights_is_dead_in_every_layer() -> None:
    diagnosis, _ = diagnose(preset(gain=0.0), TRACK)
    assert [(layer.dead, layer.saturated, layer.spread) for layer in diagnosis.layers] == [(4, 0, 0.0)] * 3
    assert {"grey", "static", "dead"} <= {finding.kind for finding in diagnosis.findings}


def test_noise_is_told_from_detail() -> None:
    assert "lower field.gain (now 100)" in findings(preset(activations=("sin",), gain=100.0))["noise"]
    assert "noise" not in findings(preset(activations=("sin",), gain=8.0))


def test_flicker_names_the_signal_to_calm() -> None:
    noise = np.random.default_rng(1).random(501)
    restless = make_track(bass=noise, treble=beats().feature("treble").values, rms=beats().feature("rms").values)
    found = findings(preset(audio=8.0), restless)
    assert "lengthen the release of `kick` (now 0s)" in found["flickers"]
    assert "lower field.audio (now 8)" in found["flickers"]


def test_motion_that_hides_the_sound() -> None:
    found = findings(preset(audio=0.01, motion=20.0, period=Duration(20.0), clock=Driven.fixed(1.0)))
    assert "lower field.motion (now 20)" in found["own-motion"]


def test_clipping() -> None:
    found = findings(preset(colour=ColourSpec(contrast=Driven.fixed(40.0))))
    assert "lower colour.contrast (now 40)" in found["clipped"]


def test_silence_is_not_blamed_on_the_preset() -> None:
    silent = make_track(**{name: np.zeros(301) for name in ("bass", "treble", "rms")})
    found = findings(preset(), silent)
    assert found["silent"].startswith("silent: no signal varies")
    assert "ignores" not in found


def test_a_song_of_one_frame_is_judged_by_its_picture() -> None:
    diagnosis, scenes = diagnose(preset(), beats(3))
    assert diagnosis.watched.frames == len(scenes.images) == 1
    assert "too few to judge motion by" in diagnosis.notes[0]
    assert not {"static", "flickers", "own-motion"} & {finding.kind for finding in diagnosis.findings}


def test_sensitivity_is_the_change_that_can_be_calculated() -> None:
    """With an output gain of 0 every pixel is half the brightness, which `kick` moves by 0.5."""
    flat = preset(
        inputs=("air",), output_gain=0.0, colour=ColourSpec(brightness=Driven(0.5, {"kick": 0.5, "level": 0.25}))
    )
    diagnosis, _ = diagnose(flat, TRACK)
    signals = {signal.name: signal for signal in diagnosis.signals}
    kick, level = signals["kick"], signals["level"]
    low, high = np.percentile(Probe(flat, TRACK, fps=Fraction(30)).controls(moments(flat))["kick"], [5, 95])
    assert (kick.swing.low, kick.swing.high) == pytest.approx((low, high))
    assert kick.sensitivity == pytest.approx(0.5 * 0.5 * (high - low), rel=1e-4)
    assert level.sensitivity == pytest.approx(0.5 * 0.25 * (level.swing.high - level.swing.low), rel=1e-4)
    assert signals["air"].sensitivity == 0.0
    assert sum(signal.share for signal in diagnosis.signals) == pytest.approx(1.0)
    assert diagnosis.signals[0].name == max((kick, level), key=lambda s: s.sensitivity).name
    assert kick.moves == ("colour.brightness",)


def moments(trial: Preset) -> list[Any]:
    with Probe(trial, TRACK, fps=Fraction(30)) as probe:
        return [probe.moment(int(number)) for number in probe.timebase.numbers()]


def test_features_share_what_their_signals_do() -> None:
    mixed = {"both": SignalSpec({"bass": 3.0, "treble": -1.0}), "level": SignalSpec("rms")}
    diagnosis, _ = diagnose(preset(mixed), TRACK)
    both = next(signal.share for signal in diagnosis.signals if signal.name == "both")
    assert diagnosis.features["bass"] == pytest.approx(0.75 * both)
    assert sum(diagnosis.features.values()) == pytest.approx(1.0)


def test_a_position_is_judged_by_its_speed() -> None:
    """A constant level drives a clock at constant speed: the picture moves, but not with the sound."""
    track = replace_features(TRACK, steady=np.full(501, 0.5))
    flow = SignalSpec("steady", range=(0.5, 2.0), integrate=True)
    still, _ = diagnose(
        preset({**SIGNALS, "flow": flow}, inputs=tuple(SIGNALS), clock=Driven(0.0, {"flow": 1.0})), track
    )
    steady = next(signal for signal in still.signals if signal.name == "flow")
    assert steady.swing.integrated
    assert (steady.sensitivity, steady.swing.varies) == (0.0, False)
    assert "`flow` (steady) does not vary in this song" in still.notes[0]
    lively = replace(flow, source="rms")
    moved, _ = diagnose(preset({"flow": lively}, inputs=(), clock=Driven(0.0, {"flow": 20.0})), track)
    assert moved.signals[0].sensitivity > 0.05


def test_a_position_is_swept_from_where_it_is() -> None:
    """Whatever its speed, a position that has long gone beyond full brightness changes nothing any more."""
    flow = SignalSpec("rms", range=(10.0, 20.0), integrate=True)
    bright = ColourSpec(brightness=Driven(0.0, {"flow": 1.0}))
    diagnosis, _ = diagnose(preset({"flow": flow}, inputs=(), output_gain=0.0, colour=bright), TRACK)
    assert diagnosis.signals[0].swing.varies
    assert diagnosis.signals[0].sensitivity == 0.0


def test_a_wide_network_is_looked_at_in_smaller_pictures() -> None:
    with (
        Probe(preset(layers=8, width=64), TRACK, fps=Fraction(30)) as wide,
        Probe(preset(), TRACK, fps=Fraction(30)) as slim,
    ):
        assert wide.draw(wide.moment(1)).shape == (27, 48, 3)
        assert slim.draw(slim.moment(1)).shape == (54, 96, 3)


def replace_features(track: FeatureTrack, **levels: Any) -> FeatureTrack:
    return replace(track, features={**track.features, **make_track(**levels).features})


def test_the_layers_are_those_of_the_picture() -> None:
    """The last activations, through the output layer and a sigmoid, are the reference's pixels."""
    with Probe(preset(), TRACK, fps=Fraction(30)) as probe:
        (picture,) = probe.pictures(probe.moment(40))
    assert isinstance(picture, CppnFrame)
    hidden = activations(picture)
    assert [values.shape[0] for values in hidden] == [4, 4, 4]
    across, down = 48, 27
    assert hidden[0].shape[1] == across * down
    matrix, bias = picture.layers[-1]
    expected = 1.0 / (1.0 + np.exp(-(matrix @ hidden[-1] + bias[:, None])))
    u = np.tile((np.arange(across) + 0.5) / across, down).astype(np.float32)
    v = np.repeat((np.arange(down) + 0.5) / down, across).astype(np.float32)
    np.testing.assert_allclose(picture.tile(cpu())(u, v), expected, atol=1e-5)


def test_the_work_does_not_grow_with_the_song() -> None:
    def watched(seconds: int, fps: int = 30) -> list[range]:
        return stretches(Timebase.for_duration(seconds, Fraction(fps)))

    assert watched(20) == [range(1, 601)]
    hour = watched(3600)
    assert [len(run) for run in hour] == [150] * 6
    assert all(later[0] > earlier[-1] for earlier, later in itertools.pairwise(hour))
    assert (hour[0][0] > 1, hour[-1][-1] < 108_000) == (True, True)
    assert [len(run) for run in watched(31)] == [150] * 6


def test_a_diagnosis_repeats_and_is_plain_data() -> None:
    def once() -> Diagnosis:
        return diagnose(preset(), TRACK)[0]

    first, second = once(), once()
    assert first == second
    assert json.loads(json.dumps(asdict(first), allow_nan=False))["layers"][0]["units"] == 4


def test_progress_is_told_to_its_end() -> None:
    told: list[tuple[str, float, float]] = []
    diagnose(preset(), TRACK, progress=lambda *step: told.append(step))
    last = {stage: (done, total) for stage, done, total in told}
    assert list(last) == ["watching", "sweeping"]
    assert all(done == total for done, total in last.values())
