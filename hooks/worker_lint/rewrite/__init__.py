"""From fixes to bytes: libcst for Python, byte spans for data files, atomic writes for both."""
