"""``python -m avcore`` is the command ``avcore``."""

import sys

from avcore.cli import main

sys.exit(main())
