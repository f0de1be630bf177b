"""What a directed preset says: its scenes, and the rules or the score by which they come and go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NoReturn

from avcore.errors import PresetError
from avcore.fields.loop import LoopSpec
from avcore.presets.problems import suggestion
from avcore.spec import setting
from avcore.timebase import Duration

Span = tuple[float, float]
ANY: Span = (0.0, 1.0)

# Each is a preset that is loaded, and drawn where it comes on.
MOST_SCENES = 64


@dataclass(frozen=True)
class SceneSpec:
    """A scene: another preset, as it is or with some settings changed."""

    preset: str = setting(help="its name, or a path inside this preset's folder")
    set: tuple[str, ...] = setting((), help="settings to change, such as 'field.seed=3'")


@dataclass(frozen=True)
class RuleSpec:
    """Which scenes suit which sections; what is left out suits all.

    Levels, brightnesses and densities are percentiles within the song: 0 is its quietest bar, 1 its loudest.
    """

    scenes: tuple[str, ...] = setting(help="scenes to choose from; different music gets different ones, in turn")
    level: Span = setting(ANY, help="how loud the section is, from and to", low=0.0, high=1.0)
    brightness: Span = setting(ANY, help="how bright it sounds, from and to", low=0.0, high=1.0)
    density: Span = setting(ANY, help="how many onsets it has, from and to", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        """Refuse spans that hold nothing."""
        for name in ("level", "brightness", "density"):
            low, high = getattr(self, name)
            if low > high:
                raise PresetError(f"{name}: nothing lies from {low:g} to {high:g}; give the lower number first")


@dataclass(frozen=True)
class CueSpec:
    """A line of a score by hand: a scene, and the time or the section where it comes on."""

    scene: str = setting(help="which scene")
    at: Duration | None = setting(None, help="when: a time (1 s, 32 bars) from the beginning of the song")
    section: str | None = setting(None, help="or each section with this letter, as `avcore analyze` names them")
    fade: Duration | None = setting(None, help="how long the change takes; else as elsewhere in the song")


@dataclass(frozen=True)
class DirectorSpec:
    """Scenes that follow the form of the song."""

    scenes: dict[str, SceneSpec] = setting(help="the scenes, by name")
    rules: tuple[RuleSpec, ...] = setting(
        (), help="the first that suits a section chooses its scene; without rules the scenes take turns"
    )
    margin: float = setting(
        0.1, help="how far a section may stray from the rule that is on before another takes over", low=0.0, high=1.0
    )
    hold: Duration = setting(Duration(4.0, "bars"), help="shortest time that a scene stays on")
    fade: Duration = setting(Duration(2.0, "bars"), help="how long a change takes; half of it before the bar line")
    drop: Duration = setting(Duration(1.0, "beats"), help="how long it takes where the music breaks out, ending there")
    recall: bool = setting(True, help="bring back the scene of a section whenever its music comes back")
    score: tuple[CueSpec, ...] = setting((), help="a score by hand, in place of the rules")

    family: ClassVar[str] = "directed"
    likes: ClassVar[str] = ""
    loop: ClassVar[LoopSpec | None] = None
    """A directed preset follows the whole song."""

    def build(self, *_: object, **__: object) -> NoReturn:
        """A director is no field of its own.

        Raises:
            PresetError: always; it stands at the top of a preset only.
        """
        raise PresetError("a director cannot be a layer or a mask; name one of its scenes")

    def __post_init__(self) -> None:
        """Refuse rules and cues that name no scene."""
        if not self.scenes:
            raise PresetError("a director needs at least one scene")
        if len(self.scenes) > MOST_SCENES:
            raise PresetError(f"{len(self.scenes)} scenes are too many; a director takes at most {MOST_SCENES}")
        named = [(f"rules[{i}]", name) for i, rule in enumerate(self.rules) for name in rule.scenes]
        named += [(f"score[{i}]", cue.scene) for i, cue in enumerate(self.score)]
        for where, name in named:
            if name not in self.scenes:
                raise PresetError(f"{where}: there is no scene {name!r}; {suggestion(name, self.scenes)}")
        for i, rule in enumerate(self.rules):
            if not rule.scenes:
                raise PresetError(f"rules[{i}]: names no scene")
        for i, cue in enumerate(self.score):
            if (cue.at is None) == (cue.section is None):
                raise PresetError(f"score[{i}]: give either `at` or `section`")
