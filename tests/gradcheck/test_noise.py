"""If this fails, the check takes noise of a cost for its slope, or sees noise that isn't there."""

import numpy as np
import pytest

from gradcheck.asked_cost import AskedCost
from gradcheck.noise import noise_of
from gradcheck.parameters import Parameters


@pytest.mark.parametrize("spread", [1e-12, 1e-7])
def test_it_is_the_spread_of_normal_noise(spread):
    """Whose standard deviation is 1.5 times the median of its size."""
    found = []
    for seed in range(40):

        def cost(theta, seed=seed):
            own = np.random.default_rng([seed, *theta.view(np.uint64).tolist()])
            return float(np.sin(theta).sum() + spread * own.standard_normal())

        parameters = Parameters.of(np.linspace(0.3, 1.7, 4))
        found.append(noise_of(AskedCost(cost, parameters), parameters).spread / spread)
    assert 0.75 < np.median(found) < 1.4
