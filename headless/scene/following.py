"""What was made from sound, brought in step with it before a render; with the code of the extension, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from headless.job import Bake
from headless.progress import Progress

Update = Literal["yes", "no"]


def bring_up_to_date(
    update: Update, numbers: Sequence[int], *, bakes: Sequence[Bake], progress: Progress
) -> list[str]:
    """To be written."""
    return []
