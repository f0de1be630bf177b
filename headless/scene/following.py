"""What was made from sound, brought in step with it before a render, in memory, with the code of the extension."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import bpy

from addon.bake import baked_images
from addon.bake.check import file_number
from addon.bake.images import TAG, all_nodes, image_user, place_of
from addon.keys import keyed_curves, marked
from addon.live import live_nodes
from avcore.errors import AvcoreError, InputError
from headless.commands.bake import bake_all
from headless.folder import find_sequence
from headless.job import Bake
from headless.progress import Progress
from headless.scene.shots import bakes_of_open_file

Update = Literal["yes", "no"]


def bring_up_to_date(update: Update, numbers: Sequence[int], *, bakes: Sequence[Bake], progress: Progress) -> list[str]:
    """Let what was made from sound follow it, and bake what is missing; sentences about what was left as it is.

    What has moved is shifted. With ``yes``, what has changed is made again, and pictures that ``numbers`` (frames of
    the scene) need and that are missing are baked: those of ``bakes``, without them those that the file remembers.

    Raises:
        InputError: something cannot be made again.
        AvcoreError: see ``bake_all``.
    """
    if not any((baked_images(), live_nodes(), list(keyed_curves()), list(marked()))):
        return []
    notes = []
    with _extension() as name:
        following = importlib.import_module(f"{name}.session.following")
        for each in following.stale(bpy.context):
            if type(each.change).__name__ == "Moved":
                each.shift()
            elif each.follower.is_lost:
                continue  # its pictures are baked below, or are missing
            elif update == "no":
                notes.append(f"{each.name} no longer follows its sound: {each.why}; render with --update yes")
            else:
                _make_again(name, each)
    if update == "yes":
        for bake in bakes or bakes_of_open_file():
            wanted = _of_bake(bake, numbers)
            if wanted is None or _lacks(bake, wanted):  # or a Blender that cannot bake could not render either
                bake_all([bake], wanted, existing="skip", progress=progress)
    return notes


def _make_again(name: str, stale: Any) -> None:
    """Make something again, as the extension does.

    Raises:
        InputError: it cannot be made again.
    """
    asking = importlib.import_module(f"{name}.session.asking")
    errors = importlib.import_module(f"{name}.errors")
    try:
        asking.finish(stale.remade(bpy.context))()
    except errors.AddonError as error:
        raise InputError(
            f"{stale.name} no longer follows its sound ({stale.why}) and cannot be made again here: {error}; "
            "update it in Blender, or render it as it is with --update no"
        ) from error


def _of_bake(bake: Bake, numbers: Sequence[int]) -> list[int] | None:
    """The numbers of a bake's pictures that frames of the scene show; None where nothing tells."""
    shown: set[int] = set()
    for _, node in all_nodes():
        image = getattr(node, "image", None)
        if image is not None and TAG in image and place_of(image) == bake.out:
            shown.update(file_number(image_user(node), number) for number in numbers)
    chosen = sorted(shown & set(range(bake.start_frame, bake.start_frame + bake.count)))
    return chosen if shown else None


def _lacks(bake: Bake, numbers: Sequence[int]) -> bool:
    """Whether pictures or maps of a bake are not there."""
    folders = [bake.out, *(bake.out.with_name(f"{bake.out.name}_{name}") for name in bake.texture.maps)]
    try:
        return any(find_sequence(folder).missing(numbers) for folder in folders)
    except AvcoreError:
        return True


@contextlib.contextmanager
def _extension() -> Iterator[str]:
    """The extension: the user's own where it is switched on, else ours, with this Python as its engine; its name."""
    installed = next((each.module for each in bpy.context.preferences.addons if each.module.endswith(".avcore")), "")
    if installed:
        yield installed
        return
    import addon
    from addon.session.engine import session

    entry = bpy.context.preferences.addons.new()
    entry.module = addon.__name__
    addon.register()
    try:
        if not bpy.app.binary_path:
            entry.preferences.python = sys.executable
        yield addon.__name__
    finally:
        session.close()
        addon.unregister()
        bpy.context.preferences.addons.remove(entry)
