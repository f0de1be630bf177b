"""Both sides speak the same, and the extension's side needs nothing that Blender does not have."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "addon" / "engine"


def test_the_contract_is_the_same_on_both_sides() -> None:
    ours, theirs = ENGINE / "contract", ROOT / "avcore" / "worker" / "contract"
    names = sorted(path.name for path in theirs.glob("*.py"))
    assert sorted(path.name for path in ours.glob("*.py")) == names
    for name in names:
        assert (ours / name).read_bytes() == (theirs / name).read_bytes(), f"copy {name} from avcore/worker/contract"


@pytest.mark.parametrize("path", sorted(ENGINE.rglob("*.py")), ids=lambda path: path.stem)
def test_imports_are_relative_or_of_what_blender_has(path: Path) -> None:
    allowed = {*sys.stdlib_module_names, "numpy"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert (node.module or "").partition(".")[0] in allowed
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 1, "the engine knows nothing of the rest of the extension"


def test_it_works_under_any_name_and_starts_nothing_when_imported() -> None:
    script = (
        "import importlib.util, sys, threading\n"
        "spec = importlib.util.spec_from_file_location('bl_ext_x', sys.argv[1] + '/__init__.py',\n"
        "    submodule_search_locations=[sys.argv[1]])\n"
        "module = importlib.util.module_from_spec(spec); sys.modules['bl_ext_x'] = module\n"
        "spec.loader.exec_module(module)\n"
        "assert threading.active_count() == 1\n"
        "assert not {'avcore', 'bpy', 'addon', 'torch', 'numba'} & set(sys.modules)\n"
        "print(module.Worker.__module__)\n"
    )
    said = subprocess.run([sys.executable, "-P", "-c", script, str(ENGINE)], capture_output=True, text=True, timeout=60)
    assert said.stdout.strip() == "bl_ext_x.client", said.stderr
