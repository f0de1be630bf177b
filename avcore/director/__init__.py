"""The director: which scene of a preset is on, and when, from the sections of the song or from a score by hand."""

from avcore.director.score import Cue, idle_lines, write_score
from avcore.director.spec import CueSpec, DirectorSpec, RuleSpec, SceneSpec

__all__ = ["Cue", "CueSpec", "DirectorSpec", "RuleSpec", "SceneSpec", "idle_lines", "write_score"]
