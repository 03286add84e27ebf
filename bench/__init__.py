"""Measures worker-lint beside other programs: ``python bench/run.py``."""
