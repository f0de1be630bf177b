"""From strips to sound: which moment of which file is heard at which frame.

    strip = active_strip(context) or sound_strips(scene)[0]
    hearing = timing(strip, scene)                        # start, trim, slip, speed, cuts, mute, fps
    path = source(strip, folder=packed_folder)            # a file on disk, also where the sound is packed
    times_s = hearing.times(frames)                       # [shape=(n,)] seconds of the sound, NaN where none is heard
    frames, index = hearing.frames_of(beats_s)            # where beats lie on the timeline

Where a hearing is not plain (cuts, speed), or a channel or the whole mix is wanted, ``mixdown`` writes what is heard to
one WAV and returns it with a hearing that is. What was heard is kept with a bake as text,
``fingerprint(strip, scene).to_json()``; ``compare`` of that and a new one says Unchanged, Moved (shift it) or Changed
(bake again), and is cheap enough for a panel.

``hearing``, ``state`` and ``fingerprint`` know nothing of Blender. Blender hears second ``(frame - content start) *
fps_base / fps`` of a sound; that, slip and offsets were measured through mixdowns in 4.5, 5.0 and 5.2.
"""

from .files import SoundError, path_of, source
from .fingerprint import Change, Changed, Fingerprint, Moved, Unchanged, compare, take
from .hearing import Hearing, Piece, View
from .mixdown import Mix, can_mix, mixdown
from .state import StripState
from .strips import active_strip, find_strip, handles, is_heard, scene_fps, sequencer_scene, sound_strips
from .timing import fingerprint, heard_of, heard_strips, mix_fingerprint, timing

__all__ = [
    "Change",
    "Changed",
    "Fingerprint",
    "Hearing",
    "Mix",
    "Moved",
    "Piece",
    "SoundError",
    "StripState",
    "Unchanged",
    "View",
    "active_strip",
    "can_mix",
    "compare",
    "find_strip",
    "fingerprint",
    "handles",
    "heard_of",
    "heard_strips",
    "is_heard",
    "mix_fingerprint",
    "mixdown",
    "path_of",
    "scene_fps",
    "sequencer_scene",
    "sound_strips",
    "source",
    "take",
    "timing",
]
