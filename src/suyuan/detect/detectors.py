"""All detectors, one line each. Order does not matter: steps are sorted by what they read."""

from suyuan.detect import (
    account_merchant,
    breach,
    card_merchant,
    data_broker,
    farmed_account,
    leak_source,
    middleman,
    mule_account,
    scam_caller,
    sim_supplier,
    sms_activation,
)
from suyuan.detect.contract import Detector

DETECTORS: tuple[Detector, ...] = (
    scam_caller.DETECTOR,
    leak_source.DETECTOR,
    data_broker.DETECTOR,
    farmed_account.DETECTOR,
    account_merchant.DETECTOR,
    sms_activation.DETECTOR,
    sim_supplier.DETECTOR,
    mule_account.DETECTOR,
    card_merchant.DETECTOR,
    middleman.DETECTOR,
    breach.DETECTOR,
)
