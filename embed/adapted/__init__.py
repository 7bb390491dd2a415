"""An encoder adapted to a shop: a base encoder, and heads that `adapt` trained on its feed."""
