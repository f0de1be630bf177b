"""The demo track: twenty seconds of music made with numpy, with something to do for every feature.

120 BPM in A minor, ten bars: a groove, a build-up with a riser and a snare roll, half a bar of silence, the drop, and
an end that rings out. Deterministic, and no recording of anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avcore.files import replacing

RATE_HZ = 44_100
BPM = 120
BEATS_PER_BAR = 4
BARS = 10
BEAT_S = 60 / BPM
BAR_S = BEAT_S * BEATS_PER_BAR
DURATION_S = BARS * BAR_S
BREAK_S = 6 * BAR_S - 2 * BEAT_S
DROP_S = 6 * BAR_S
END_S = 9 * BAR_S

# Am, F, C, G as MIDI notes: the bass note, then the chord.
CHORDS = ((33, (57, 60, 64, 71)), (29, (57, 60, 65, 67)), (36, (55, 60, 64, 67)), (31, (55, 59, 62, 69)))
ARPEGGIO = (0, 2, 1, 3, 2, 1, 3, 2)

Mono = NDArray[np.float64]
Stereo = NDArray[np.float64]


@dataclass(frozen=True)
class Demo:
    """``samples`` [shape=(n, 2), float32, full scale 1] at 44.1 kHz, and its true beats and downbeats in seconds."""

    samples: NDArray[np.float32]
    beats_s: NDArray[np.float64]
    downbeats_s: NDArray[np.float64]


def make_demo() -> Demo:
    """The demo track."""
    beats_s = np.arange(BARS * BEATS_PER_BAR, dtype=np.float64) * BEAT_S
    drums, music = _drums(), _music()
    # The kick makes room for itself, as a compressor keyed by it would: the chords breathe with the beat.
    pumped = music * _duck()[:, None]
    mix = np.tanh(1.1 * (drums + pumped))
    fade = np.clip((DURATION_S - _times_s(len(mix))) / 1.0, 0, 1)[:, None]
    samples = (0.89 * mix * fade / np.abs(mix).max()).astype(np.float32)
    return Demo(samples, beats_s, beats_s[::BEATS_PER_BAR])


def write_demo(path: Path) -> Demo:
    """Write the demo track as a 16-bit WAV file.

    Raises:
        OutputError: it cannot be written.
    """
    import soundfile

    demo = make_demo()
    with replacing(path) as part:
        soundfile.write(part, demo.samples, RATE_HZ, format="WAV", subtype="PCM_16")
    return demo


def _times_s(n: int) -> Mono:
    return np.arange(n, dtype=np.float64) / RATE_HZ


def _hz(midi_note: float) -> float:
    return float(440.0 * 2 ** ((midi_note - 69) / 12))


def _add(track: Stereo, sound: Mono, at_s: float, *, gain: float = 1.0, pan: float = 0.0) -> None:
    """Mix ``sound`` into ``track``; ``pan`` from -1 (left) to 1 (right) at constant power."""
    first = round(at_s * RATE_HZ)
    sound = sound[: max(0, len(track) - first)]
    angle = (pan + 1) * np.pi / 4
    track[first : first + len(sound)] += gain * sound[:, None] * np.array([np.cos(angle), np.sin(angle)]) * np.sqrt(2)


def _is_break(at_s: float) -> bool:
    return BREAK_S - 1e-9 <= at_s < DROP_S - 1e-9


def _drums() -> Stereo:
    track = np.zeros((round(DURATION_S * RATE_HZ), 2))
    rng = np.random.default_rng(20)
    kick, snare, crash = _kick(), _snare(rng), _noise_hit(rng, decay_s=0.7, length_s=2.5)
    closed, opened = _noise_hit(rng, decay_s=0.018, length_s=0.12), _noise_hit(rng, decay_s=0.09, length_s=0.3)
    for beat in range(BARS * BEATS_PER_BAR):
        at_s = beat * BEAT_S
        building, ending = 4 * BAR_S <= at_s < DROP_S, at_s >= END_S
        if _is_break(at_s) or (ending and beat % BEATS_PER_BAR):
            continue
        _add(track, kick, at_s, gain=0.9)
        if ending:
            break
        if beat % 2 and not building:
            _add(track, snare, at_s, gain=0.5)
        for eighth in range(2):
            _add(track, closed, at_s + eighth * BEAT_S / 2, gain=0.13 if eighth else 0.09, pan=0.3)
        if at_s >= 2 * BAR_S and not building:
            _add(track, opened, at_s + BEAT_S / 2, gain=0.12, pan=-0.25)
        if at_s >= DROP_S:
            for sixteenth in (1, 3):
                _add(track, closed, at_s + sixteenth * BEAT_S / 4, gain=0.07, pan=-0.4)
    # The roll: eighths, then sixteenths, then thirty-seconds, rising towards the break.
    roll_s = np.concatenate((np.arange(4, 5, 1 / 8), np.arange(5, 5.25, 1 / 16), np.arange(5.25, 5.5, 1 / 32))) * BAR_S
    for at_s in roll_s:
        _add(track, snare, float(at_s), gain=0.08 + 0.4 * ((at_s - 4 * BAR_S) / (1.5 * BAR_S)) ** 2, pan=0.1)
    for at_s in (0.0, DROP_S, END_S):
        _add(track, crash, at_s, gain=0.1 if at_s == 0 else 0.22)
    return track


def _kick() -> Mono:
    t = _times_s(round(0.4 * RATE_HZ))
    phase = 2 * np.pi * (48 * t + 110 * 0.028 * (1 - np.exp(-t / 0.028)))
    click = np.exp(-t / 0.0015) * np.sin(2 * np.pi * 2500 * t)
    return np.sin(phase) * np.exp(-t / 0.11) + 0.25 * click


def _snare(rng: np.random.Generator) -> Mono:
    t = _times_s(round(0.25 * RATE_HZ))
    rattle = np.diff(rng.standard_normal(len(t) + 1), n=1) * np.exp(-t / 0.055)
    return 0.35 * rattle + 0.7 * np.sin(2 * np.pi * 185 * t) * np.exp(-t / 0.04)


def _noise_hit(rng: np.random.Generator, *, decay_s: float, length_s: float) -> Mono:
    t = _times_s(round(length_s * RATE_HZ))
    return np.diff(rng.standard_normal(len(t) + 2), n=2) * np.exp(-t / decay_s) * np.minimum(1, t / 0.0005)


def _music() -> Stereo:
    track = np.zeros((round(DURATION_S * RATE_HZ), 2))
    for bar in range(BARS):
        root, notes = CHORDS[bar % 4] if bar < BARS - 1 else CHORDS[0]
        at_s = bar * BAR_S
        length_s = BAR_S if bar != 5 else BAR_S - 2 * BEAT_S
        dropped = 6 <= bar < 9
        for voice, note in enumerate(notes):
            pan = (voice / 1.5 - 1) * 0.7
            _add(track, _pad(note, length_s, bright=dropped), at_s, gain=0.05 if not dropped else 0.06, pan=pan)
        if bar not in (4, 5):
            _bass_line(track, root, at_s, dropped=dropped)
        if 2 <= bar < 9:
            _arpeggio(track, notes, at_s, length_s, octave=2 if dropped else 1)
    _add(track, _riser(BREAK_S - 4 * BAR_S), 4 * BAR_S, gain=0.22)
    return track


def _pad(note: float, length_s: float, *, bright: bool) -> Mono:
    """Two detuned voices of a few partials, slow to come and to go."""
    t = _times_s(round((length_s + 0.08) * RATE_HZ))
    partials = 9 if bright else 4
    voices = sum(
        np.sin(2 * np.pi * _hz(note) * detune * k * t + k) / k ** (1.1 if bright else 1.6)
        for detune in (0.997, 1.003)
        for k in range(1, partials + 1)
    )
    envelope = np.clip(t / 0.06, 0, 1) * np.clip((length_s + 0.08 - t) / 0.08, 0, 1)
    return np.asarray(voices * envelope)


def _bass_line(track: Stereo, root: int, at_s: float, *, dropped: bool) -> None:
    eighths = range(1, 8, 2) if not dropped else range(8)
    for eighth in eighths:
        t = _times_s(round(0.23 * RATE_HZ))
        note = root + (12 if dropped and eighth in (3, 6) else 0)
        wave = sum(np.sin(2 * np.pi * _hz(note) * k * t) / k for k in range(1, 7 if dropped else 4))
        envelope = np.minimum(1, t / 0.004) * np.exp(-t / 0.18) * np.clip((0.23 - t) / 0.02, 0, 1)
        _add(track, np.asarray(wave * envelope), at_s + eighth * BEAT_S / 2, gain=0.24)


def _arpeggio(track: Stereo, notes: tuple[int, ...], at_s: float, length_s: float, *, octave: int) -> None:
    for sixteenth in range(round(length_s / (BEAT_S / 4))):
        t = _times_s(round(0.3 * RATE_HZ))
        hz = _hz(notes[ARPEGGIO[sixteenth % 8]] + 12 * octave)
        # A plucked bell: frequency modulation that fades faster than the note.
        wave = np.sin(2 * np.pi * hz * t + 1.8 * np.exp(-t / 0.05) * np.sin(2 * np.pi * 2 * hz * t))
        pan = 0.6 * np.sin(2 * np.pi * sixteenth / 16)
        _add(
            track,
            wave * np.exp(-t / 0.08) * np.minimum(1, t / 0.002),
            at_s + sixteenth * BEAT_S / 4,
            gain=0.09,
            pan=pan,
        )


def _riser(length_s: float) -> Mono:
    """A tone and a band of noise that climb four octaves and swell."""
    t = _times_s(round(length_s * RATE_HZ))
    part = t / length_s
    phase = 2 * np.pi * np.cumsum(110 * 2 ** (4 * part)) / RATE_HZ
    noise = np.random.default_rng(4).standard_normal(len(t))
    sound = (0.35 * np.sin(phase) + 0.18 * noise * np.sin(phase)) * part**2
    return np.asarray(sound * np.clip((length_s - t) / 0.02, 0, 1))


def _duck() -> Mono:
    """Gain of the music: down at each kick, back within half a beat."""
    t = _times_s(round(DURATION_S * RATE_HZ))
    since_beat_s = np.mod(t, BEAT_S)
    has_kick = ~((t >= BREAK_S) & (t < DROP_S)) & (t < END_S)
    return np.asarray(1 - 0.6 * has_kick * np.exp(-since_beat_s / 0.09))


if __name__ == "__main__":
    import sys

    write_demo(Path(sys.argv[1]))
