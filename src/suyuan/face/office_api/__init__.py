"""The office over HTTP: the second door for organisations, and the base of its pages."""
