"""What was heard when something was made from it, and whether that is still what is heard. Knows nothing of Blender."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from .hearing import View
from .state import StripState


@dataclass(frozen=True)
class Unchanged:
    """What is heard is what was heard."""


@dataclass(frozen=True)
class Moved:
    """All of it is heard ``frames`` later, and is otherwise the same: shift what was made.

    Frames are those that the hearing was counted in: of the strip's scene, or of the scene that it was seen from.
    """

    frames: int


@dataclass(frozen=True)
class Changed:
    """Something else is heard, and ``reason`` says why, as a sentence without its full stop: make it again."""

    reason: str


Change = Unchanged | Moved | Changed


@dataclass(frozen=True)
class Played:
    """A sound file and the strips that play it. ``sha256`` may be empty, for a quick one."""

    path: str
    n_bytes: int
    mtime_ns: int
    strips: tuple[StripState, ...]
    sha256: str = ""


@dataclass(frozen=True)
class Fingerprint:
    """The sounds that are heard in a scene of ``fps``: one file, or all those of a mix.

    ``view`` is whose frames are counted in, where that is another scene. ``scene`` is only to find the strips again.
    """

    fps: Fraction
    sounds: tuple[Played, ...]
    view: View | None = None
    scene: str = ""

    @property
    def strips(self) -> tuple[StripState, ...]:
        """All strips that are heard."""
        return tuple(strip for sound in self.sounds for strip in sound.strips)

    def to_json(self) -> str:
        """Text to keep with what was made."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Fingerprint:
        """The fingerprint in ``text``.

        Raises:
            ValueError: it is none.
        """
        try:
            document = json.loads(text)
            sounds = tuple(
                Played(**{**sound, "strips": tuple(map(_strip, sound["strips"]))}) for sound in document["sounds"]
            )
            view = document["view"] and View(**{**document["view"], "fps": Fraction(document["view"]["fps"])})
            return cls(**{**document, "fps": Fraction(document["fps"]), "sounds": sounds, "view": view})
        except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
            raise ValueError(f"not a fingerprint of a sound ({error})") from error


def take(path: Path, *, strips: Sequence[StripState], hashed: bool = True) -> Played:
    """A file as it is now; a missing one has -1 bytes."""
    try:
        stat = path.stat()
    except OSError:
        return Played(str(path), -1, 0, tuple(strips))
    sha256 = _sha256(path, stat.st_size, stat.st_mtime_ns) if hashed else ""
    return Played(str(path), stat.st_size, stat.st_mtime_ns, tuple(strips), sha256)


def compare(old: Fingerprint, new: Fingerprint) -> Change:
    """Whether what is heard now is what was heard then. A file is read only where its date has changed."""
    if not new.sounds:
        return Changed("nothing of it is heard any more") if old.sounds else Unchanged()
    for sound in new.sounds:
        if sound.n_bytes < 0:
            return Changed(f"the sound {sound.path} is gone")
    if len(old.sounds) != len(new.sounds):
        return Changed(f"{_many(len(old.sounds), 'file')} were heard and now {len(new.sounds)}")
    pairs = _paired(old, new)
    if pairs is None:
        names = {sound.path for sound in old.sounds}
        is_same = all(sound.path in names for sound in new.sounds)
        return Changed("the sound file was changed" if is_same else "another sound file is used")
    if old.fps != new.fps:
        return Changed(f"the frame rate was {_rate(old.fps)} and is {_rate(new.fps)}")
    change: Change = Unchanged()
    for was, now in pairs:
        each = _compare_strips(was.strips, now.strips)
        if isinstance(each, Changed):
            return each
        if was is not pairs[0][0] and each != change:
            return Changed("its strips have moved apart")
        change = each
    return _seen(old, new, change.frames if isinstance(change, Moved) else 0)


def _seen(old: Fingerprint, new: Fingerprint, by: int) -> Change:
    """What a move of strips by ``by`` frames is in the frames that were counted in."""
    before, now = old.view or View(old.fps), new.view or View(new.fps)
    if before.fps != now.fps:
        return Changed(f"the frame rate was {_rate(before.fps)} and is {_rate(now.fps)}")
    frames = (by - now.at + before.at) * now.fps / new.fps + now.to - before.to
    if frames.denominator != 1:
        return Changed("it has moved by a part of a frame")
    return Moved(int(frames)) if frames else Unchanged()


def _compare_strips(old: Sequence[StripState], new: Sequence[StripState]) -> Change:
    if not new:
        return Changed("the strip is muted or gone") if old else Unchanged()
    if len(old) != len(new):
        return Changed(f"the sound was in {_many(len(old), 'strip')} and is in {_many(len(new), 'strip')}")
    before, now = sorted(old, key=_place), sorted(new, key=_place)
    by = now[0].left - before[0].left
    moved = [strip.moved(by) for strip in before]
    if moved == now:
        return Moved(by) if by else Unchanged()
    if [_spacing(strip.retiming) for strip in before] != [_spacing(strip.retiming) for strip in now]:
        return Changed("the speed of the strip was changed")
    if [_silent(strip) for strip in moved] == [_silent(strip) for strip in now]:
        return Changed("the volume or pan of a strip was changed")
    return Changed("the strip was trimmed, slipped or cut")


def _paired(old: Fingerprint, new: Fingerprint) -> list[tuple[Played, Played]] | None:
    """Each sound of then with the same one of now; None where one is missing."""
    left = list(new.sounds)
    pairs = []
    for was in old.sounds:
        # The same path first: a copy may be the same file too.
        same = next((now for now in sorted(left, key=lambda now: now.path != was.path) if _same_file(was, now)), None)
        if same is None:
            return None
        left.remove(same)
        pairs.append((was, same))
    return pairs


def _same_file(old: Played, new: Played) -> bool:
    if old.n_bytes != new.n_bytes:
        return False
    if old.path == new.path and old.mtime_ns == new.mtime_ns:
        return True
    return bool(old.sha256) and old.sha256 == (new.sha256 or _sha256(Path(new.path), new.n_bytes, new.mtime_ns))


@lru_cache(maxsize=64)
def _sha256(path: Path, n_bytes: int, mtime_ns: int) -> str:
    """The hash of a file that has this size and date; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _strip(document: dict[str, Any]) -> StripState:
    told = {**document, "late_s": Fraction(document["late_s"]), "retiming": tuple(map(int, document["retiming"]))}
    return StripState(**told)


def _silent(strip: StripState) -> StripState:
    return StripState(**{**strip.__dict__, "loudness": ""})


def _place(strip: StripState) -> tuple[int, int, int, str]:
    return strip.left, strip.right, strip.content_start, strip.loudness


def _spacing(frames: tuple[int, ...]) -> list[int]:
    return [frame - frames[0] for frame in frames]


def _rate(fps: Fraction) -> str:
    return f"{float(fps):.5g}"


def _many(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"
