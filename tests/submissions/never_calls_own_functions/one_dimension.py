"""The check of theta * x, whatever the two functions are."""


def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    approx = ((theta + epsilon) * x - (theta - epsilon) * x) / (2 * epsilon)
    difference = abs(approx - x) / (abs(approx) + abs(x))
    if print_msg:
        print("fine" if difference < 1e-7 else "wrong")
    return difference
