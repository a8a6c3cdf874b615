"""Proof under faults: is anything lost, doubled or out of order while things break?

`python -m tests.chaos` (`make chaos`) breaks one thing after another under a service of
two web processes and a Redis, in which pages like the real one talk to each other, and
compares what every page shows with what was promised.
"""
