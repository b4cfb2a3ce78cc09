"""The gate: what a user may see and change of a model, and every statement made for them."""
