"""Checks on the simulator itself: guilt may be neither plain nor absent."""
