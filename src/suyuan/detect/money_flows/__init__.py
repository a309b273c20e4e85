"""How money and cards move through hands: measurements that several detectors share."""
