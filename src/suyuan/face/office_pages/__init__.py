"""Plain pages for a citizen on a phone and for a clerk's desk, Chinese first."""
