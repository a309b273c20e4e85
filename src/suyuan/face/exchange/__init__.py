"""The chain in the formats of other tools: one graph, and one file for each format."""
