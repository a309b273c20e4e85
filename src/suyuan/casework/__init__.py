"""Casework: procedures as data, matters as events, duties with clocks; see docs/casework.md."""
