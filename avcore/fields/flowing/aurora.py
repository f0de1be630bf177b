"""Aurora: curtains of light over a lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.coords import Space
from avcore.fields.flowing.chance import Chance
from avcore.fields.noise import hashed, line, unit, whole
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.fields.ramps import held, smoothstep
from avcore.signals.spec import Driven
from avcore.spec import setting

# How far above the picture's middle the rays meet, in picture heights.
ZENITH = 2.4

# Rays a picture height, coarse and fine, and after how many they repeat; so many pass while the motion goes round once.
RAYS, RAY_PERIODS = (14.0, 37.0), (32, 96)

# Summits a picture height, and their share of the mountains' height.
RIDGE = ((2.1, 0.55), (5.3, 0.28), (13.0, 0.12), (31.0, 0.05))

# Stars down the picture, the part of the sky's cells that have one, and their radius in cells.
STARS, STARRY, STAR_SIZE = 34.0, 0.35, 0.05


@dataclass(frozen=True)
class AuroraSpec(PatternSpec):
    """Northern lights: folded curtains of rays above mountains, their mirror in water, and stars."""

    curtains: int = setting(3, help="curtains, one behind the other", low=1, high=8)
    sway: Driven = setting(Driven.fixed(0.55), help="how far the curtains fold, 0 to 1")
    height: Driven = setting(Driven.fixed(0.36), help="height of the curtains, in picture heights")
    rays: Driven = setting(Driven.fixed(0.6), help="strength of the single rays, 0 to 1")
    brightness: Driven = setting(Driven.fixed(1.3), help="brightness of the curtains")
    flare: Driven = setting(Driven.fixed(0.0), help="light that runs along the lower hem, for hits, 0 to 1")
    stars: Driven = setting(Driven.fixed(0.7), help="brightness of the stars, 0 to 1")
    horizon: float = setting(
        -0.25, help="height of the shore, -0.5 at the lower edge; below it is water", low=-2.0, high=0.5
    )
    mountains: float = setting(0.12, help="height of the mountains, in picture heights", low=0.0, high=0.5)
    spread: Driven = setting(Driven.fixed(0.5), help="turns of the palette from the hem of a curtain to its top")

    family: ClassVar[str] = "flowing"
    likes: ClassVar[str] = "brightness"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        over = at.y - self.horizon
        water = xp.clip(0.5 - over / at.pixel, 0.0, 1.0)
        deep = xp.abs(over)
        x, y = self._mirrored(xp, at, water, deep)
        shine, hue = self._curtains(xp, at, knobs, x, y)
        ridge = sum(share * line(xp, summits * x, seed=self.seed + 17) for summits, share in RIDGE)
        land = xp.clip(0.5 - (y - self.horizon - self.mountains * ridge) / at.pixel, 0.0, 1.0)
        sky = (1.0 - land) * (1.0 - 0.45 * water)
        night = 0.01 + 0.10 * xp.exp(-5.0 * xp.minimum(deep, 4.0 + 0.0 * deep))
        light = xp.clip(sky * (night + 1.0 - xp.exp(-1.5 * shine)), 0.0, 1.0)
        stars = self._stars(xp, at) * (1.0 - water) * (1.0 - land) * xp.exp(-2.5 * shine)
        core = 0.5 * sky * smoothstep(xp, 0.7, 2.2, shine)
        glow = xp.clip(held(knobs.stars, 0.0, 1.0) * stars + core, 0.0, 1.0)
        return Inks(place=hue, light=light, glow=glow, height=light)

    def _mirrored(self, xp: Any, at: Place, water: Any, deep: Any) -> tuple[Any, Any]:
        """The point of the sky that is seen at each pixel: itself, or its image in the water's ripples."""
        far = 1.0 / (deep + 0.02)
        ripples = xp.sin(9.0 * far + 3.0 * xp.sin(7.0 * at.x) + 6 * at.turn)
        ripples = ripples + xp.sin(5.3 * far - 11.0 * at.x - 5 * at.turn)
        # Near the shore they are finer than a pixel, and only blur.
        seen = water * xp.exp(-5.0 * (at.pixel * far * far) ** 2) * ripples
        return at.x + 0.004 * seen, self.horizon + deep + seen * (0.0054 + 0.072 * deep)

    def _curtains(self, xp: Any, at: Place, knobs: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """Brightness of all curtains [0 to about 2], and their place on the palette."""
        sway, rays = held(knobs.sway, -2.0, 2.0), held(knobs.rays, 0.0, 1.0)
        brightness, height = held(knobs.brightness, 0.0, 20.0), held(knobs.height, 0.01, 20.0)
        chance = Chance(self.seed)
        total: Any = 0.0
        hues: Any = 0.0
        tilted = x * (ZENITH / xp.clip(ZENITH - y, 0.1, 100.0))
        for number in range(self.curtains):
            phases = [TAU * chance.random() for _ in range(5)]
            way = 1 if number % 2 else -1
            near = 1.0 / (1.0 + 0.33 * number)
            start = tilted / near + 0.37 * number
            # Where its own length runs back and forth the curtain is folded, and bright: along = start + fold(along).
            along, first, second = start, start, start
            for _ in range(2):
                first = 4.1 * along + (phases[0] + way * at.turn)
                second = 9.7 * along + (phases[1] - 2 * way * at.turn + at.wander)
                along = start + sway * (0.16 * xp.sin(first) + 0.075 * xp.sin(second))
            fold = 1.0 / (0.35 + xp.abs(1.0 - sway * (0.656 * xp.cos(first) + 0.7275 * xp.cos(second))))
            waves = 0.13 * xp.sin(2.3 * along + (phases[2] + at.wander)) + 0.09 * xp.sin(first + 1.3)
            hem = self.horizon + 0.16 + 0.13 * number + near * sway * waves
            up = (y - hem) / (near * height)
            above = xp.clip(up, 0.0, 100.0)
            ray = self._rays(xp, at, along, number, way)
            fade = xp.exp(-above / (0.55 + 0.9 * ray)) * smoothstep(xp, -0.10, 0.06, up)
            runs = 0.5 + 0.5 * xp.sin(3.0 * along + (phases[3] + 6 * way * at.turn))
            flare = held(knobs.flare, 0.0, 20.0) * runs * xp.exp(-((xp.clip(up, -2.0, 2.0) - 0.03) ** 2) / 0.005)
            veil = 0.55 + 0.45 * xp.sin(1.7 * along + (phases[4] + way * at.turn))
            shine = brightness * near * veil * ((1.0 - rays + 1.7 * rays * ray) * fade * fold + flare)
            total = total + shine
            hues = hues + shine * (0.12 * number + knobs.spread * (1.0 - xp.exp(-0.9 * above)))
        return total, hues / (total + 1e-3)

    def _rays(self, xp: Any, at: Place, along: Any, number: int, way: int) -> Any:
        """Strength of the rays along a curtain, 0 to 1.6; those finer than a pixel blend."""
        ray: Any = 0.0
        for count, period in zip(RAYS, RAY_PERIODS, strict=True):
            seen = 1.0 - smoothstep(xp, 0.3, 0.9, at.pixel_of(count) + 0.0 * along)
            noise = line(
                xp, count * along + (way * period / TAU) * at.turn, seed=self.seed + 101 * number, period=period
            )
            ray = ray + 0.5 * (0.5 + seen * (noise - 0.5))
        return 1.6 * ray * ray

    def _stars(self, xp: Any, at: Place) -> Any:
        """Brightness of the stars, 0 to 1: one in a cell, never smaller than a pixel but then fainter."""
        x, y = at.x * STARS, at.y * STARS
        ix, iy = whole(xp, x), whole(xp, y)
        bits = hashed(xp, ix, iy, self.seed + 29)
        dx = x - xp.astype(ix, xp.float32) - (0.25 + 0.5 * xp.astype(bits & 0xFFF, xp.float32) * 2.0**-12)
        dy = y - xp.astype(iy, xp.float32) - (0.25 + 0.5 * xp.astype((bits >> 12) & 0xFFF, xp.float32) * 2.0**-12)
        rank = unit(xp, hashed(xp, iy, ix, self.seed + 31))
        magnitude = xp.clip((rank - (1.0 - STARRY)) / STARRY, 0.0, 1.0)
        twinkle = 0.75 + 0.25 * xp.sin(7.0 * TAU * rank + 40 * at.turn)
        size = STAR_SIZE + 0.5 * at.pixel_of(STARS)
        return magnitude**2 * twinkle * (STAR_SIZE / size) * xp.exp(-(dx * dx + dy * dy) / (size * size))
