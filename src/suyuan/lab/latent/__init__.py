"""The latent world: who does what. Nothing here knows how it will be recorded."""
