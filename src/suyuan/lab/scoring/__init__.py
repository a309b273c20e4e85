"""How results are measured against the truth."""
