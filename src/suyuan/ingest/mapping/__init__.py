"""Mapping: which table a file is, and which of its columns is which of ours."""
