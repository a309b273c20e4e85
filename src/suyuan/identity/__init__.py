"""Which records are one person, device, number or account; what stands for whom; what is a hub."""
