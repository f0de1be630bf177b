"""Frame numbers as people and farms write them, and back: the one grammar of the project.

People write ``7``, ``10-20``, ``10..20``, ``1-100x5``, ``-5--2``, and lists of these with commas or blanks between.
OpenJD (2023-09, IntRangeExpr) writes the step as ``1-100:5`` and may count downwards; elsewhere a
``:`` means other things to other programs (fileseq interleaves), so people are refused it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from avcore.errors import UsageError

Syntax = Literal["common", "openjd"]

MOST_FRAMES = 10**8
_NUMBER = r"(-?\d{1,9})"
_COMMON = re.compile(rf"{_NUMBER}(?:(?:-|\.\.){_NUMBER}(?:x(\d{{1,9}}))?)?")
_OPENJD = re.compile(rf"{_NUMBER}(?:\s*-\s*{_NUMBER}(?:\s*:\s*{_NUMBER})?)?")


def parse_numbers(text: str, *, syntax: Syntax = "common") -> list[int]:
    """The numbers that ``text`` names, sorted, each once.

    Raises:
        UsageError: not a list of frames, or an absurdly long one.
    """
    numbers: set[int] = set()
    for part in _parts(text, syntax):
        frames = _range(part, text, syntax)
        if len(frames) > MOST_FRAMES:
            raise UsageError(f"the frame range {part[:40]} is too long")
        numbers.update(frames)
    return sorted(numbers)


def _parts(text: str, syntax: Syntax) -> Iterator[str]:
    for part in text.split(","):
        pieces = part.split() if syntax == "common" else [part.strip()]
        # "1 -3" may mean two frames or a range, so it means nothing.
        if not pieces or any(piece.startswith("-") for piece in pieces[1:]):
            raise _not_frames(text, syntax)
        yield from pieces


def _range(part: str, text: str, syntax: Syntax) -> range:
    match = (_COMMON if syntax == "common" else _OPENJD).fullmatch(part)
    if match is None:
        raise _not_frames(text, syntax)
    first, last, step = int(match[1]), int(match[2] or match[1]), int(match[3] or 1)
    if step == 0:
        raise _not_frames(text, syntax)
    if (last < first) if step > 0 else (last > first):
        raise UsageError(f"the frame range {part} ends before it starts")
    return range(first, last + (1 if step > 0 else -1), step)


def _not_frames(text: str, syntax: Syntax) -> UsageError:
    written = text[:40]
    if syntax == "openjd":
        return UsageError(f"{written!r} is not an OpenJD frame range; write 10-20, 1-100:5 or 7,9-12")
    step = "; a step is written 1-100x5" if ":" in text else ""
    return UsageError(f"{written!r} is not a frame range; write 10-20, 1-100x5 or 7,9-12{step}")


def spans(numbers: Iterable[int], *, steps: bool = True) -> list[range]:
    """``numbers`` as few ranges that neither overlap nor interleave, ascending; without ``steps`` all have step 1."""
    wanted = sorted(set(numbers))
    found: list[range] = []
    at = 0
    while at < len(wanted):
        step = wanted[at + 1] - wanted[at] if steps and at + 1 < len(wanted) else 1
        end = at + 1
        while end < len(wanted) and wanted[end] - wanted[end - 1] == step:
            end += 1
        if step > 1 and end - at < 3:  # two numbers far from each other are no range
            step, end = 1, at + 1
        found.append(range(wanted[at], wanted[end - 1] + 1, step))
        at = end
    return found


def format_numbers(numbers: Iterable[int], *, syntax: Syntax = "common", steps: bool = True) -> str:
    """The shortest text that ``parse_numbers`` reads as these numbers: ``1-10,20-40x5``; empty for none."""
    mark = "x" if syntax == "common" else ":"
    return ",".join(_format(span, mark) for span in spans(numbers, steps=steps))


def _format(span: Sequence[int], mark: str) -> str:
    if len(span) == 1:
        return str(span[0])
    step = span[1] - span[0]
    return f"{span[0]}-{span[-1]}" + (f"{mark}{step}" if step > 1 else "")
