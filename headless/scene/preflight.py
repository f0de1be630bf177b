"""What a farm would lose of the open .blend, or do differently, each with what to do about it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from addon.bake import baked_images, recall
from headless.scene import engines
from headless.scene.needs import Needs
from headless.scene.places import Place, places
from headless.scene.reach import reached

if TYPE_CHECKING:
    from bpy.types import ID, Scene


@dataclass(frozen=True)
class Finding:
    """One thing: what ``kind`` of problem, what it is about, what to do, and whether ``--fix`` does it.

    ``stops`` where a render would be wrong or fail; the others are worth knowing.
    """

    kind: str
    about: str
    sentence: str
    fixable: bool
    stops: bool


@dataclass(frozen=True)
class Assets:
    """What a farm must carry beside the .blend: single files, and folders whose files belong together."""

    files: tuple[str, ...]
    folders: tuple[str, ...]


def look(scene: Scene, *, project: Path) -> list[Finding]:
    """Everything that a farm would lose of a scene; ``project`` is the folder that all machines have."""
    owners = reached(scene)
    return [
        *_paths(project),
        *_missing(scene),
        *_images(owners),
        *_scripts(owners),
        *_simulations(owners, scene),
        *_linked(owners),
        *_engine(scene),
        *_add_ons(owners),
    ]


def assets(scene: Scene) -> Assets:
    """The files that the frames of a scene need, whole folders for what comes in numbers."""
    files: set[str] = set()
    folders: set[str] = set()
    for need in Needs(scene):
        if need.place is not None:
            folders.add(str(need.place))
        else:
            files.update(str(path) for path in need.files(scene.frame_start))
    return Assets(tuple(sorted(files)), tuple(sorted(folders)))


def _paths(project: Path) -> Iterator[Finding]:
    for place in places():
        if place.packed:
            continue
        about = f"{place.kind} {place.name}: {place.written}"
        if not is_inside(place.path, project):
            sentence = f"the {place.kind} {place.name!r} is outside {project}, at {place.path}; --fix copies it beside"
            yield Finding("outside", about, sentence, True, True)
        elif not place.written.startswith("//"):
            sentence = (
                f"the path of the {place.kind} {place.name!r} holds on this machine alone; --fix makes it relative"
            )
            yield Finding("absolute path", about, sentence, True, True)


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path is in a folder, links followed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _missing(scene: Scene) -> Iterator[Finding]:
    ours = {image.name for image in baked_images() if (memory := recall(image)) is not None and memory.recipe}
    for each in Needs(scene).missing(range(scene.frame_start, scene.frame_end + 1)):
        is_ours = each.kind == "image" and each.name in ours
        then = "a job of this scene bakes them first" if is_ours else "find them"
        yield Finding(
            "not baked" if is_ours else "missing",
            f"{each.kind} {each.name}",
            f"{each.sentence}, which are not there; {then}",
            False,
            not is_ours,
        )


def _images(owners: set[ID]) -> Iterator[Finding]:
    for image in (owner for owner in owners if owner.id_type == "IMAGE"):
        if image.is_dirty and image.source != "VIEWER":
            sentence = f"the image {image.name!r} has changes that are not saved; save or pack it"
            yield Finding("unsaved", f"image {image.name}", sentence, False, True)
        elif image.source == "GENERATED" and image.packed_file is None and image.generated_type == "BLANK":
            sentence = (
                f"the image {image.name!r} was made in Blender: what was painted on it is lost unless it is packed"
            )
            yield Finding("unpacked", f"image {image.name}", sentence, False, False)


def _scripts(owners: set[ID]) -> Iterator[Finding]:
    for owner in owners:
        for keyed in (owner, getattr(owner, "node_tree", None)):
            data = getattr(keyed, "animation_data", None)
            for curve in data.drivers if data is not None else ():
                if curve.driver.type == "SCRIPTED" and not curve.driver.is_simple_expression:
                    sentence = (
                        f"the driver of {curve.data_path} on {owner.name!r} is Python, which runs only with "
                        "--enable-autoexec; use keys or a plain expression"
                    )
                    yield Finding("driver", f"{owner.name}: {curve.data_path}", sentence, False, True)
    for text in bpy.data.texts:
        if text.use_module:
            sentence = f"the text {text.name!r} is run on opening, which happens only with --enable-autoexec"
            yield Finding("script", f"text {text.name}", sentence, False, True)


def _simulations(owners: set[ID], scene: Scene) -> Iterator[Finding]:
    """What is computed from the frames before, and so differs where a farm begins in the middle."""
    for obj in (owner for owner in owners if owner.id_type == "OBJECT"):
        for modifier in obj.modifiers:
            cache = getattr(modifier, "point_cache", None)
            if modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
                if not modifier.domain_settings.has_cache_baked_data:
                    yield _not_baked(f"the fluid of {obj.name!r}")
            elif modifier.type == "NODES" and _has_simulation(modifier.node_group):
                yield _not_baked(f"the simulation in {modifier.name!r} of {obj.name!r}", known=False)
            elif cache is not None and not cache.is_baked:
                yield _not_baked(f"{modifier.name!r} of {obj.name!r}")
        for system in obj.particle_systems:
            if system.settings.type == "EMITTER" and not system.point_cache.is_baked:
                yield _not_baked(f"the particles {system.name!r} of {obj.name!r}")
    world = scene.rigidbody_world
    if world is not None and world.enabled and world.point_cache is not None and not world.point_cache.is_baked:
        yield _not_baked("the rigid bodies")


def _has_simulation(tree: Any) -> bool:
    return tree is not None and any(node.bl_idname == "GeometryNodeSimulationOutput" for node in tree.nodes)


def _not_baked(what: str, *, known: bool = True) -> Finding:
    baked = "is not baked" if known else "must be baked"
    sentence = f"{what} {baked}, so frames depend on the machine that begins with them; bake it to disk"
    return Finding("simulation", what, sentence, False, known)


def _linked(owners: set[ID]) -> Iterator[Finding]:
    for owner in owners:
        if owner.library is not None and owner.is_missing:
            sentence = f"{owner.name!r} is missing in the library {owner.library.filepath}; find or remove it"
            yield Finding("missing", f"{owner.id_type.lower()} {owner.name}", sentence, False, True)
    for library in bpy.data.libraries:
        if library.packed_file is None:
            sentence = (
                f"the library {library.filepath} may use files of its own that stay where they are; carry its folder "
                "along, or make it local"
            )
            yield Finding("library", library.name, sentence, False, False)


def _engine(scene: Scene) -> Iterator[Finding]:
    engine = scene.render.engine
    if engine not in engines.NAMES.values():
        sentence = f"the engine {engine} comes from an add-on, which every machine needs"
        yield Finding("add-on", engine, sentence, False, True)
    elif engine in engines.DRAWN:
        sentence = (
            "Eevee and Workbench need a graphics context on every machine (libegl1 and a driver); Cycles does not"
        )
        yield Finding("engine", engine, sentence, False, False)
    elif scene.cycles.device == "GPU":
        sentence = (
            "the scene asks for a GPU; machines without one would render on the processor, not bit for bit the same"
        )
        yield Finding("device", "GPU", sentence, False, False)


def _add_ons(owners: set[ID]) -> Iterator[Finding]:
    for owner in owners:
        tree = owner if owner.id_type == "NODETREE" else getattr(owner, "node_tree", None)
        if tree is None:
            continue
        if tree.bl_idname == "NodeTreeUndefined" or any(node.bl_idname == "NodeUndefined" for node in tree.nodes):
            sentence = (
                f"{owner.name!r} has nodes that Blender does not know; they come from an add-on or a newer Blender"
            )
            yield Finding("add-on", owner.name, sentence, False, True)


__all__ = ["Assets", "Finding", "Place", "assets", "is_inside", "look"]
