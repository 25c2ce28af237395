"""Derivatives of a network of ReLU layers from two passes, for any number of parameters."""
