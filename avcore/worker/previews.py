"""Previews: one frame at a time, the newest request first, with everything kept that the next one may need."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from typing import Any

from avcore.audio import FeatureTrack
from avcore.cli.options import parse_size
from avcore.compute.device import choose
from avcore.presets import preset_hash
from avcore.presets.images import read_images
from avcore.render.frames import Frames
from avcore.timebase import Timebase, parse_fps
from avcore.worker.calls import Call, StoppedError
from avcore.worker.contract import Picture, Preview
from avcore.worker.library import load
from avcore.worker.listening import Tracks
from avcore.worker.scratch import Scratch

# Presets between which one goes back and forth stay ready.
MOST_KEPT = 4
SUPERSEDED = "a newer preview took its place"


class Previews:
    """Draws previews in a thread of its own. One that has not begun gives way to a newer one."""

    def __init__(self, tracks: Tracks, scratch: Scratch) -> None:
        self._tracks, self._scratch = tracks, scratch
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="preview")
        self._lock = threading.Lock()
        self._newest: Call | None = None
        self._kept: OrderedDict[Any, Frames] = OrderedDict()

    def submit(self, call: Call) -> None:
        """Draw the preview that ``call`` asks for, once its song is analysed.

        Raises:
            InputError: there is no such sound.
        """
        # The newer one listens to the song before the older one leaves, so that an analysis goes on.
        track = self._tracks.future(call.request.audio, call)
        with self._lock:
            before, self._newest = self._newest, call
        if before is not None:
            before.cancel(SUPERSEDED)
        track.add_done_callback(lambda ready: self._ready(call, ready))

    def close(self) -> None:
        """Draw nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ready(self, call: Call, track: Future[FeatureTrack]) -> None:
        if track.cancelled() or track.exception() is not None:
            call.finish(track)
        else:
            self._pool.submit(self._draw, call, track.result()).add_done_callback(call.finish)

    def _draw(self, call: Call, track: FeatureTrack) -> Picture:
        with self._lock:
            if call.is_cancelled:
                raise StoppedError
            if self._newest is call:
                self._newest = None  # it has begun, and is not in the way of a newer one
        began = time.perf_counter()
        request: Preview = call.request
        frames, timebase = self._frames(request, track, call)
        number = _number(request, timebase)
        image = frames.frame(number, request.pixel)
        return Picture(
            array=self._scratch.keep(image, "preview"),
            frame=number,
            time_s=timebase.time_s(number),
            seconds=time.perf_counter() - began,
            drawn_by=f"{frames.device.description}, {frames.implementation}",
            notes=tuple(frames.notes),
        )

    def _frames(self, request: Preview, track: FeatureTrack, call: Call) -> tuple[Frames, Timebase]:
        """What draws, kept from before where nothing but the time has changed."""
        preset = read_images(load(request.preset, request.overrides))
        size = parse_size(f"{request.width}x{request.height}")
        fps, start_s = parse_fps(request.fps), Fraction(request.start_s).limit_denominator(10**9)
        key = (
            preset_hash(preset), preset.folders, track.audio_sha256, size, fps, start_s,
            request.quality, request.device, request.threads,
        )  # fmt: skip
        frames = self._kept.get(key)
        if frames is None:
            timebase = Timebase.for_excerpt(track.duration_s, fps, start_s=start_s)
            call.progress("compiling", 0.0, 1.0)  # on first use it takes seconds
            frames = Frames(
                preset, track, timebase, size=size, device=choose(request.device), quality=request.quality,
                threads=request.threads,
            )  # fmt: skip
            self._kept[key] = frames
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)[1].close()
        self._kept.move_to_end(key)
        return frames, frames.timebase


def _number(request: Preview, timebase: Timebase) -> int:
    """The frame on screen at the asked time, or the nearest one."""
    since_s = Fraction(request.time_s).limit_denominator(10**9) - timebase.start_s
    # A time that came through floats may lie a rounding error before its frame.
    number = timebase.start_frame + math.floor(since_s * timebase.fps + Fraction(1, 10**4))
    return min(max(number, timebase.start_frame), timebase.start_frame + timebase.n_frames - 1)
