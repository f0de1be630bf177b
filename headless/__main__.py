"""The command ``avcore-headless``, and ``python -m headless``."""

import os
import sys


def main() -> int:
    """Run the command line and end the process."""
    try:
        from headless.main import main as command

        exit_code = command()
    except KeyboardInterrupt:
        exit_code = 130
    sys.stdout.flush()
    sys.stderr.flush()
    if "bpy" in sys.modules:  # some versions of it crash while they are taken down
        os._exit(exit_code)
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
