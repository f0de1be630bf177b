"""Aurora: curtains of light over a lake."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, ClassVar

from avcore.fields.coords import Space
from avcore.fields.noise import hashed, line, smoothstep, unit, whole
from avcore.fields.paint import Inks
from avcore.fields.pattern import TAU, PatternSpec, Place
from avcore.signals.spec import Driven
from avcore.spec import setting

# How far above the picture's middle the rays meet, in picture heights.
ZENITH = 2.4

# Stars down the picture, and the part of the sky's cells that have one.
STARS, STARRY = 34.0, 0.35

# Cells of noise after which the rays of a curtain repeat, coarse and fine; so many pass while the motion goes round once.
RAY_PERIODS = (32, 96)


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
    horizon: float = setting(-0.25, help="height of the shore, -0.5 at the lower edge; below it is water", low=-2.0, high=0.5)
    mountains: float = setting(0.12, help="height of the mountains, in picture heights", low=0.0, high=0.5)
    spread: Driven = setting(Driven.fixed(0.5), help="turns of the palette from the hem of a curtain to its top")

    family: ClassVar[str] = "flowing"
    likes: ClassVar[str] = "brightness"
    spaces: ClassVar[tuple[Space, ...]] = ("plane",)

    def draw(self, xp: Any, at: Place, knobs: Any) -> Inks:
        """See ``PatternSpec.draw``."""
        over = at.y - self.horizon
        water = 1.0 - smoothstep(xp, -at.pixel, at.pixel, over)
        # Ripples are low near the shore, because they are far.
        deep = xp.abs(over)
        far = 1.0 / (deep + 0.02)
        wave = xp.sin(9.0 * far + 3.0 * xp.sin(7.0 * at.x) + 6 * at.turn) + xp.sin(5.3 * far - 11.0 * at.x - 5 * at.turn)
        calm = xp.exp(-((0.35 * at.pixel * far * far) ** 2) * 40.0)
        y = self.horizon + deep + water * calm * 0.018 * wave * (0.3 + 4.0 * deep)
        x = at.x + water * calm * 0.004 * wave
        glow, hue = self._curtains(xp, at, knobs, x, y)
        ridge = self._ridge(xp, x)
        land = 1.0 - smoothstep(xp, -at.pixel, at.pixel, y - self.horizon - ridge)
        night = 0.01 + 0.10 * xp.exp(-5.0 * deep)
        sky = (1.0 - land) * (1.0 - 0.45 * water)
        light = xp.clip(sky * (night + (1.0 - xp.exp(-1.5 * glow))), 0.0, 1.0)
        stars = self._stars(xp, at) * (1.0 - water) * (1.0 - land) * xp.exp(-2.5 * glow)
        core = 0.5 * smoothstep(xp, 0.7, 2.2, glow) * sky
        return Inks(place=hue, light=light, glow=xp.clip(knobs.stars * stars + core, 0.0, 1.0), height=light)

    def _curtains(self, xp: Any, at: Place, knobs: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """Brightness of all curtains [about 0 to 2], and their place on the palette."""
        chance = random.Random(self.seed)
        total: Any = 0.0
        hues: Any = 0.0
        # Rays meet at the zenith.
        tilt = ZENITH / (ZENITH - y)
        for number in range(self.curtains):
            phases = [TAU * chance.random() for _ in range(5)]
            way = 1 if number % 2 else -1
            near = 1.0 - 0.25 * number
            base = self.horizon + 0.16 + 0.13 * number
            s = x * tilt / near + 0.37 * number
            # The curtain folds where its own length runs back and forth: a fixed point of s = x + fold(s).
            along = s
            for _ in range(2):
                first = 4.1 * along + (phases[0] + way * at.turn)
                second = 9.7 * along + (phases[1] - 2 * way * at.turn + at.wander)
                along = s + knobs.sway * (0.16 * xp.sin(first) + 0.075 * xp.sin(second))
            slope = knobs.sway * (0.656 * xp.cos(first) + 0.7275 * xp.cos(second))
            fold = 1.0 / (0.35 + xp.abs(1.0 - slope))
            hem = base + near * knobs.sway * (
                0.13 * xp.sin(2.3 * along + (phases[2] + at.wander)) + 0.09 * xp.sin(first + 1.3)
            )
            tall = knobs.height * near
            up = (y - hem) / tall
            ray = self._rays(xp, at, along, number, way)
            reach = 0.55 + 0.9 * ray
            above = xp.maximum(up, 0.0)
            fade = xp.exp(-above / reach) * smoothstep(xp, -0.10, 0.06, up)
            seam = xp.exp(-(((up - 0.03) / 0.07) ** 2))
            run = 0.5 + 0.5 * xp.sin(3.0 * along + (phases[3] + 6 * way * at.turn))
            shine = (1.0 - knobs.rays + 1.7 * knobs.rays * ray) * fade * fold + knobs.flare * seam * run
            veil = 0.55 + 0.45 * xp.sin(1.7 * along + (phases[4] + way * at.turn))
            shine = (knobs.brightness * near) * shine * veil
            total = total + shine
            hues = hues + shine * (0.12 * number + knobs.spread * (1.0 - xp.exp(-0.9 * above)))
        return total, hues / (total + 1e-3)

    def _rays(self, xp: Any, at: Place, along: Any, number: int, way: int) -> Any:
        """Strength of the rays along a curtain, in [0, 1]."""
        ray: Any = 0.0
        for cells, period in zip((14.0, 37.0), RAY_PERIODS, strict=True):
            cut = 1.0 - smoothstep(xp, 0.3, 0.9, at.pixel_of(cells) + 0.0 * along)
            moving = cells * along + (way * period / TAU) * at.turn
            noise = line(xp, moving, seed=self.seed + 5 + 101 * number, period=period)
            ray = ray + 0.5 * (0.5 + cut * (noise - 0.5))
        return ray * ray * 1.6

    def _ridge(self, xp: Any, x: Any) -> Any:
        ridge: Any = 0.0
        for cells, share in ((2.1, 0.55), (5.3, 0.28), (13.0, 0.12), (31.0, 0.05)):
            ridge = ridge + share * line(xp, cells * x, seed=self.seed + 17)
        return self.mountains * ridge

    def _stars(self, xp: Any, at: Place) -> Any:
        x, y = at.x * STARS, at.y * STARS
        ix, iy = whole(xp, x), whole(xp, y)
        bits = hashed(xp, ix, iy, self.seed + 29)
        size = xp.maximum(0.05, 0.0 * x + 0.9 * at.pixel_of(STARS))
        dx = x - xp.astype(ix, xp.float32) - (0.25 + 0.5 * xp.astype(bits & 0xFFF, xp.float32) * 2.0**-12)
        dy = y - xp.astype(iy, xp.float32) - (0.25 + 0.5 * xp.astype((bits >> 12) & 0xFFF, xp.float32) * 2.0**-12)
        rank = unit(xp, hashed(xp, iy, ix, self.seed + 31))
        magnitude = xp.clip((rank - (1.0 - STARRY)) / STARRY, 0.0, 1.0)
        twinkle = 0.75 + 0.25 * xp.sin(TAU * 7.0 * rank + 40 * at.turn)
        return magnitude * magnitude * twinkle * xp.exp(-(dx * dx + dy * dy) / (size * size)) * (0.0025 / (size * size))**0.5
