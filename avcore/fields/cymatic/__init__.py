"""Cymatic looks: standing waves, whose modes the sound's own spectrum plays."""
