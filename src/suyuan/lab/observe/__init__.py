"""The observers: who records what of the latent world, with their gaps, clocks and losses."""
