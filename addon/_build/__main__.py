"""Build the extension's zips: ``python addon/_build --out dist``. Not part of any zip.

    light                      needs a Python with avcore, and can make one when asked to; carries avcore's own wheel
    full-cpXY-PLATFORM         with the wheels of avcore and what its worker needs, so that one file works offline
    full-torch-cpXY-PLATFORM   that, and PyTorch for the processor

Blender's own tool builds and validates them; it comes with Blender and with the bpy wheel.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import blender_tool
import wheels
from variants import PYTHONS, Variant, stage

ADDON = Path(__file__).resolve().parent.parent


def main() -> int:
    """Build what the arguments ask for; 1 where a zip could not be built."""
    args = _arguments()
    tool = blender_tool.find(args.blender_tool)
    work, out = args.work.resolve(), args.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    variants = [Variant("light")] if "light" in args.only else []
    kinds = [kind for kind in ("full", "full-torch") if kind in args.only]
    variants += [
        Variant(kind, python, platform) for kind in kinds for python in args.python for platform in args.platform
    ]
    own = None if args.code_only else wheels.build_own(ADDON.parent, work / "own")
    failed = 0
    for variant in variants:
        try:
            found = [own] if own is not None else []
            if own is not None and variant.kind != "light":
                found += wheels.collect(variant, own, work, torch_index=args.torch_index)
            folder = stage(ADDON, work / "stage" / variant.label, variant, found)
            path = out / f"{variant.file_stem(ADDON)}.zip"
            tool.build(folder, path)
            tool.validate(path)
        except (wheels.MissingWheelError, blender_tool.ToolError) as error:
            print(f"{variant.label}: not built: {error}", flush=True)
            failed += not isinstance(error, wheels.MissingWheelError)
            continue
        print(f"{path}  {path.stat().st_size / 1e6:.1f} MB", flush=True)
        for wheel in sorted(found, key=lambda each: -each.stat().st_size)[: args.largest]:
            print(f"    {wheel.stat().st_size / 1e6:6.1f} MB  {wheel.name}", flush=True)
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("dist"), help="where the zips go")
    parser.add_argument("--work", type=Path, default=Path("out/extension"), help="where wheels and stages lie")
    parser.add_argument("--only", nargs="+", default=["light", "full", "full-torch"], help="kinds to build")
    parser.add_argument("--python", nargs="+", default=list(PYTHONS), help="such as 311 313")
    parser.add_argument("--platform", nargs="+", default=list(wheels.PLATFORMS), help="such as linux-x64")
    parser.add_argument("--torch-index", default="", help="an index or a folder with PyTorch for the processor (+cpu)")
    parser.add_argument("--code-only", action="store_true", help="without any wheel, for tests of the code")
    parser.add_argument("--blender-tool", type=Path, help="blender_ext.py; found in a bpy wheel without it")
    parser.add_argument("--largest", type=int, default=0, help="name this many of the largest wheels")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
