"""Live materials: how many nodes, and how long Blender takes to make, compile and draw them, in each that is at hand.

Blenders are those of the tests: ``.venv-bpy45`` and so on, or what ``AVCORE_BPY_VENVS`` names.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from avcore.export import preset_graph
from avcore.fields.expression import Graph
from avcore.presets import load_preset
from tests.bench.table import Row

ROOT = Path(__file__).parents[2]
LARGE = ["field.layers=4", "field.width=16", "field.gain=2.5"]


def graphs() -> dict[str, Graph]:
    """A plain preset, one with a lit palette, and the same as large as networks should be."""
    ember = load_preset("ember", overrides=LARGE)
    return {
        "Classic": preset_graph(load_preset("classic")),
        "Ember": preset_graph(load_preset("ember")),
        "Ember, 4 layers of 16": preset_graph(ember),
    }


def measure() -> Iterator[Row]:
    """Rows for each Blender and graph; without a Blender, the node counts alone."""
    cases = graphs()
    for name, graph in cases.items():
        yield Row(
            f"nodes of {name}", str(graph.node_count), "", {"bench": "live", "case": name, "nodes": graph.node_count}
        )
    for venv in _blenders():
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder) / "graphs.json"
            told.write_text(json.dumps({name: graph.to_data() for name, graph in cases.items()}))
            python, script = venv / "bin" / "python", Path(__file__).with_name("live_in_blender.py")
            said = subprocess.run(
                [python, "-W", "ignore", script, told], check=True, capture_output=True, text=True, cwd=ROOT
            )
        for line in said.stdout.splitlines():
            if line.startswith("{"):
                found = json.loads(line)
                yield Row(
                    f"{found['case']}, {found['engine']} of Blender {found['blender']}, 256 x 256",
                    f"{found['frame_s'] * 1e3:.0f} ms a frame",
                    f"{found['nodes']} nodes, made in {found['made_s'] * 1e3:.0f} ms, compiled in "
                    f"{found['compile_s'] * 1e3:.0f} ms",
                    {"bench": "live", **found},
                )


def _blenders() -> list[Path]:
    named = os.environ.get("AVCORE_BPY_VENVS")
    found = map(Path, named.split(os.pathsep)) if named else sorted(ROOT.glob(".venv-bpy*"))
    return [venv for venv in found if (venv / "bin" / "python").is_file()]
