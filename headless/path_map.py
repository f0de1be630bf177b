"""Paths of the machine that made a job, on the machine that does it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from avcore.errors import InputError, UsageError


@dataclass(frozen=True)
class PathMap:
    """Rules ``(from, to)``; of those that fit a path, the one with the longest beginning counts."""

    rules: tuple[tuple[str, str], ...] = ()

    def __call__(self, path: str | Path) -> Path:
        """Where ``path`` lies here. Both kinds of slash are one, and Windows' paths have no case."""
        written = str(path)
        for source, target in sorted(self.rules, key=lambda rule: -len(rule[0])):
            rest = _after(written, source)
            if rest is not None:
                return Path(target, *re.split(r"[\\/]+", rest)) if rest else Path(target)
        return Path(path)


def _after(path: str, source: str) -> str | None:
    """What follows ``source`` in ``path``, without a slash; None where it does not begin with it."""
    plain, begin = path.replace("\\", "/"), source.replace("\\", "/").rstrip("/")
    is_windows = bool(re.match(r"[A-Za-z]:|//", begin)) or "\\" in source
    same = plain[: len(begin)].lower() == begin.lower() if is_windows else plain.startswith(begin)
    if not same or plain[len(begin) : len(begin) + 1] not in ("", "/"):
        return None
    return plain[len(begin) :].strip("/")


def read_rules(written: Sequence[str]) -> PathMap:
    """Rules from ``FROM=TO`` and from files as OpenJD writes them (``pathmapping-1.0``).

    Raises:
        UsageError: neither of these.
        InputError: the file cannot be read or holds no rules.
    """
    rules: list[tuple[str, str]] = []
    for text in written:
        source, equals, target = text.partition("=")
        if equals and source and target:
            rules.append((source, target))
        elif text.endswith(".json"):
            rules += _from_file(Path(text))
        else:
            raise UsageError(f"--map {text[:60]!r} is not FROM=TO; write --map Z:/shows=/mnt/shows")
    return PathMap(tuple(rules))


def _from_file(path: Path) -> list[tuple[str, str]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return [(str(r["source_path"]), str(r["destination_path"])) for r in document.get("path_mapping_rules", [])]
    except OSError as error:
        raise InputError(f"the path rules {path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} holds no path rules as OpenJD writes them ({error})") from error
