"""What may be shown of people, and to whom: masking by column class, keyed ids, purposes."""
