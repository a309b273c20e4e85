"""One file for each role sought. See CONTRIBUTING.md for how to add one."""
