"""Formats: bytes of any kind of file into pieces of raw rows that know their line."""
