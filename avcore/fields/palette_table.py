"""The palettes that have a name: each is lovely as a closed ring, where the last colour flows into the first.

Neighbours are near in hue or far in lightness, so that what lies between them is a colour too and no mud. A preset
holds a palette's name, not its colours: once released, a palette's colours stay what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

Family = Literal["cold", "warm", "vivid", "neon", "pastel", "earth", "accent", "safe"]

PaletteName = Literal[
    "abyss", "fjord", "glacier", "lagoon", "polar",
    "dusk", "embers", "papaya", "rosewood", "saffron",
    "bazaar", "nebula", "orchid", "parrot", "peacock", "poster", "riso", "wheel",
    "acid", "arcade", "laser", "plasma",
    "meringue", "opal", "seaglass", "sherbet", "wisteria",
    "canyon", "harvest", "heath", "lichen", "terracotta",
    "amethyst", "blueprint", "cinnabar", "coral", "gilt", "graphite", "sepia",
    "damson", "delft", "harbour", "lantern", "moonstone", "sundial", "tiger",
]  # fmt: skip


@dataclass(frozen=True)
class NamedPalette:
    """Colours of a ring, '#rrggbb', evenly spaced.

    The family ``safe`` is for everyone: neighbours stay apart in lightness, or along blue and yellow, for eyes without
    the cones for long, middle or short waves.
    """

    family: Family
    colours: tuple[str, ...]
    about: str


def _named(family: Family, colours: str, about: str) -> NamedPalette:
    return NamedPalette(family, tuple(f"#{colour}" for colour in colours.split()), about)


PALETTES: Mapping[str, NamedPalette] = MappingProxyType(
    {
        "abyss": _named("cold", "01040c 06243f 0a5f8c 2fd0dd 0f4a78 041429", "light that sinks into the sea"),
        "fjord": _named("cold", "0a1626 21405c 5f8fa8 dfecee 90aeb8 34576c", "grey water under a bright sky"),
        "glacier": _named("cold", "061a36 0f57a0 53b1e6 ecfaff a9d6f3 2a80c4", "ice, from the inside"),
        "lagoon": _named("cold", "03222e 0a5a66 16a699 9debcf f6f5d8 52c6c8", "deep water over pale sand"),
        "polar": _named("cold", "040b22 0a4152 17c79b b9f8a6 35b3b5 3a3a94", "northern lights"),
        "dusk": _named("warm", "150b33 4f1f73 b63a80 f97f60 ffd592 f09aa8 8a3d92", "the hour after sunset"),
        "embers": _named("warm", "130305 621009 c93c12 ff9e40 ffe9ba a8350c", "coals when you blow on them"),
        "papaya": _named("warm", "3d0d2f b82450 ff6d4b ffb56e fff0d8 e2527a", "ripe fruit"),
        "rosewood": _named("warm", "1b0709 5d1521 a93c41 e59d89 fae6d7 8d2c3b", "polished wood and a blush"),
        "saffron": _named("warm", "2b0a14 8e1c2c e55c1d ffba2c fff3cf ef7d38", "spice in the sun"),
        "bazaar": _named("vivid", "2c1055 ad1f68 ff5468 ffd46e ddf0b4 33c7a4 0e5f80", "lamps over a night market"),
        "nebula": _named("vivid", "06041a 2a1272 8f2fc9 ff64a6 ffcf96 dcdcff 4a58d0", "dust lit by young stars"),
        "orchid": _named("vivid", "1c0633 7c1c9e e455c2 ffc9e4 fff0b8 f0868a", "petals against the dark"),
        "parrot": _named("vivid", "04302f 078a63 96d93a ffe552 ff6a38 8a1550", "feathers"),
        "peacock": _named("vivid", "041a33 055a86 0aa8a0 a8e07a f7f0b8 9fc4ea 4040a0", "the eye of a feather"),
        "poster": _named("vivid", "f7edda f3b935 e2472f 5c1239 16244f 3f80b8", "printed once, in five inks"),
        "riso": _named("vivid", "fff6ea ff93b2 f23a7c 4c23aa 2f6cf2 92d6f6", "pink over blue on rough paper"),
        "wheel": _named("vivid", "ff5d73 f5a742 b9cf4a 3fd0a0 3fb2f5 a886f7", "every hue, equally light"),
        "acid": _named("neon", "050b03 1e7a14 9dff00 f6ffb0 13e08a 043f30", "lime in black light"),
        "arcade": _named("neon", "0b0224 6d00f5 f4108f ff9be0 13d9ff 0a45d8", "a cabinet in a dark room"),
        "laser": _named("neon", "04020f 1b06e6 05b6ff dcfdff 7f3cff 25006a", "beams in fog"),
        "plasma": _named("neon", "0c0233 5c12da d420cf ff62a2 ffd6ee 8344ff", "a globe at your fingertips"),
        "meringue": _named("pastel", "fff6ea f9d3b6 f3b5ba cfb6e5 b5d4f1 d8eed1", "sugar and air"),
        "opal": _named("pastel", "f8fcff bfe6ef a7bbf4 e2b8ec ffd4c8 e8f4d6", "a stone that cannot decide"),
        "seaglass": _named("pastel", "f3fcf7 bdead9 84cbc6 9ec6ea dcdcf6 f8f2dc", "bottles, after years of waves"),
        "sherbet": _named("pastel", "ffe9de ffc3d2 dab9f6 aad4ff baf2df fdf4ba", "five flavours"),
        "wisteria": _named("pastel", "f7f2ff cfbcf2 9d8cdb 82b4e8 cbeef4 f4d5ea", "blossom over a pond"),
        "canyon": _named("earth", "1e1019 6d2c2c c4633b efb77d eee4cb 6a7488", "red rock and a far storm"),
        "harvest": _named("earth", "26150a 7d4213 ca8d20 f5dc84 a9aa4a 45531f", "stubble fields in September"),
        "heath": _named("earth", "17101b 503555 976c84 dab9b0 f0e8d2 a9ab72 4a5038", "heather, gorse and dry grass"),
        "lichen": _named("earth", "131a10 405330 8d9e54 dfdfa8 f5f0e0 6e8272", "what grows on a north wall"),
        "terracotta": _named("earth", "2c1511 8c3c23 d17549 f4cca6 faf0e2 93b09c 3a584c", "pots and sage"),
        "amethyst": _named("accent", "0d0a16 3b2b60 7e5cc0 d8c7f6 faf6ff 5a4095", "one violet, from night to milk"),
        "blueprint": _named("accent", "06163c 0d3b8e 2c70e0 f6f9ff 8db5f4 133d86", "white lines on blue"),
        "cinnabar": _named("accent", "0d0c0c f5f0e8 c8c0b4 e5361f 3d3836", "ink, paper and one red seal"),
        "coral": _named("accent", "0f1720 37485b 8ea2b4 f0f5f6 ff6f61 5c2435", "slate and one warm branch"),
        "gilt": _named("accent", "08080a 20232d 40321f dcad40 fff2c6 8c6622", "gold leaf on black"),
        "graphite": _named("accent", "090a0c 3b4046 9ba2a9 f4f5f6 6b7178 212428", "pencil, no colour at all"),
        "sepia": _named("accent", "150e09 4e3723 9e7c54 ecdcbc faf4e4 715438", "an old photograph"),
        "damson": _named("safe", "170c27 5a388f b69ae0 fdf3d0 e8b42a 6b3f10", "plums and brass"),
        "delft": _named("safe", "06132e 1b4689 5a90dc c4dcf8 ffffff 7aa6e6", "blue on white tiles"),
        "harbour": _named("safe", "0a1b3d 2c61ad a8cef2 fff6d6 f2b632 7c4a12", "boats, and lamps at the quay"),
        "lantern": _named("safe", "0d0b22 43319a 8b93ea faf4d6 f7aa2c 96430f", "paper lights at midnight"),
        "moonstone": _named("safe", "0b1016 36516d 86aac7 f6f9f6 dab96e 6a4a24", "cool stone, warm gleam"),
        "sundial": _named("safe", "101a26 3a5c7a a6bdd4 fff8e6 f8cb4a 8f6502", "noon on a slate"),
        "tiger": _named("safe", "0c0a08 7b3c08 f29218 ffefc0 a3ccf2 2c5f9a", "stripes and a clear sky"),
    }
)

if set(PALETTES) != set(get_args(PaletteName)):
    raise RuntimeError("avcore.fields.palette_table: the table and the names differ")
