"""The case of the newspaper page, told as input tables; every name and number is invented."""
