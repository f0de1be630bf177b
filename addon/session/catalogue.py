"""The presets to choose from, with their thumbnails."""

from __future__ import annotations

import contextlib
from typing import Any

import bpy
import bpy.utils.previews

from ..engine import WorkerError
from ..engine.contract import ListPresets, PresetInfo, PresetList
from . import refresh
from .engine import session

NO_PICTURE = "IMAGE_DATA"

_previews: Any = None
_presets: tuple[PresetInfo, ...] = ()
_palettes: tuple[str, ...] = ()
# Blender keeps no reference to the texts of a dynamic enumeration: they must live here.
_items: list[tuple[str, str, str, int | str, int]] = []
_asked = False


def presets() -> tuple[PresetInfo, ...]:
    """The presets that were listed last; empty until they are."""
    return _presets


def palettes(*, wait: bool = False) -> tuple[str, ...]:
    """Names of palettes; empty until they are listed, unless that is waited for."""
    if wait:
        _wait_once()
    return _palettes


def info(name: str) -> PresetInfo | None:
    """The preset of that name, or None."""
    return next((preset for preset in _presets if preset.name == name), None)


def load(*, again: bool = False) -> None:
    """List the presets, once, or again; ``refresh`` follows."""
    global _asked
    if not _asked or again:
        _asked = True
        session.ask(ListPresets(), _take, failed=_missed)


def load_now() -> None:
    """List the presets and wait for it.

    Raises:
        WorkerError: there is no worker.
    """
    global _asked
    _take(session.wait(ListPresets()))
    _asked = True


def items(settings: Any, _context: bpy.types.Context | None) -> list[tuple[str, str, str, int | str, int]]:
    """The presets as items of an enumeration; the chosen one is there even before they are listed."""
    if bpy.app.background:
        _wait_once()
    if not any(item[0] == settings.name for item in _items):
        _items.append((settings.name, settings.name, "", NO_PICTURE, len(_items)))
    return _items


def chosen(settings: Any) -> int:
    """The number of the chosen preset."""
    return next(item[4] for item in items(settings, None) if item[0] == settings.name)


def choose(settings: Any, number: int) -> None:
    """Choose the preset of that number."""
    settings.name = next(item[0] for item in _items if item[4] == number)
    refresh.want_preview()


def _wait_once() -> None:
    if not _asked:
        with contextlib.suppress(WorkerError):  # nothing is listed; whoever bakes hears why
            load_now()


def _take(listing: PresetList) -> None:
    global _presets, _palettes
    _palettes = listing.palettes
    _presets = tuple(preset for preset in listing.presets if not preset.error)
    _items.clear()
    for number, preset in enumerate(_presets):
        about = preset.description or preset.title
        _items.append((preset.name, preset.title or preset.name, about, _icon(preset), number))
    refresh.redraw()
    refresh.soon()


def _missed(_why: Any) -> None:
    global _asked
    _asked = False
    refresh.redraw()


def _icon(preset: PresetInfo) -> int | str:
    if not preset.thumbnail:
        return NO_PICTURE
    known = _previews.get(preset.thumbnail) or _previews.load(preset.thumbnail, preset.thumbnail, "IMAGE")
    return int(known.icon_id)


def register() -> None:
    """Make room for thumbnails."""
    global _previews
    _previews = bpy.utils.previews.new()


def unregister() -> None:
    """Forget presets and thumbnails."""
    global _previews, _presets, _palettes, _asked
    bpy.utils.previews.remove(_previews)
    _previews, _presets, _palettes, _asked = None, (), (), False
    _items.clear()
