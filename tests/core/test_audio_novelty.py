"""Novelty against a checkerboard written out in full, and groups of sections that are alike."""

from __future__ import annotations

import numpy as np
import pytest

from avcore.audio.novelty import SCALE_DB, group, novelty


def test_novelty_is_the_checkerboard() -> None:
    cells = np.random.default_rng(3).normal(0, 3, (40, 5))
    half, edge = 6, 17
    found = novelty(cells, half=half)[edge]
    side = {-1: [], 1: []}
    for sign in side:
        for step in range(half):
            place = (step + 0.5) / half
            side[sign].append((edge + step if sign > 0 else edge - 1 - step, np.exp(-(place**2))))

    def mean(one: int, other: int) -> float:
        pairs = [
            (wi * wj, np.exp(-np.sum((cells[i] - cells[j]) ** 2) / (2 * SCALE_DB**2)))
            for i, wi in side[one]
            for j, wj in side[other]
            if i != j
        ]
        return sum(weight * alike for weight, alike in pairs) / sum(weight for weight, _ in pairs)

    expected = (mean(-1, -1) + mean(1, 1)) / 2 - mean(-1, 1)
    assert found == pytest.approx(max(0.0, expected), abs=1e-6)


@pytest.mark.parametrize("pool", [1, 3])
def test_novelty_of_a_step_is_highest_at_it(pool: int) -> None:
    cells = np.repeat([[0.0, 0.0], [100.0, 0.0]], [33, 27], axis=0)
    found = novelty(cells, half=4, pool=pool)
    assert found[33] == pytest.approx(1)
    assert int(found.argmax()) == 33
    assert not found[: 33 - 4 * pool].any()
    assert not found[33 + 4 * pool + 1 :].any()
    np.testing.assert_allclose(found, novelty(cells[::-1], half=4, pool=pool)[::-1], atol=1e-6)


def test_groups_are_counted_in_the_order_of_the_song() -> None:
    rng = np.random.default_rng(5)
    of_section = [2, 0, 2, 1, 0]
    cells = np.concatenate([rng.normal([30.0 * kind, 0, 0], 1, (6 + kind, 3)) for kind in of_section])
    starts = np.cumsum([0, *(6 + kind for kind in of_section[:-1])])
    assert group(cells, starts, nearest=0.2).tolist() == [0, 1, 0, 2, 1]
    assert group(cells, starts, nearest=0.0).tolist() == [0, 1, 2, 3, 4]
