"""Query understanding: spelling, negation, prices, entities and synonyms of a query's text."""
