"""Lets ``python -m worker_lint`` stand in for the ``worker-lint`` command."""

import sys

from worker_lint.cli import main

if __name__ == "__main__":
    sys.exit(main())
