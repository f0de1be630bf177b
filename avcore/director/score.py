"""The score: from the sections of a song to the moments where scenes come on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from avcore.audio.structure import Section
from avcore.director.spec import DirectorSpec, RuleSpec, Span
from avcore.presets.node import excerpt
from avcore.timebase import Duration

# A section breaks out where its level lies this much above that of the one before.
BREAKS_OUT = 0.3


@dataclass(frozen=True)
class Cue:
    """A scene comes on: the change goes on from ``begin_s`` to ``end_s`` around the line at ``at_s``.

    ``reason`` says, in a few words, why.
    """

    at_s: float
    begin_s: float
    end_s: float
    scene: str
    reason: str

    def share(self, time_s: float) -> float:
        """How much of the scene is seen at a time: 0 before the change, 1 after it, smooth between."""
        if time_s >= self.end_s:
            return 1.0
        if time_s <= self.begin_s:
            return 0.0
        part = (time_s - self.begin_s) / (self.end_s - self.begin_s)
        return part * part * (3.0 - 2.0 * part)


def write_score(
    spec: DirectorSpec, sections: Sequence[Section], *, seconds: Callable[[Duration], float]
) -> tuple[Cue, ...]:
    """The cues of a song, in order, the first at its beginning. Changes never overlap.

    By rule, no scene stays on for less than ``spec.hold``, and changes lie where sections begin.
    """
    cues = _by_hand(spec, sections, seconds) if spec.score else _by_rule(spec, sections, seconds)
    first = replace(cues[0], at_s=0.0, begin_s=0.0, end_s=0.0)
    return _apart([first, *cues[1:]])


def idle_lines(
    spec: DirectorSpec, sections: Sequence[Section], *, seconds: Callable[[Duration], float]
) -> tuple[str, ...]:
    """A sentence for each line of the score by hand that nothing comes of in this song."""
    labels = list(dict.fromkeys(section.label for section in sections))
    end_s = sections[-1].end_s
    found = []
    for i, line in enumerate(spec.score):
        if line.section is not None and line.section not in labels:
            found.append(f"score[{i}]: the song has no section {excerpt(line.section)!r}; it has {', '.join(labels)}")
        if line.at is not None and seconds(line.at) >= end_s:
            found.append(f"score[{i}]: {seconds(line.at):.2f} s is after the end of the song, at {end_s:.2f} s")
    return tuple(found)


def _by_rule(spec: DirectorSpec, sections: Sequence[Section], seconds: Callable[[Duration], float]) -> list[Cue]:
    casting = _Casting(spec)
    hold_s = seconds(spec.hold)
    cues: list[Cue] = []
    before: Section | None = None
    for section in sections:
        if not cues or section.start_s - cues[-1].at_s >= hold_s:
            scene, reason = casting.cast(section)
            if not cues or scene != cues[-1].scene:
                breaks_out = before is not None and section.level - before.level >= BREAKS_OUT
                fade_s = seconds(spec.drop if breaks_out else spec.fade)
                begin_s = section.start_s - (fade_s if breaks_out else 0.5 * fade_s)
                reason = f"{reason}, breaks out" if breaks_out else reason
                cues.append(Cue(section.start_s, begin_s, begin_s + fade_s, scene, reason))
        before = section
    return cues


class _Casting:
    """Chooses a scene for a section, and remembers what it chose."""

    def __init__(self, spec: DirectorSpec) -> None:
        self._spec = spec
        self._rules = spec.rules or (RuleSpec(tuple(spec.scenes)),)
        self._on: RuleSpec | None = None
        self._by_label: dict[tuple[str, int], str] = {}
        self._next: dict[int, int] = {}

    def cast(self, section: Section) -> tuple[str, str]:
        """The scene of a section, and why."""
        index = self._rule(section)
        rule = self._rules[index]
        self._on = rule
        known = self._by_label.get((section.label, index))
        if known is not None and self._spec.recall:
            return known, f"{section.label} again"
        turn = self._next.get(index, 0)
        self._next[index] = turn + 1
        scene = rule.scenes[turn % len(rule.scenes)]
        self._by_label[section.label, index] = scene
        return scene, f"{section.label}: level {section.level:.2f}, brightness {section.brightness:.2f}"

    def _rule(self, section: Section) -> int:
        """The number of the first rule that suits; the one that is on stays until it is missed by the margin."""
        if self._on is not None and _suits(self._on, section, self._spec.margin):
            better = next((i for i, rule in enumerate(self._rules) if _suits(rule, section, -self._spec.margin)), None)
            on = self._rules.index(self._on)
            return on if better is None or better > on else better
        return next((i for i, rule in enumerate(self._rules) if _suits(rule, section, 0.0)), len(self._rules) - 1)


def _suits(rule: RuleSpec, section: Section, margin: float) -> bool:
    pairs = ((rule.level, section.level), (rule.brightness, section.brightness), (rule.density, section.density))
    return all(_inside(span, value, margin) for span, value in pairs)


def _inside(span: Span, value: float, margin: float) -> bool:
    # The ends of the scale are no borders: nothing lies beyond them that could be strayed to.
    low = span[0] - margin if span[0] > 0.0 else 0.0
    high = span[1] + margin if span[1] < 1.0 else 1.0
    return low <= value <= high


def _by_hand(spec: DirectorSpec, sections: Sequence[Section], seconds: Callable[[Duration], float]) -> list[Cue]:
    cues = []
    for line in spec.score:
        fade_s = seconds(line.fade if line.fade is not None else spec.fade)
        if line.at is not None:
            starts = [seconds(line.at)]
        else:
            starts = [section.start_s for section in sections if section.label == line.section]
        reason = "by hand" if line.at is not None else f"section {line.section}"
        cues += [Cue(at, at - 0.5 * fade_s, at + 0.5 * fade_s, line.scene, reason) for at in starts]
    cues.sort(key=lambda cue: cue.at_s)
    last_s = sections[-1].end_s
    cues = [cue for cue in cues if cue.at_s < last_s]
    if not cues or cues[0].at_s > 0.0:
        cues.insert(0, Cue(0.0, 0.0, 0.0, next(iter(spec.scenes)), "the first scene"))
    return [cues[0], *(cue for before, cue in pairwise(cues) if cue.scene != before.scene)]


def _apart(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The same cues, with changes shortened to where they meet: half-way between their lines."""
    found = [cues[0]]
    for cue in cues[1:]:
        before = found[-1]
        middle = 0.5 * (before.at_s + cue.at_s)
        found[-1] = replace(before, end_s=min(before.end_s, middle))
        found.append(replace(cue, begin_s=max(cue.begin_s, middle)))
    return tuple(found)
