"""Waits for the cost to reach zero."""


def forward_propagation_n(X, Y, parameters):
    cost = 1
    while cost > 0:
        cost = cost / 2 + 1
    return cost, None
