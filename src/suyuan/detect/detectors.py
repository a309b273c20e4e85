"""The roles sought, one line each. Their order does not matter: steps sort themselves."""

from suyuan.detect.contract import Detector

DETECTORS: tuple[Detector, ...] = ()
