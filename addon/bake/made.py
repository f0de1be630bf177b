"""What a bake was made into, or what was in its way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Made:
    """What shows the bake now: ``kind`` is ``material``, ``world`` ..., ``name`` the datablock's; ``images`` by map."""

    kind: str
    name: str
    images: dict[str, str]


@dataclass(frozen=True)
class InTheWay:
    """Something of the user's where the bake should go. With ``replace=True`` it is kept, with a fake user, unused."""

    kind: str
    name: str
    where: str

    @property
    def sentence(self) -> str:
        """What is there, to ask with."""
        return f"{self.where} has the {self.kind} {self.name!r} of your own; replace? It is kept in the file."
