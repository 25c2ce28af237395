"""A sum where a product belongs."""


def forward_propagation(x, theta):
    return theta + x
