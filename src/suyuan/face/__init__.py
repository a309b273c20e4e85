"""What people touch: the command line, the Python API, the report."""
