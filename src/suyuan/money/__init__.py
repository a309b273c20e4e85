"""Follow the money (资金穿透): where stolen money went, whose it is, what can still be frozen.

Relations (which payments, whose accounts, what rests where) are Ibis expressions; walks over the
ledger in time order are Numba kernels on arrays of integer fen.
"""
