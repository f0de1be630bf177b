"""What is wrong with a preset: collected, so that one reading reports everything."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from avcore.errors import PresetError
from avcore.presets.node import Place, excerpt

MOST_SHOWN = 10

# More names than that are not all listed.
MOST_NAMED, FIRST_NAMED = 40, 8


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where, under which dotted key, and what."""

    place: Place
    key: str
    message: str

    def __str__(self) -> str:
        text = f"{self.place}: {self.key}: {self.message}" if self.key else f"{self.place}: {self.message}"
        # What a stranger's preset says must neither break the line nor speak to the terminal.
        return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def raise_problems(problems: Sequence[Problem]) -> None:
    """Raise a ``PresetError`` with one problem a line, where there are any."""
    if not problems:
        return
    lines = [str(problem) for problem in problems[:MOST_SHOWN]]
    if len(problems) > MOST_SHOWN:
        lines.append(f"... and {len(problems) - MOST_SHOWN} more")
    raise PresetError("\n".join(lines))


def suggestion(name: str, choices: Iterable[str]) -> str:
    """``did you mean 'gain'?``, or the choices where none is near, or the first of many."""
    known = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(name.casefold(), known, n=1)
    if near:
        return f"did you mean {excerpt(known[near[0]])!r}?"
    names = [excerpt(choice) for choice in known.values()]
    if len(names) > MOST_NAMED:
        return f"known: {', '.join(names[:FIRST_NAMED])} ... ({len(names)} names)"
    return f"known: {', '.join(names)}" if names else "there are none"
