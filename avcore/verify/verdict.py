"""The verdict: what is wrong with a preset, as sentences that name the setting to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from avcore.presets.preset import Preset
from avcore.render.response import FOLLOWS_MARGIN
from avcore.verify.layers import LayerHealth
from avcore.verify.sweeps import Responses, SignalResponse
from avcore.verify.watching import Watched

Kind = Literal[
    "silent", "grey", "static", "dead", "saturated", "noise", "flickers", "clipped", "own-motion", "ignores", "unused"
]

# Part of the frames that may be nearly one colour (a song's silences are) before it is the preset's fault.
UNIFORM_SHARE = 0.05

# A picture stands still where a pixel moves by less than 2 % around its mean over the song, or by 3 % in a second.
STILL_VARIANCE = 0.02**2
STILL_CHANGE_PER_S = 0.03

# Units of a layer that say nothing before the layer counts as lost: with the other half it still works.
LOST_UNITS = 0.5

# Neighbours at 720p that differ half as much as strangers are noise.
NOISE_GRAIN = 0.5

# Neighbouring frames that differ nearly as much as moments far apart show no motion, only flicker (calm presets measure
# 0.1 to 0.3, the liveliest that we ship up to 0.6), unless the difference is too small to see.
FLICKER_RATIO = 0.7
FLICKER_CHANGE = 0.03

# Part of the picture at black, white or a pure primary or secondary.
CLIPPED_SHARE = 0.5

# Least effect of a signal: a mean change of 1 % of the range from its low end to its high, which the eye hardly sees.
IGNORED = 0.01
IGNORED_VARIANCE = IGNORED**2

# Frames without which nothing can be said about change.
FEW_FRAMES = 50


@dataclass(frozen=True)
class Finding:
    """Something wrong: its kind, and a sentence that says what it is and what to change."""

    kind: Kind
    sentence: str


def judge(
    preset: Preset, watched: Watched, responses: Responses, layers: Sequence[LayerHealth], *, fps: float
) -> tuple[Finding, ...]:
    """All that is wrong, the causes before the symptoms; nothing where the preset is fine."""
    network = [*_picture(preset, watched), *_layers(preset, layers)]
    is_weak = any(finding.kind in ("grey", "dead") for finding in network)
    return (
        *_silent(responses),
        *network,
        *_motion(preset, watched, responses, fps),
        *_sound(preset, watched, responses, is_weak=is_weak),
    )


def notes(watched: Watched, responses: Responses) -> tuple[str, ...]:
    """What limits the verdict without being the preset's fault."""
    found = []
    if watched.frames < FEW_FRAMES:
        found.append(f"the song has {watched.frames} frames only, too few to judge motion by")
    still = [signal for signal in responses.signals if not signal.swing.varies]
    if still and len(still) < len(responses.signals):
        found.append(f"{_names(still)} does not vary in this song, so nothing is known about it")
    return tuple(found)


def _silent(responses: Responses) -> Iterator[Finding]:
    if responses.signals and not any(signal.swing.varies for signal in responses.signals):
        yield Finding("silent", "silent: no signal varies in this song; diagnose the preset with music that does")


def _picture(preset: Preset, watched: Watched) -> Iterator[Finding]:
    field, colour = preset.field, preset.colour
    uniform = watched.response.uniform_frames
    if uniform > UNIFORM_SHARE * watched.frames:
        yield Finding(
            "grey",
            f"grey: {uniform} of {watched.frames} frames are nearly one colour "
            f"(contrast {watched.response.mean_contrast:.3f}): "
            f"{_more_gain(field)} or field.output_gain (now {field.output_gain:g})",
        )
    if watched.grain > NOISE_GRAIN:
        yield Finding(
            "noise",
            f"noise: neighbouring pixels differ {watched.grain:.2f} times as much as distant ones: "
            f"{_less_gain(field)} or field.coords.scale (now {field.coords.scale:g})",
        )
    if watched.clipped_share > CLIPPED_SHARE:
        yield Finding(
            "clipped",
            f"clipped: {watched.clipped_share:.0%} of the picture is at the ends of the range: lower colour.contrast "
            f"(now {colour.contrast.base:g}), or bring colour.brightness (now {colour.brightness.base:g}) nearer to 1",
        )


def _layers(preset: Preset, layers: Sequence[LayerHealth]) -> Iterator[Finding]:
    for layer in layers:
        name = f"layer {layer.layer} ({layer.activation})"
        if layer.dead >= LOST_UNITS * layer.units:
            yield Finding(
                "dead",
                f"{name} is dead: {layer.dead} of {layer.units} units hardly vary (spread {layer.spread:.3f}): "
                f"{_more_gain(preset.field)}",
            )
        elif layer.saturated >= LOST_UNITS * layer.units:
            yield Finding(
                "saturated",
                f"{name} is saturated: {layer.saturated} of {layer.units} units stick to the ends of their range "
                f"({layer.flat_share:.0%} of the layer does): {_less_gain(preset.field)}, "
                "or take sin or cos among field.activations",
            )


