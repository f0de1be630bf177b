"""The chooser: halves are mirrored, and an implementation that fails is replaced without losing a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from avcore.compute.choose import Chosen
from avcore.compute.device import cpu
from avcore.compute.painter import CannotPaintError, Painter
from avcore.compute.reference import ReferencePainter
from avcore.fields.colour import ColourSpec
from avcore.fields.coords import CoordsSpec
from avcore.fields.cppn import Cppn, CppnFrame, CppnSpec
from avcore.fields.moment import Moment
from avcore.signals.spec import Driven


def picture(coords: CoordsSpec | None = None, *, relief: float = 0.0, aspect: float = 1.0) -> CppnFrame:
    spec = CppnSpec(seed=5, coords=coords or CoordsSpec())
    colour = ColourSpec(mode="palette", relief=Driven.fixed(relief))
    field = Cppn(spec, colour, spec.draw_weights(), seconds=lambda duration: duration.value)
    return field.frame(Moment(3.0, {}), aspect=aspect)


def reference() -> Painter:
    return ReferencePainter(cpu(), threads=1)


class Counting(ReferencePainter):
    """The reference, which notes how many pixels it was asked for."""

    def __init__(self) -> None:
        super().__init__(cpu(), threads=1)
        self.pixels = 0

    def paint(
        self, pictures: Sequence[Any], out: Any, *, supersample: int, region: tuple[int, int] | None = None
    ) -> None:
        height, width = region or out.shape[:2]
        self.pixels += height * width
        super().paint(pictures, out, supersample=supersample, region=region)


@pytest.mark.parametrize("size", [(10, 16), (11, 17), (1, 1), (2, 1)])
@pytest.mark.parametrize(
    ("coords", "share"),
    [
        (CoordsSpec(symmetry="mirror"), 2),
        (CoordsSpec(symmetry="quad"), 4),
        (CoordsSpec(symmetry="radial", folds=6), 4),
        (CoordsSpec(symmetry="radial", folds=5), 2),
        (CoordsSpec(symmetry="radial", folds=6, space="tunnel"), 4),
        (CoordsSpec(symmetry="quad", space="tile", radius=True), 4),
        (CoordsSpec(symmetry="mirror", rotate=Driven.fixed(0.1)), 1),
        (CoordsSpec(symmetry="mirror", pan_x=Driven.fixed(0.1)), 1),
        (CoordsSpec(symmetry="mirror", pan_y=Driven.fixed(0.1)), 2),
        (CoordsSpec(symmetry="quad", swirl=Driven.fixed(0.5)), 1),
        (CoordsSpec(), 1),
    ],
)
def test_one_sector_is_drawn_and_mirrored(coords: CoordsSpec, share: int, size: tuple[int, int]) -> None:
    height, width = size
    seen, whole = (np.zeros((*size, 3), dtype=np.float32) for _ in range(2))
    counting = Counting()
    Chosen([lambda: counting]).paint([picture(coords)], seen, supersample=2)
    reference().paint([picture(coords)], whole, supersample=2)
    np.testing.assert_allclose(seen, whole, atol=2e-3)
    assert counting.pixels <= (height + 1) * (width + 1) / share or share == 1
    assert counting.pixels >= height * width / share


def test_relief_has_no_mirror() -> None:
    assert picture(CoordsSpec(symmetry="quad"), relief=0.5).mirrors == (False, False)


class Failing:
    """An implementation that gives up on a given call, after spoiling the frame."""

    name = "failing"

    def __init__(self, *, at_call: int) -> None:
        self._left = at_call
        self.closed = False
        self._reference = reference()

    def paint(
        self, pictures: Sequence[Any], out: Any, *, supersample: int, region: tuple[int, int] | None = None
    ) -> None:
        self._left -= 1
        if self._left < 0:
            out[...] = 0.5
            raise CannotPaintError("no memory")
        self._reference.paint(pictures, out, supersample=supersample, region=region)

    def close(self) -> None:
        self.closed = True


class Wrong(Failing):
    """An implementation that draws something else."""

    name = "wrong"

    def paint(
        self, pictures: Sequence[Any], out: Any, *, supersample: int, region: tuple[int, int] | None = None
    ) -> None:
        reference().paint(pictures, out, supersample=supersample, region=region)
        out[...] = 1 - out


def refuse() -> Painter:
    raise CannotPaintError("there is no compiler")


@pytest.mark.parametrize("at_call", [0, 1, 2])
def test_a_failing_implementation_loses_no_frame(at_call: int) -> None:
    failing = Failing(at_call=at_call)
    chosen = Chosen([lambda: failing, reference])
    chosen.check(picture())
    exact = np.zeros((9, 16, 3), dtype=np.uint8)
    reference().paint([picture()], exact, supersample=1)
    for _ in range(3):
        out = np.zeros_like(exact)
        chosen.paint([picture()], out, supersample=1)
        np.testing.assert_array_equal(out, exact)
    assert failing.closed
    assert len(chosen.notes) == 1
    assert "no memory" in chosen.notes[0]
    assert chosen.name == "numpy float32"


def test_a_wrong_implementation_is_found_before_the_first_frame() -> None:
    chosen = Chosen([lambda: Wrong(at_call=9), reference])
    chosen.check(picture())
    assert chosen.name == "numpy float32"
    assert "dB" in chosen.notes[0]
    assert chosen.agreement_db is None


def test_the_agreement_is_known() -> None:
    chosen = Chosen([lambda: Failing(at_call=9), reference])
    chosen.check(picture())
    assert chosen.agreement_db == pytest.approx(200.0)


def test_what_cannot_start_is_told_once() -> None:
    makers: list[Callable[[], Painter]] = [refuse, reference]
    chosen = Chosen(makers)
    chosen.check(picture())
    assert chosen.notes == ["there is no compiler"]


def test_the_last_one_s_error_is_the_user_s() -> None:
    with pytest.raises(CannotPaintError, match="no memory"):
        Chosen([lambda: Failing(at_call=0)]).paint([picture()], np.zeros((4, 4, 3)), supersample=1)
