"""Tracks for all requests: each song is analysed once, whoever asks, and the last ones stay in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from avcore.audio import FeatureTrack, analyze
from avcore.errors import InputError
from avcore.worker.calls import Call, StoppedError

# An hour of sound takes 150 MB.
MOST_KEPT = 3

Key = tuple[str, int, int]


class Song:
    """One analysis, and the calls that wait for it."""

    def __init__(self) -> None:
        self.future: Future[FeatureTrack]
        self.waiting: list[Call] = []


class Tracks:
    """Analyses under way and in memory."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="analysis")
        self._lock = threading.Lock()
        self._songs: OrderedDict[Key, Song] = OrderedDict()

    def future(self, audio: str, call: Call) -> Future[FeatureTrack]:
        """The track of a sound file, now or later; ``call`` is told how far it is.

        The analysis stops when all calls that wait for it are cancelled.

        Raises:
            InputError: there is no such file.
        """
        key = _key(audio)
        with self._lock:
            song = self._songs.get(key)
            is_new = song is None
            if song is None:
                song = self._songs[key] = Song()
                song.future = self._pool.submit(self._analyze, key, song)
            song.waiting.append(call)
            self._songs.move_to_end(key)
            ready = [old for old, other in self._songs.items() if other.future.done()]
            for old in ready[:-MOST_KEPT]:
                del self._songs[old]
        if is_new:
            song.future.add_done_callback(lambda _: self._ended(key, song))
        return song.future

    def track(self, audio: str, call: Call) -> FeatureTrack:
        """The track of a sound file.

        Raises:
            InputError: the sound cannot be read.
            StoppedError: the call was cancelled.
        """
        return self.future(audio, call).result()

    def close(self) -> None:
        """Start nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _analyze(self, key: Key, song: Song) -> FeatureTrack:
        return analyze(key[0], progress=lambda done: self._tell(key, song, done))

    def _ended(self, key: Key, song: Song) -> None:
        song.waiting.clear()
        if song.future.cancelled() or song.future.exception() is not None:
            self._forget(key, song)  # the file may be repaired and asked for again

    def _tell(self, key: Key, song: Song, done: float) -> None:
        with self._lock:
            waiting = [call for call in song.waiting if not call.is_cancelled]
            if not waiting:
                self._songs.pop(key, None)  # who asks for this song from here on begins anew
                raise StoppedError
        for call in waiting:
            call.tell("analysis", done, 1.0)

    def _forget(self, key: Key, song: Song) -> None:
        with self._lock:
            if self._songs.get(key) is song:
                del self._songs[key]


def _key(audio: str) -> Key:
    """What tells one state of a file from another."""
    path = Path(audio)
    try:
        status = path.resolve().stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read: {reason}; choose the sound again") from error
    return str(path), status.st_mtime_ns, status.st_size
