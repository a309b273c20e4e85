"""Case linkage, rings, and the chain put together. Findings get their ring here, last of all."""
