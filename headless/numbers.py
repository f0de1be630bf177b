"""Frame numbers on the command line and in file names. The grammar is ``avcore.frame_ranges``'."""

from __future__ import annotations

import re
from collections.abc import Sequence

from avcore.errors import UsageError
from avcore.frame_ranges import Syntax, format_numbers, parse_numbers, spans

__all__ = ["Syntax", "expand", "format_numbers", "has_place", "joined", "openjd_text", "parse_numbers", "spans"]

_PLACES = re.compile(r"#+|%0?(\d{0,2})d")
_TAKES_FRAMES = {"-f", "--frames", "--render-frame", "-s", "--frame-start", "-e", "--frame-end", "--start-frame"}


def openjd_text(numbers: Sequence[int]) -> str:
    """``numbers`` as OpenJD wants them: ascending, steps written with ``:``, nothing twice."""
    return format_numbers(numbers, syntax="openjd")


def has_place(name: str) -> bool:
    """Whether a file name has a place for a number: ``####`` or ``%04d``."""
    return _PLACES.search(name) is not None


def expand(name: str, number: int) -> str:
    """``name`` with the number in its last place: ``####`` and ``%04d`` give four digits, ``-001`` below zero.

    Raises:
        UsageError: there is no place for a number.
    """
    places = list(_PLACES.finditer(name))
    if not places:
        raise UsageError(f"{name} has no place for the frame's number; write #### where it belongs")
    place = places[-1]
    width = int(place[1] or 0) if place[0].startswith("%") else len(place[0])
    return f"{name[: place.start()]}{number:0{max(width, 1)}d}{name[place.end() :]}"


def joined(arguments: Sequence[str]) -> list[str]:
    """``arguments`` with ``-f -5--2`` written ``-f=...``-like, as argparse would take the second for an option."""
    out: list[str] = []
    for argument in arguments:
        if out and out[-1] in _TAKES_FRAMES and re.match(r"-\d", argument):
            option = out.pop()
            out.append(f"{option}={argument}" if option.startswith("--") else f"{option}{argument}")
        else:
            out.append(argument)
    return out
