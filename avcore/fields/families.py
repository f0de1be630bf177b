"""Every kind of field that a preset can name."""

from __future__ import annotations

from avcore.spec import Variants

# By the key `type` of a preset's field: the neural field, the looks of each family of patterns, and the director.
FIELDS = Variants(
    {
        "cppn": "avcore.fields.cppn:CppnSpec",
        "director": "avcore.director.spec:DirectorSpec",
        "cells": "avcore.fields.organic.cells:CellsSpec",
        "plate": "avcore.fields.cymatic.plate:PlateSpec",
        "dish": "avcore.fields.cymatic.dish:DishSpec",
        "pool": "avcore.fields.cymatic.pool:PoolSpec",
        "drops": "avcore.fields.cymatic.drops:DropsSpec",
        "polygons": "avcore.fields.geometric.polygons:PolygonsSpec",
        "truchet": "avcore.fields.geometric.truchet:TruchetSpec",
        "hexes": "avcore.fields.geometric.hexes:HexesSpec",
    }
)
