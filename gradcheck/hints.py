"""What to say of a gradient that is off, and what to try where it is off by very little."""

import math

LITTLE = 1e-3
"""How little gradients are off, as a share of themselves, if the cost itself may be what is off."""

WIDE = 2.0**-8
"""Of a cost that is known to be off, differences over steps of about this width are taken."""

MOST = 1e-2
"""The largest share that is suggested: with a larger one, hardly anything would fail."""


def power_of_ten_from(number: float) -> float:
    """Return the least power of ten that is not smaller: what to suggest, in one digit."""
    return 10.0 ** math.ceil(math.log10(number))


def solver_hint(what: str, noise: float, rtol: float | None = None) -> str:
    """Say that a cost may be inexact, and which noise would explain what is off.

    Parameters
    ----------
    what : str
        Which gradients are off, and by how much.
    noise : float
        How far the cost would have to be off.
    rtol : float, optional
        By what share of themselves the gradients are off.
    """
    options = f"noise={_short(power_of_ten_from(noise))}"
    if rtol is not None and rtol <= MOST:
        options += f", or rtol={_short(power_of_ten_from(rtol))},"
    return (
        f"{what} If the cost comes from a solver or an ODE that stops at a tolerance, that may be "
        f"its error: {options} would allow as much. Compare the cost at two tolerances of the "
        "solver to see how far it is off. Else a small term is missing, such as 1e-8 under a "
        "logarithm."
    )


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Return two numbers with enough digits to see the difference, and at least six."""
    digits = next(
        (
            digits
            for digits in range(6, 17)
            if all(f"{one:.{to}g}" != f"{other:.{to}g}" for to in (digits - 1, digits))
        ),
        17,
    )
    return f"{one:.{digits}g}", f"{other:.{digits}g}"


def _short(number: float) -> str:
    """A power of ten as people write it, such as 1e-8."""
    return f"{number:.0e}".replace("e-0", "e-").replace("e+0", "e")
