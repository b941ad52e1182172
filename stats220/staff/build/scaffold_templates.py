"""What `stats220 new` writes, before its places are filled in: each works as it stands, and what is to be replaced is marked."""

from __future__ import annotations

LAB = '''\
# %% [markdown]
r"""
# {title}

{place}: what students build in this lab, and why it matters.
"""

# %% [markdown]
r"""
## Setup
"""

# %%
import numpy as np
from jaxtyping import Float

from stats220.checks import {module} as check
'''

CELLS = '''
# %% [markdown]
r"""
### Problem {number}: {place} a title

{place}: what `{name}` is given, what it returns, and the idea behind it.
"""

# %% exercise="{name}" minutes=10
from stats220.reference.{module} import {name}

# %% test="{name}" points={points}
check.{name}({name})
'''

REFERENCE = '''\
"""{place}: what this file's exercises are about."""

import numpy as np
from jaxtyping import Float


def {name}(values: Float[np.ndarray, " num_values"]) -> Float[np.ndarray, " num_values"]:
    """{place}: what it computes; shapes, units, what it raises, and its source.

    Parameters
    ----------
    values : array (num_values,)

    Returns
    -------
    array (num_values,)
        Each value doubled.
    """
    # {place}: the prompt that students see.
    # BEGIN SOLUTION
    result = 2 * values
    # END SOLUTION
    return result
'''

CHECKS = '''\
"""{place}: what these checks compare with, an oracle that is not the answer key."""

from __future__ import annotations

from typing import Any

from stats220.checks import Checks, checked


@checked
def {name}({name}: Any) -> Checks:
    """{place}: which inputs, and why they tell right from wrong."""
    checks = Checks("{name}", hidden_points=1)

    with checks(
        1,
        "has one result a value",
        hint="{place} a nudge: how many values go in, and how many come out?",
        remedy="{place} the line itself.",
    ):
        checks.shape({name}(checks.rng.normal(size=5)), (5,))

    with checks(
        1,
        "doubles each value, of both signs",
        hint="{place} a nudge at the misconception.",
        remedy="{place} the line itself.",
    ):
        values = checks.rng.normal(size=7)
        checks.close({name}(values), values + values, atol=1e-6, name="result")

    return checks
'''

HIDDEN = '''\
"""{place}: the same requirements on other inputs."""

from __future__ import annotations

from typing import Any

from stats220.checks import Checks, checked


@checked
def {name}({name}: Any) -> Checks:
    """{place}: what is other than in the visible checks."""
    checks = Checks("{name}", hidden=True)

    with checks(1, "doubles large and small values", hint="{place} a nudge."):
        values = checks.rng.normal(size=4) * [1e-3, 1.0, 1e3, 0.0]
        checks.close({name}(values), values + values, atol=1e-9, rtol=1e-6, name="result")

    return checks
'''

ATTEMPTS = {
    "addition": ("all", "values + values"),
    "list": ("all", "np.array([2.0 * value for value in values])"),
    "absolute": ("less", "2 * np.abs(values)"),
    "sum": ("0", "2 * np.sum(values)"),
    "squares": ("1", "values ** 2"),
}

ATTEMPT = """\
# exercise: {name}
# says: {place} why it is right, or which misconception it shows
# points: {points}
def {name}(values):
    return {code}
"""
