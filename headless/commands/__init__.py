"""One module per subcommand: ``HELP``, ``add_arguments(parser)`` and ``run(args)``, which returns a result."""
