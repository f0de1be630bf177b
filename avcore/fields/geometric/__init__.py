"""Geometric patterns: what is drawn with ruler and compasses, from mandalas to tilings."""
