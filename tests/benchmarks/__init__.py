"""Benchmarks of the whole app in a real terminal against a real server: `python -m tests.benchmarks --help`.

No file here is collected by pytest; the pure parts are tested in `tests/unit/test_benchmark_tools.py`.
"""
