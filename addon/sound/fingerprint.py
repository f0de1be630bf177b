"""What was heard when something was made from it, and whether that is still what is heard. Knows nothing of Blender."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from .state import StripState


@dataclass(frozen=True)
class Unchanged:
    """What is heard is what was heard."""


@dataclass(frozen=True)
class Moved:
    """All of it is heard ``frames`` (of the strip's scene) later, and is otherwise the same: shift what was made."""

    frames: int


@dataclass(frozen=True)
class Changed:
    """Something else is heard, and ``reason`` says why, as a sentence without its full stop: make it again."""

    reason: str


Change = Unchanged | Moved | Changed


@dataclass(frozen=True)
class Fingerprint:
    """A sound file and how strips let it be heard. ``sha256`` may be empty, for a quick one."""

    path: str
    n_bytes: int
    mtime_ns: int
    fps: Fraction
    strips: tuple[StripState, ...]
    sha256: str = ""

    def to_json(self) -> str:
        """Text to keep with what was made."""
        document = asdict(self)
        document["fps"] = str(self.fps)
        for strip in document["strips"]:
            strip["late_s"] = str(strip["late_s"])
        return json.dumps(document)

    @classmethod
    def from_json(cls, text: str) -> Fingerprint:
        """The fingerprint in ``text``.

        Raises:
            ValueError: it is none.
        """
        try:
            document = json.loads(text)
            strips = tuple(
                StripState(
                    **{**strip, "late_s": Fraction(strip["late_s"]), "retiming": tuple(map(int, strip["retiming"]))}
                )
                for strip in document["strips"]
            )
            return cls(**{**document, "fps": Fraction(document["fps"]), "strips": strips})
        except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
            raise ValueError(f"not a fingerprint of a sound ({error})") from error


def take(path: Path, *, fps: Fraction, strips: Sequence[StripState], hashed: bool = True) -> Fingerprint:
    """The fingerprint of a file as it is now; a missing one has -1 bytes."""
    try:
        stat = path.stat()
    except OSError:
        return Fingerprint(str(path), -1, 0, fps, tuple(strips))
    sha256 = _sha256(path, stat.st_size, stat.st_mtime_ns) if hashed else ""
    return Fingerprint(str(path), stat.st_size, stat.st_mtime_ns, fps, tuple(strips), sha256)


def compare(old: Fingerprint, new: Fingerprint) -> Change:
    """Whether what is heard now is what was heard then. A file is read only where its date has changed."""
    if new.n_bytes < 0:
        return Changed(f"the sound {new.path} is gone")
    if not _same_file(old, new):
        return Changed("the sound file was changed" if old.path == new.path else "another sound file is used")
    if old.fps != new.fps:
        return Changed(f"the frame rate was {_rate(old.fps)} and is {_rate(new.fps)}")
    if not new.strips:
        return Changed("the strip is muted or gone") if old.strips else Unchanged()
    if len(old.strips) != len(new.strips):
        return Changed(f"the sound was in {_parts(len(old.strips))} and is in {_parts(len(new.strips))}")
    before, now = sorted(old.strips, key=_place), sorted(new.strips, key=_place)
    by = now[0].left - before[0].left
    if [strip.moved(by) for strip in before] == now:
        return Moved(by) if by else Unchanged()
    if any(len(was.retiming) != len(strip.retiming) for was, strip in zip(before, now, strict=True)):
        return Changed("the speed of the strip was changed")
    if any(
        was.retiming and _spacing(was.retiming) != _spacing(strip.retiming)
        for was, strip in zip(before, now, strict=True)
    ):
        return Changed("the speed of the strip was changed")
    return Changed("the strip was trimmed, slipped or cut")


def _same_file(old: Fingerprint, new: Fingerprint) -> bool:
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


def _place(strip: StripState) -> tuple[int, int, int]:
    return strip.left, strip.right, strip.content_start


def _spacing(frames: tuple[int, ...]) -> list[int]:
    return [frame - frames[0] for frame in frames]


def _rate(fps: Fraction) -> str:
    return f"{float(fps):.5g}"


def _parts(n: int) -> str:
    return f"{n} strip{'s' * (n != 1)}"
