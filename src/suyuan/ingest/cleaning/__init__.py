"""Cleaning: raw cells into values of the declared types, each repair noted."""
