"""What the results of all checks have in common."""


class Result:
    """A result that is true if the check passed, and that shows itself as its text.

    So ``assert check_gradients(cost, gradient, theta)`` means what it says, and where a result is
    looked at, such as at a prompt or by pytest, the text is what there is to see.
    """

    @property
    def passed(self) -> bool:
        """Whether the check passed."""
        raise NotImplementedError

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        return str(self)
