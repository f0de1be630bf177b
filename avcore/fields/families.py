"""Every kind of field that a preset can name."""

from __future__ import annotations

from avcore.spec import Variants

# By the key `type` of a preset's field: the neural field, the looks of each family of patterns, and the director.
FIELDS = Variants(
    {
        "cppn": "avcore.fields.cppn:CppnSpec",
        "cells": "avcore.fields.organic.cells:CellsSpec",
        "warp": "avcore.fields.organic.warp:WarpSpec",
        "blobs": "avcore.fields.organic.blobs:BlobsSpec",
        "spots": "avcore.fields.organic.spots:SpotsSpec",
        "plumage": "avcore.fields.organic.plumage:PlumageSpec",
        "plate": "avcore.fields.cymatic.plate:PlateSpec",
        "dish": "avcore.fields.cymatic.dish:DishSpec",
        "pool": "avcore.fields.cymatic.pool:PoolSpec",
        "drops": "avcore.fields.cymatic.drops:DropsSpec",
        "polygons": "avcore.fields.geometric.polygons:PolygonsSpec",
        "truchet": "avcore.fields.geometric.truchet:TruchetSpec",
        "penrose": "avcore.fields.geometric.penrose:PenroseSpec",
        "moire": "avcore.fields.geometric.moire:MoireSpec",
        "rosette": "avcore.fields.geometric.rosette:RosetteSpec",
        "hexes": "avcore.fields.geometric.hexes:HexesSpec",
        "julia": "avcore.fields.fractal.julia:JuliaSpec",
        "dive": "avcore.fields.fractal.dive:DiveSpec",
        "mandelbrot": "avcore.fields.fractal.mandelbrot:MandelbrotSpec",
        "flame": "avcore.fields.fractal.flame:FlameSpec",
        "branches": "avcore.fields.fractal.branches:BranchesSpec",
        "kaleidoscope": "avcore.fields.fractal.kaleidoscope:KaleidoscopeSpec",
        "gasket": "avcore.fields.fractal.gasket:GasketSpec",
        "aurora": "avcore.fields.flowing.aurora:AuroraSpec",
        "lic": "avcore.fields.flowing.lic:LicSpec",
        "marbling": "avcore.fields.flowing.marbling:MarblingSpec",
        "ribbons": "avcore.fields.flowing.ribbons:RibbonsSpec",
        "silk": "avcore.fields.flowing.silk:SilkSpec",
        "streams": "avcore.fields.flowing.streams:StreamsSpec",
        "director": "avcore.director.spec:DirectorSpec",
    }
)
