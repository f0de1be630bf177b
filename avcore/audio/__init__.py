"""Sound in: decoding, features on an exact 100 Hz grid, beats, and the FeatureTrack that presets rely on."""
