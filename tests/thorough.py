"""How many examples tests draw: enough to notice a fault, or ten times as many with THOROUGH=10."""

import os

THOROUGH = int(os.environ.get("THOROUGH", "1"))
"""What numbers of examples, seeds and networks are multiplied by."""
