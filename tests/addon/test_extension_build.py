"""What the builds of the extension say of themselves."""

from __future__ import annotations

import ast
import importlib.util
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ADDON = Path(__file__).parents[2] / "addon"
TEXT = (ADDON / "blender_manifest.toml").read_text(encoding="utf-8")


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ADDON / "_build" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


variants = _load("variants")
wheels = _load("wheels")


def test_only_the_light_build_may_use_the_network() -> None:
    light = tomllib.loads(variants.manifest(TEXT, variants.Variant("light"), []))
    full = tomllib.loads(
        variants.manifest(TEXT, variants.Variant("full", "311", "linux-x64"), [Path("a-1-py3-none-any.whl")])
    )
    assert "network" in light["permissions"]
    assert "network" not in full["permissions"]
    assert "wheels" not in light


@pytest.mark.parametrize(("python", "least", "most"), [("311", "4.2.0", "5.1.0"), ("313", "5.1.0", None)])
def test_a_full_build_is_for_the_blenders_of_its_python(python: str, least: str, most: str | None) -> None:
    wheel = Path("x/a-1-py3-none-any.whl")
    full = tomllib.loads(variants.manifest(TEXT, variants.Variant("full", python, "linux-x64"), [wheel]))
    assert full["blender_version_min"] == least
    assert full.get("blender_version_max") == most
    assert full["platforms"] == ["linux-x64"]
    assert full["wheels"] == ["./wheels/a-1-py3-none-any.whl"]
    assert full["id"] == "avcore"


def test_the_builder_is_in_no_build(tmp_path: Path) -> None:
    folder = variants.stage(ADDON, tmp_path / "stage", variants.Variant("light"), [])
    assert (folder / "ops" / "bake.py").is_file()
    assert not (folder / "_build").exists()
    assert not list(folder.rglob("__pycache__"))


def test_what_blender_has_and_the_worker_never_loads_is_left_out(tmp_path: Path) -> None:
    wheel = tmp_path / "avcore-1-py3-none-any.whl"
    told = "Requires-Dist: numpy>=1.26\nRequires-Dist: matplotlib>=3.8\nRequires-Dist: scipy>=1.11\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("avcore-1.dist-info/METADATA", f'{told}Requires-Dist: torch>=2.4; extra == "torch"\n')
    assert wheels.requirements(wheel) == ["scipy>=1.11"]


def test_addon_needs_numpy_alone() -> None:
    """Nothing in the extension imports what Blender does not bring, and it imports itself by relative names."""
    allowed = set(sys.stdlib_module_names) | {"bpy", "bpy_extras", "gpu", "gpu_extras", "numpy", "addon_utils"}
    for path in ADDON.rglob("*.py"):
        if "_build" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            assert {name.partition(".")[0] for name in names} <= allowed, (path, names)
