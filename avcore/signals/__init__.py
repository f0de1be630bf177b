"""Signals: control curves made from features, over the whole track, sampled at frames."""
