"""One module a command: ``SUMMARY``, ``configure(parser)`` and ``run(args)``, which returns the exit status."""
