"""Merchandising rules: which are active for a search, and what they do to its response."""

from search.rules.actions import Action, Boost, Bury, Hide, Pin, Redirect, Synonyms
from search.rules.application import RuledCandidates, apply_rules
from search.rules.formatting import format_action, format_scope
from search.rules.parsing import load_rules, read_rules
from search.rules.pinning import PINNED
from search.rules.plan import ActiveRule, RulePlan
from search.rules.rule import Rule, RuleScope
from search.rules.rule_conflicts import RuleConflict
from search.rules.ruleset import RuleSet
from search.rules.score_adjustments import RULES
from search.rules.selection import Selection

__all__ = [
    "PINNED",
    "RULES",
    "Action",
    "ActiveRule",
    "Boost",
    "Bury",
    "Hide",
    "Pin",
    "Redirect",
    "Rule",
    "RuleConflict",
    "RulePlan",
    "RuleScope",
    "RuleSet",
    "RuledCandidates",
    "Selection",
    "Synonyms",
    "apply_rules",
    "format_action",
    "format_scope",
    "load_rules",
    "read_rules",
]
