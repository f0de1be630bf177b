"""Every kind of field that a preset can name."""

from __future__ import annotations

from avcore.spec import Variants

# By the key `type` of a preset's field: the neural field, the looks of each family of patterns, and the director.
FIELDS = Variants(
    {
        "cppn": "avcore.fields.cppn:CppnSpec",
        "cells": "avcore.fields.organic.cells:CellsSpec",
        "square": "avcore.fields.cymatic.square:SquareSpec",
        "polygons": "avcore.fields.geometric.polygons:PolygonsSpec",
    }
)
