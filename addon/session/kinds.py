"""The choices that settings and operators share."""

from __future__ import annotations

SOUND_KINDS = (
    ("ACTIVE", "Active Strip", "The sound strip that is active in the Video Sequencer", "SEQ_SEQUENCER", 0),
    ("STRIP", "Strip", "A sound strip by its name", "SOUND", 1),
    ("CHANNEL", "Channel", "All sound strips of one channel, mixed", "ALIGN_JUSTIFY", 2),
    ("MIX", "Whole Mix", "All that is heard, mixed", "SPEAKER", 3),
    ("FILE", "File", "A sound file that need not be in the Video Sequencer", "FILE_SOUND", 4),
)
FORMATS = (
    ("png", "PNG", "8 or 16 bits a channel, for colours as they look on screen"),
    ("exr", "OpenEXR", "Half float, linear; for light and for further work"),
    ("video", "Movie", "One H.264 file; small, but slower to scrub"),
)
RANGES = (
    ("STRIP", "Strip", "The frames in which the sound is heard"),
    ("SCENE", "Scene", "The frame range of the scene"),
    ("CUSTOM", "Custom", "From one frame to another"),
)
TARGETS = (
    ("MATERIAL", "Material", "A material on the active object, with the picture as its colour", "MATERIAL", 0),
    ("IMAGE", "Image Only", "Only the image, to be used by hand", "IMAGE_DATA", 1),
    ("WORLD", "World", "The surroundings of the scene", "WORLD", 2),
    ("LIGHT", "Light", "What the active light throws", "LIGHT", 3),
    ("GEOMETRY", "Geometry Nodes", "An image for the active object's Geometry Nodes", "GEOMETRY_NODES", 4),
    ("COMPOSITOR", "Compositor", "An image node in the compositor", "NODE_COMPOSITING", 5),
    ("BRUSH", "Brush", "A texture for the active brush", "BRUSH_DATA", 6),
)
# What can be baked beside the colours; the numbers are bits, as many can be chosen at once.
MAPS = (
    ("height", "Height", "How far the picture stands out, for bump or displacement", "NONE", 1),
    ("normal", "Normal", "Which way its surface faces, for a lit material", "NONE", 2),
    ("roughness", "Roughness", "Where it is matt, and where it is glossy", "NONE", 4),
    ("emission", "Emission", "What of it gives light", "NONE", 8),
    ("mask", "Mask", "Where the picture is, for mixing; it is wired to nothing", "NONE", 16),
)
SURFACES = (
    ("LIT", "Lit", "A surface that light falls on"),
    ("SHINING", "Shining", "A surface that shines by itself, so that the picture is seen exactly"),
)
COORDINATES = (
    ("UV", "UV", "A picture on the surface, laid out by its UVs, as a bake is"),
    ("Generated", "Generated", "The field fills the space around the object: no UVs and no seams"),
    ("Object", "Object", "As Generated, without being stretched to the object's size"),
)
KEYS_ON = (
    ("OWN", "Its Own Keys", "The inputs of the live node have the keys"),
    (
        "CONTROLLER",
        "The Controller",
        "The keys are on the controller that the Keys panel names, for all live pictures of a preset and a sound",
    ),
)
SPACINGS = (
    ("FRAMES", "Every Frame", "One key on each frame"),
    ("DECIMATED", "Few Keys", "As few keys as keep the curve within the error"),
)
CONTROLLERS = (
    ("EMPTY", "Empty", "An empty called avcore, made for it"),
    ("OBJECT", "Active Object", "Custom properties of the active object"),
    ("SCENE", "Scene", "Custom properties of the scene"),
)
FARM_PROFILES = (
    ("chunk", "Chunks", "Open Job Description with chunks of frames, as AWS Deadline Cloud takes it"),
    ("base", "Plain", "Open Job Description without extensions, for engines that know no others"),
    ("full", "Chunks and Limits", "Chunks, and the time limit of a task as a parameter"),
)
