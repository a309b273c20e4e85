"""suyuan 溯源: trace a fraud to its source, each claim with its evidence.

>>> import suyuan
>>> results = suyuan.investigate("examples/zheng")  # doctest: +SKIP
"""

from suyuan.face.api import Case, Results, check, investigate

__version__ = "0.1.0"
__all__ = ["Case", "Results", "check", "investigate"]
