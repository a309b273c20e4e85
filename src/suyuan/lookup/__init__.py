"""Indexes over stored rows: who mentions this identifier, whose seized rows have this number."""
