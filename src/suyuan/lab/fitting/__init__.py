"""The parts of fitting: what was seen, bins, and their combination."""
