"""Makes the process that imports it first start sooner: our command, and what workers come from.

This grammar of internet addresses takes half the time of all imports, and no notebook schema uses
it; jsonschema works without it.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
