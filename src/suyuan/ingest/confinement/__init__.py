"""Parsers of packed formats, in a process of their own with limits of memory, time and output."""
