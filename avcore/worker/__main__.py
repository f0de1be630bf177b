"""``python -m avcore.worker``: see ``avcore.worker``."""

from __future__ import annotations

import logging
import os
import sys

from avcore.cli.stop import Stoppable
from avcore.worker.streams import claim, lines


def main() -> int:
    """Serve until the input ends."""
    source, write = claim()
    logging.basicConfig(level=logging.WARNING, format="avcore: %(message)s", stream=sys.stderr)
    from avcore.worker.server import Server

    server = Server(write)
    with Stoppable() as stoppable:
        try:
            server.serve(lines(source))
            exit_code = 0
        except KeyboardInterrupt:
            exit_code = stoppable.exit_code
        server.close()
    sys.stderr.flush()
    return exit_code


if __name__ == "__main__":
    os._exit(main())  # threads that are still in a kernel or a decoder have nothing left to say
