"""The staff's tools: build a release, grade a class, report on it. Never in a student wheel."""

import sys
from typing import Any

# nbformat imports jsonschema, and that, where it is installed, a grammar of international addresses which takes a second to be
# compiled. No notebook is checked by it; jsonschema does without.
_modules: dict[str, Any] = sys.modules
_modules.setdefault("rfc3987_syntax", None)
