"""Features made from event times: pulses, phases, time since and until, and the place in the track.

A sample of the grid belongs to an event that is at most half a sample later, so that the sample nearest to a beat is
on it exactly: pulse 1, phase 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from avcore.audio.track import RATE_HZ

# The beat pulse falls to 1/e in this time.
PULSE_DECAY_S = 0.15
# Times since and until an event count up to this; a track without events stays there.
FAR_S = 10.0

Array = NDArray[np.float32]
Times = NDArray[np.float64]


def since_s(n: int, events_s: Times) -> Array:
    """Seconds since the last event [shape=(n,)], at most ``FAR_S``."""
    if not len(events_s):
        return np.full(n, FAR_S, np.float32)
    times_s = np.arange(n) / RATE_HZ
    last = _last_event(times_s, events_s)
    passed = np.where(last >= 0, times_s - events_s[np.maximum(last, 0)], FAR_S)
    return np.clip(passed, 0.0, FAR_S).astype(np.float32)


def until_s(n: int, events_s: Times) -> Array:
    """Seconds until the next event, 0 on one [shape=(n,)], at most ``FAR_S``."""
    if not len(events_s):
        return np.full(n, FAR_S, np.float32)
    times_s = np.arange(n) / RATE_HZ
    following = np.searchsorted(events_s, times_s - 0.5 / RATE_HZ)
    ahead = np.where(following < len(events_s), events_s[np.minimum(following, len(events_s) - 1)] - times_s, FAR_S)
    return np.clip(ahead, 0.0, FAR_S).astype(np.float32)


def pulse(n: int, events_s: Times) -> Array:
    """1 at each event, falling by ``exp(-t / PULSE_DECAY_S)`` [shape=(n,)]; 0 before the first."""
    times_s = np.arange(n) / RATE_HZ
    last = _last_event(times_s, events_s)
    if not len(events_s):
        return np.zeros(n, np.float32)
    passed = np.maximum(0.0, times_s - events_s[np.maximum(last, 0)])
    # At the sample nearest to the event, whichever side it lies on.
    passed = np.where(passed < 0.5 / RATE_HZ, 0.0, passed)
    return np.where(last >= 0, np.exp(-passed / PULSE_DECAY_S), 0.0).astype(np.float32)


def phase(n: int, events_s: Times) -> Array:
    """0 at each event, rising evenly to 1 just before the next [shape=(n,)].

    After the last event one more step as long as the last is assumed; before the first and after that step it is 0.
    """
    if len(events_s) < 2:
        return np.zeros(n, np.float32)
    times_s = np.arange(n) / RATE_HZ
    edges = np.append(events_s, 2 * events_s[-1] - events_s[-2])
    last = _last_event(times_s, edges)
    inside = (last >= 0) & (last < len(edges) - 1)
    here = np.clip(last, 0, len(edges) - 2)
    part = (times_s - edges[here]) / (edges[here + 1] - edges[here])
    return np.where(inside, np.clip(part, 0.0, 1.0), 0.0).astype(np.float32)


def position(n: int) -> Array:
    """Place in the track, 0 at its first sample and 1 at its last [shape=(n,)]."""
    return np.linspace(0.0, 1.0, n, dtype=np.float32)


def _last_event(times_s: Times, events_s: Times) -> NDArray[np.int64]:
    """Index of the last event at or before each time, -1 before the first."""
    return np.searchsorted(events_s, times_s + 0.5 / RATE_HZ, side="right") - 1
