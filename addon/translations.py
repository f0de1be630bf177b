"""What the extension says in other languages; what is not here stays English.

Blender looks up every text of a panel, menu or operator by itself. A language is a mapping from (context, English) to
the translation; operators' names have the context ``Operator``, all else ``*``.
"""

from __future__ import annotations

import bpy

from . import package

_GERMAN = {
    "Sound into Pictures": "Klang in Bilder",
    "Sound": "Klang",
    "Active Strip": "Aktiver Strip",
    "Whole Mix": "Gesamter Mix",
    "Preset": "Vorlage",
    "Listening to the sound": "Hört den Klang an",
    "Compiling, once on this computer": "Kompiliert, einmal auf diesem Rechner",
    "Settings": "Einstellungen",
    "Look": "Aussehen",
    "Motion": "Bewegung",
    "Few Keys": "Wenige Keyframes",
    "Every Frame": "Jedes Bild",
    "What It Heard": "Was gehört wurde",
    "Show What It Heard": "Zeigen, was gehört wurde",
    "Maps": "Maps",
    "Maps: {}": "Maps: {}",
    "Height": "Höhe",
    "Roughness": "Rauheit",
    "Mask": "Maske",
    "Surface": "Oberfläche",
    "Lit": "Beleuchtet",
    "Shining": "Leuchtend",
    "Live: {} nodes": "Live: {} Nodes",
    "Live: not with this": "Live: hiermit nicht",
    "Bright Lines Shine": "Helle Linien leuchten",
    "Keys On": "Keyframes auf",
    "Its Own Keys": "Dem Node selbst",
    "The Controller": "Dem Controller",
    "Keep Up": "Mitführen",
    "Send to Farm": "An die Renderfarm",
    "Frames per Task": "Bilder pro Aufgabe",
}
_GERMAN_OPERATORS = {
    "Bake": "Backen",
    "Preview": "Vorschau",
    "Listen": "Anhören",
    "Key Controller": "Controller mit Keyframes",
    "Drive with Sound": "Mit Klang steuern",
    "Bake Jobs": "Aufträge backen",
    "Live": "Live",
    "Bake This Live Picture": "Dieses Live-Bild backen",
    "Update Live Picture": "Live-Bild erneuern",
    "Keep Mine": "Meines behalten",
    "Save Preset": "Vorlage speichern",
    "Install Pack": "Paket installieren",
    "Look for avcore": "avcore suchen",
    "Diagnose": "Diagnose",
    "Write Farm Job": "Farm-Auftrag schreiben",
}
LANGUAGES = {
    "de_DE": {
        **{("*", english): german for english, german in _GERMAN.items()},
        **{("Operator", english): german for english, german in _GERMAN_OPERATORS.items()},
    }
}


def register() -> None:
    """Make them known."""
    bpy.app.translations.register(package.NAME, LANGUAGES)


def unregister() -> None:
    """Take them away."""
    bpy.app.translations.unregister(package.NAME)
