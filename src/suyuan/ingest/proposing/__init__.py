"""Proposing: how a file that no profile knows might be read, tried before it is saved."""
