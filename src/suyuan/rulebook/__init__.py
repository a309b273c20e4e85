"""The rulebook: dated, cited rules, answered kept, broken, cannot_tell or not_in_force."""

from suyuan.rulebook.book import Rulebook, load_rules
from suyuan.rulebook.check import RuleAnswers
from suyuan.rulebook.declare import Answer, DatedValue, Rule
from suyuan.rulebook.row_rule import Judgement

__all__ = ["Answer", "DatedValue", "Judgement", "Rule", "RuleAnswers", "Rulebook", "load_rules"]
