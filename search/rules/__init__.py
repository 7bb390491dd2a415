"""Merchandisers' rules: which hold for a search, and what they do to its answer."""

from search.rules.actions import Action, Boost, Bury, Hide, Pin, Redirect, Synonyms
from search.rules.application import Ruled, applied
from search.rules.parsing import read_rules, rules_of
from search.rules.pinning import PINNED
from search.rules.plan import InForce, Plan
from search.rules.rule import Rule, Scope
from search.rules.rule_conflicts import Contradiction
from search.rules.ruleset import RuleBook
from search.rules.score_adjustments import RULES
from search.rules.selection import Selection

__all__ = [
    "PINNED",
    "RULES",
    "Action",
    "Boost",
    "Bury",
    "Contradiction",
    "Hide",
    "InForce",
    "Pin",
    "Plan",
    "Redirect",
    "Rule",
    "RuleBook",
    "Ruled",
    "Scope",
    "Selection",
    "Synonyms",
    "applied",
    "read_rules",
    "rules_of",
]
