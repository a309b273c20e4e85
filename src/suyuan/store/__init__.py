"""The case store: canonical rows in Parquet, an engine over them, tables by name."""
