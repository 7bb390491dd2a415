"""Merchandisers' rules: which hold for a search, and what they do to its answer."""

from search.rules.actions import Action, Boost, Bury, Hide, Pin, Redirect, Synonyms
from search.rules.applying import Ruled, applied
from search.rules.book import RuleBook
from search.rules.contradictions import Contradiction
from search.rules.moving import RULES
from search.rules.placing import PINNED
from search.rules.plan import InForce, Plan
from search.rules.reading import read_rules, rules_of
from search.rules.rule import Rule, Scope
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
