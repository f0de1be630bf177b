"""Presets in other languages: as a graph (JSON), an OSL or GLSL shader, or a page that plays."""

from avcore.export.preset import Liveness, liveness, liveness_of, preset_graph, why_not

__all__ = ["Liveness", "liveness", "liveness_of", "preset_graph", "why_not"]
