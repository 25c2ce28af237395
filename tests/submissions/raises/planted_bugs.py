"""Two answers raise."""


def repaired_check(parameters, gradients, X, Y, epsilon=1e-7):
    raise NotImplementedError


def killing_case():
    return draw_case(30)
