"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F811 (many answers to one question)

from tests.questions.answers import mistake


@mistake(loses={"value"})
def forward_propagation(x, theta):
    """Adds where it should multiply."""
    return theta + x


@mistake(loses={"value"})
def forward_propagation(x, theta):
    """Loses the sign."""
    return abs(theta * x)


@mistake(loses={"value"})
def forward_propagation(x, theta):
    """Rounds to whole numbers."""
    return int(theta) * int(x)


@mistake(loses={"value"})
def forward_propagation(x, theta):
    """Returns nothing for zero."""
    if x and theta:
        return theta * x


@mistake(loses={"value"})
def forward_propagation(x, theta):
    """Prints the value instead of returning it."""
    print(theta * x)


@mistake(loses={"value"})
def forward_propagation(x, theta):
    """Expects arrays."""
    return theta.dot(x)