def _motion(preset: Preset, watched: Watched, responses: Responses, fps: float) -> Iterator[Finding]:
    field = preset.field
    if watched.frames < FEW_FRAMES:
        return
    if watched.variance_time < STILL_VARIANCE or watched.change_mean * fps < STILL_CHANGE_PER_S:
        yield Finding(
            "static",
            f"static: a pixel varies by {watched.variance_time**0.5:.1%} over the song and changes by "
            f"{watched.change_mean * fps:.1%} a second: {_more_gain(field)}, field.motion (now {field.motion:g}) "
            f"or field.audio (now {field.audio:g})",
        )
    elif watched.change_mean > FLICKER_CHANGE and watched.change_mean > FLICKER_RATIO * watched.change_unrelated:
        yield Finding(
            "flickers",
            f"flickers: a frame differs from the next by {watched.change_mean:.3f}, from any other by "
            f"{watched.change_unrelated:.3f}: {_calmer(preset, watched, responses)}",
        )


def _calmer(preset: Preset, watched: Watched, responses: Responses) -> str:
    """What to change so that the picture flickers less: whatever changes it most from frame to frame."""
    field = preset.field
    levels = [signal for signal in responses.signals if not signal.swing.integrated]
    strongest = max(levels, key=lambda signal: signal.change, default=None)
    if strongest is None or watched.grain > NOISE_GRAIN or watched.change_alone > strongest.change:
        return (
            f"{_less_gain(field)} or field.motion (now {field.motion:g}), or lengthen field.period (now {field.period})"
        )
    spec = preset.signals[strongest.name]
    is_input = "field.inputs" in strongest.moves
    lower = f"field.audio (now {field.audio:g})" if is_input else f"its amount in {' and '.join(strongest.moves)}"
    return (
        f"lengthen the release of `{strongest.name}` (now {spec.release}), "
        f"give it more smooth (now {spec.smooth}), or lower {lower}"
    )


def _sound(preset: Preset, watched: Watched, responses: Responses, *, is_weak: bool) -> Iterator[Finding]:
    field, response = preset.field, watched.response
    signals = [signal for signal in responses.signals if signal.swing.varies]
    if not responses.signals:
        yield Finding("ignores", "ignores the sound: the preset has no signals; add some and list them in field.inputs")
    elif signals and responses.variance_sound < IGNORED_VARIANCE:
        gain = f"{_more_gain(field)}, " if is_weak else ""
        yield Finding(
            "ignores",
            f"ignores the sound: a pixel varies by {responses.variance_sound**0.5:.1%} with it: {gain}"
            f"raise field.audio (now {field.audio:g}), list signals in field.inputs, or drive settings with them",
        )
    else:
        yield from _ignored(preset, [signal for signal in signals if signal.moves], is_weak=is_weak)
        if watched.frames >= FEW_FRAMES and signals and response.correlation < response.shuffled + FOLLOWS_MARGIN:
            yield Finding(
                "own-motion",
                f"does not follow the sound: its change correlates with `{response.signal}` by "
                f"{response.correlation:.2f}, with a shuffled song by {response.shuffled:.2f}: "
                f"lower field.motion (now {field.motion:g}), lengthen field.period (now {field.period}), "
                f"or raise field.audio (now {field.audio:g})",
            )
    unused = [signal for signal in responses.signals if not signal.moves]
    if unused:
        yield Finding(
            "unused",
            f"{_names(unused)} drives nothing: list it in field.inputs, drive a setting with it, or remove it",
        )


def _ignored(preset: Preset, signals: Sequence[SignalResponse], *, is_weak: bool) -> Iterator[Finding]:
    """One finding for all signals that the same change would help; a weak network comes before its signals."""
    by_advice: dict[str, list[SignalResponse]] = {}
    for signal in signals:
        if signal.sensitivity < IGNORED:
            by_advice.setdefault(_louder(preset, signal, is_weak=is_weak), []).append(signal)
    for advice, ignored in by_advice.items():
        strongest = max(signal.sensitivity for signal in ignored)
        yield Finding("ignores", f"ignores {_names(ignored)} (at most {strongest:.1%} of change): {advice}")


def _louder(preset: Preset, signal: SignalResponse, *, is_weak: bool) -> str:
    if is_weak and preset.field.audio > 0.0:
        return f"{_more_gain(preset.field)}, or drive more with it"
    if "field.inputs" in signal.moves:
        return f"raise field.audio (now {preset.field.audio:g}) or drive something with it"
    if signal.moves == ("field.clock",):
        field = preset.field
        return (
            f"raise field.motion (now {field.motion:g}), shorten field.period (now {field.period}) or widen its range"
        )
    return f"raise its amount in {' and '.join(signal.moves)}, widen its range, or list it in field.inputs"


def _names(signals: Sequence[SignalResponse]) -> str:
    return ", ".join(f"`{signal.name}` ({', '.join(signal.features)})" for signal in signals)


def _more_gain(field: Any) -> str:
    if field.weights is not None:
        return f"train {field.weights} further"
    return f"raise field.gain (now {field.gain:g})"


def _less_gain(field: Any) -> str:
    if field.weights is not None:
        return f"train {field.weights} towards smaller weights"
    return f"lower field.gain (now {field.gain:g})"
