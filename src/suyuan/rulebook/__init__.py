"""The rulebook: dated, cited rules, answered kept, broken, cannot_tell or not_in_force."""

from suyuan.rulebook.book import Rulebook, load_rules
from suyuan.rulebook.check import Checked
from suyuan.rulebook.declare import Answer, DatedValue, Rule
from suyuan.rulebook.single import Judged

__all__ = ["Answer", "Checked", "DatedValue", "Judged", "Rule", "Rulebook", "load_rules"]
