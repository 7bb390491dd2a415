"""An encoder that learned a shop: a base encoder, and heads that `adapt` trained on its feed."""
