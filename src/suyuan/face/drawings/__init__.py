"""Drawings as plans: pure data that a page and a screen both draw."""
