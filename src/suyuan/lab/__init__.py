"""Simulated worlds with their truth, the scores, and the fitting of scorecards.

Knows the model only. See ``docs/lab.md``.
"""
