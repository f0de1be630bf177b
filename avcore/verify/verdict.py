"""The verdict: what is wrong with a preset, as sentences that name the setting to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from avcore.presets.preset import Preset
from avcore.render.response import FOLLOWS_MARGIN
from avcore.verify.advice import Advice, advice_for
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

# Least effect of a signal: a mean change of 1 % of the range from its low end to its high, which the eye hardly sees,
# unless it is gathered in a tenth of the picture: sparks and edges are small and still seen.
IGNORED, IGNORED_ACCENT = 0.01, 0.03
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
    advice = advice_for(preset)
    network = [*_picture(preset, watched, advice), *_layers(layers, advice)]
    is_weak = any(finding.kind in ("grey", "dead") for finding in network)
    return (
        *_silent(responses),
        *network,
        *_motion(preset, watched, responses, advice, fps),
        *_sound(preset, watched, responses, advice, is_weak=is_weak),
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


def _picture(preset: Preset, watched: Watched, advice: Advice) -> Iterator[Finding]:
    colour = preset.colour
    uniform = watched.response.uniform_frames
    if uniform > UNIFORM_SHARE * watched.frames:
        yield Finding(
            "grey",
            f"grey: {uniform} of {watched.frames} frames are nearly one colour "
            f"(contrast {watched.response.mean_contrast:.3f}): {advice.contrast}",
        )
    if watched.grain > NOISE_GRAIN:
        yield Finding(
            "noise",
            f"noise: neighbouring pixels differ {watched.grain:.2f} times as much as distant ones: {advice.coarser}",
        )
    if watched.clipped_share > CLIPPED_SHARE:
        yield Finding(
            "clipped",
            f"clipped: {watched.clipped_share:.0%} of the picture is at the ends of the range: lower colour.contrast "
            f"(now {colour.contrast.base:g}), or bring colour.brightness (now {colour.brightness.base:g}) nearer to 1",
        )


def _layers(layers: Sequence[LayerHealth], advice: Advice) -> Iterator[Finding]:
    for layer in layers:
        name = f"layer {layer.layer} ({layer.activation})"
        if layer.dead >= LOST_UNITS * layer.units:
            yield Finding(
                "dead",
                f"{name} is dead: {layer.dead} of {layer.units} units hardly vary (spread {layer.spread:.3f}): "
                f"{advice.structure}",
            )
        elif layer.saturated >= LOST_UNITS * layer.units:
            yield Finding(
                "saturated",
                f"{name} is saturated: {layer.saturated} of {layer.units} units stick to the ends of their range "
                f"({layer.flat_share:.0%} of the layer does): {advice.calm}, "
                "or take sin or cos among field.activations",
            )


def _motion(preset: Preset, watched: Watched, responses: Responses, advice: Advice, fps: float) -> Iterator[Finding]:
    if watched.frames < FEW_FRAMES:
        return
    if watched.variance_time < STILL_VARIANCE or watched.change_mean * fps < STILL_CHANGE_PER_S:
        yield Finding(
            "static",
            f"static: a pixel varies by {watched.variance_time**0.5:.1%} over the song and changes by "
            f"{watched.change_mean * fps:.1%} a second: {advice.faster}",
        )
    elif watched.change_mean > FLICKER_CHANGE and watched.change_mean > FLICKER_RATIO * watched.change_unrelated:
        yield Finding(
            "flickers",
            f"flickers: a frame differs from the next by {watched.change_mean:.3f}, from any other by "
            f"{watched.change_unrelated:.3f}: {_calmer(preset, watched, responses, advice)}",
        )


def _calmer(preset: Preset, watched: Watched, responses: Responses, advice: Advice) -> str:
    """What to change so that the picture flickers less: whatever changes it most from frame to frame."""
    levels = [signal for signal in responses.signals if not signal.swing.integrated]
    strongest = max(levels, key=lambda signal: signal.change, default=None)
    if strongest is None or watched.grain > NOISE_GRAIN or watched.change_alone > strongest.change:
        return f"{advice.calm}, or {advice.slower}"
    spec = preset.signals[strongest.name]
    is_input = "field.inputs" in strongest.moves
    amounts = " and ".join(strongest.moves)
    lower = f"field.audio (now {preset.field.audio:g})" if is_input else f"its amount in {amounts}"
    return (
        f"lengthen the release of `{strongest.name}` (now {spec.release}), "
        f"give it more smooth (now {spec.smooth}), or lower {lower}"
    )


def _sound(
    preset: Preset, watched: Watched, responses: Responses, advice: Advice, *, is_weak: bool
) -> Iterator[Finding]:
    response = watched.response
    signals = [signal for signal in responses.signals if signal.swing.varies]
    if not responses.signals:
        yield Finding("ignores", f"ignores the sound: the preset has no signals; add some and {advice.listen}")
    elif signals and responses.variance_sound < IGNORED_VARIANCE:
        gain = f"{advice.structure}, " if is_weak else ""
        yield Finding(
            "ignores",
            f"ignores the sound: a pixel varies by {responses.variance_sound**0.5:.1%} with it: {gain}"
            f"{advice.louder}, {advice.listen}",
        )
    else:
        yield from _ignored([signal for signal in signals if signal.moves], advice, is_weak=is_weak)
        if watched.frames >= FEW_FRAMES and signals and response.correlation < response.shuffled + FOLLOWS_MARGIN:
            yield Finding(
                "own-motion",
                f"does not follow the sound: its change correlates with `{response.signal}` by "
                f"{response.correlation:.2f}, with a shuffled song by {response.shuffled:.2f}: "
                f"{advice.slower}, or {advice.louder}",
            )
    unused = [signal for signal in responses.signals if not signal.moves]
    if unused:
        yield Finding(
            "unused",
            f"{_names(unused)} drives nothing: {advice.listen.replace('signals', 'it').replace('them', 'it')}, "
            "or remove it",
        )


def _ignored(signals: Sequence[SignalResponse], advice: Advice, *, is_weak: bool) -> Iterator[Finding]:
    """One finding for all signals that the same change would help; a weak network comes before its signals."""
    by_advice: dict[str, list[SignalResponse]] = {}
    for signal in signals:
        if signal.sensitivity < IGNORED and signal.accent < IGNORED_ACCENT:
            by_advice.setdefault(_louder(signal, advice, is_weak=is_weak), []).append(signal)
    for change, ignored in by_advice.items():
        strongest = max(signal.sensitivity for signal in ignored)
        yield Finding("ignores", f"ignores {_names(ignored)} (at most {strongest:.1%} of change): {change}")


def _louder(signal: SignalResponse, advice: Advice, *, is_weak: bool) -> str:
    if is_weak:
        return f"{advice.structure}, or drive more with it"
    if "field.inputs" in signal.moves:
        return f"{advice.louder} or drive something with it"
    if signal.moves == ("field.clock",):
        return f"{advice.travel} or widen its range"
    return f"raise its amount in {' and '.join(signal.moves)}, widen its range, or drive more with it"


def _names(signals: Sequence[SignalResponse]) -> str:
    return ", ".join(f"`{signal.name}` ({', '.join(signal.features)})" for signal in signals)
