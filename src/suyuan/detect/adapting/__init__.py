"""A scorecard learns from the case: what its own reports, seizures and decisions say of whom."""
