"""Leak attribution: from victims back to whoever let the order records out."""
