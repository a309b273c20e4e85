"""suyuan 溯源: trace a fraud to its source, each claim with its evidence."""

__version__ = "0.1.0"
