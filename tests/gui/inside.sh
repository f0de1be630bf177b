#!/bin/bash
# Inside the rig: a screen, a window manager, and Blender with SCRIPT, which ends it. Usage: inside.sh SCRIPT SECONDS
export DISPLAY=:$((RANDOM % 800 + 100)) LIBGL_ALWAYS_SOFTWARE=1
Xvfb $DISPLAY -screen 0 1600x1000x24 +extension GLX -nolisten tcp > /tmp/xvfb.log 2>&1 & screen=$!
sleep 1.5
openbox > /dev/null 2>&1 & manager=$!
sleep 0.5
timeout "$2" blender --factory-startup --window-geometry 0 0 1600 1000 --python "$1" 2>&1
code=$?
kill $manager $screen
wait 2> /dev/null
exit $code
