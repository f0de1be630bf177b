"""Speed and memory, as ratios within one run: ``python -m tests.bench [NAME ...]``, or ``make bench``."""
