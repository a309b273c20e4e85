"""Events as they come: state in preallocated arrays, one fold for replay and for the stream.

A score may warn or hold for a confirmation; only a person's standing condition or a policy that a
bank has signed blocks.
"""
