"""Record linkage: which order a seized row is a copy of, field by field."""
