"""The command line: one module per subcommand of ``avcore``, each with ``HELP``, ``add_arguments`` and ``run``."""

from avcore.cli.main import main

__all__ = ["main"]
