"""The picture of an analysis as a page that plays the song: a playhead over the picture, click to seek."""

from __future__ import annotations

import base64
import html
import json
import os
from pathlib import Path
from string import Template
from urllib.parse import quote

from avcore.audio.plot import BACKGROUND, LEFT, PANEL, RIGHT, TEXT, picture_png
from avcore.audio.structure import find_sections
from avcore.audio.track import FeatureTrack

_PAGE = Template(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
  body { margin: 0 auto; max-width: 1800px; background: $background; color: $text;
         font: 15px/1.5 system-ui, sans-serif }
  #picture { position: relative; cursor: crosshair }
  #picture img { display: block; width: 100% }
  #playhead { position: absolute; top: 6%; bottom: 4.5%; width: 2px; margin-left: -1px; background: #fff;
              box-shadow: 0 0 8px #fff; pointer-events: none }
  #bar { position: sticky; top: 0; z-index: 1; display: flex; gap: 1em; align-items: center; padding: .5em 1em;
         background: $panel }
  #bar audio { flex: 1; height: 36px }
  #beat { width: 18px; height: 18px; border-radius: 50%; background: #fff; opacity: .12 }
  #now { min-width: 20em; white-space: pre; font-variant-numeric: tabular-nums }
  table { margin: 1em; border-collapse: collapse }
  th, td { padding: .15em 1.2em .15em 0; text-align: left; font-weight: normal }
  th { opacity: .65 }
</style>
</head>
<body>
<div id="bar">
  <div id="beat" title="flashes on each beat"></div>
  <audio id="song" controls preload="auto" src="$source"></audio>
  <div id="now"></div>
</div>
<div id="picture">
  <img alt="features and beats over time" src="data:image/png;base64,$picture">
  <div id="playhead"></div>
</div>
<table>$rows</table>
<script>
const analysis = $analysis;
const song = document.getElementById("song"), playhead = document.getElementById("playhead");
const picture = document.getElementById("picture"), beat = document.getElementById("beat");
const now = document.getElementById("now");
// Index of the last time at or before t, -1 where there is none.
function last(times, t) {
  let low = 0, high = times.length;
  while (low < high) { const middle = (low + high) >> 1; if (times[middle] <= t) low = middle + 1; else high = middle; }
  return low - 1;
}
function draw() {
  const t = song.currentTime, width = analysis.right - analysis.left;
  playhead.style.left = 100 * (analysis.left + width * Math.min(1, t / analysis.duration)) + "%";
  const index = last(analysis.beats, t), bar = last(analysis.downbeats, t);
  const since = index < 0 ? 9 : t - analysis.beats[index];
  beat.style.opacity = 0.12 + 0.88 * Math.exp(-since / 0.15);
  const inBar = bar < 0 ? 0 : index - last(analysis.beats, analysis.downbeats[bar] + 1e-6) + 1;
  const minutes = Math.floor(t / 60), seconds = (t % 60).toFixed(2).padStart(5, "0");
  const section = analysis.sections[last(analysis.sections.map((part) => part[0]), t)][1];
  now.textContent = minutes + ":" + seconds + "   section " + section +
    (inBar > 0 ? "   bar " + (bar + 1) + "." + inBar : "");
  requestAnimationFrame(draw);
}
picture.addEventListener("click", (event) => {
  const box = picture.getBoundingClientRect();
  const part = ((event.clientX - box.left) / box.width - analysis.left) / (analysis.right - analysis.left);
  song.currentTime = analysis.duration * Math.max(0, Math.min(1, part));
});
document.addEventListener("keydown", (event) => {
  if (event.code !== "Space" || event.target === song) return;
  event.preventDefault();
  if (song.paused) song.play(); else song.pause();
});
draw();
</script>
</body>
</html>
"""
)


def page_html(track: FeatureTrack, *, song: Path, page: Path, rows: dict[str, str]) -> str:
    """A self-contained page but for the song itself, which it finds by its path relative to ``page``.

    ``rows`` are the names and values of the table under the picture.
    """
    analysis = {
        "duration": track.duration_s,
        "left": LEFT,
        "right": RIGHT,
        "beats": track.beats_s.round(4).tolist(),
        "sections": [[round(section.start_s, 4), section.label] for section in find_sections(track)],
        "downbeats": track.downbeats_s.round(4).tolist(),
    }
    table = "".join(f"<tr><th>{html.escape(key)}</th><td>{html.escape(value)}</td></tr>" for key, value in rows.items())
    return _PAGE.substitute(
        title=html.escape(song.name),
        source=html.escape(_source(song, page)),
        picture=base64.b64encode(picture_png(track, title=song.name)).decode(),
        rows=table,
        analysis=json.dumps(analysis),
        background=BACKGROUND,
        panel=PANEL,
        text=TEXT,
    )


def _source(song: Path, page: Path) -> str:
    try:
        relative = os.path.relpath(song.resolve(), page.resolve().parent)
    except ValueError:  # on Windows, the song lies on another drive than the page
        return song.resolve().as_uri()
    return "./" + quote(Path(relative).as_posix())
