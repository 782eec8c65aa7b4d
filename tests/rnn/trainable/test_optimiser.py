"""An update is torch's, for many networks at once."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rnn.trainable import OptimiserConfig, Weights
from rnn.trainable.optimiser import no_moments, update


@pytest.mark.parametrize("method", ["adam", "sgd"])
def test_an_update_is_torchs_with_each_network_clipped_by_its_own_length(method):
    rate = 0.01
    config = OptimiserConfig(method=method, learning_rate=rate, clip=1.0)
    rng = np.random.default_rng(0)

    def drawn(*scales):
        matrix, initial = rng.standard_normal((3, 4, 6)), rng.standard_normal((3, 4))
        scale = np.array(scales)[:, None]
        return Weights(
            torch.from_numpy(matrix * scale[..., None]), torch.from_numpy(initial * scale)
        )

    def torchs(i, values):
        own = [torch.nn.Parameter(part[i].clone()) for part in values]
        kinds = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}
        return own, kinds[method](own, lr=rate)

    weights = drawn(1.0, 1.0, 1.0)
    moments, counts = no_moments(weights), torch.zeros(3, dtype=torch.int64)
    twins = [torchs(i, weights) for i in range(3)]
    for turn in range(6):
        if turn == 3:  # network 1 starts again
            counts[1] = 0
            for part in (*moments.first, *moments.second):
                part[1] = 0.0
            twins[1] = torchs(1, weights)
        gradient = drawn(0.05, 0.3, 10.0)  # of lengths below, about and above the clip
        counts += 1
        for i, (own, optimiser) in enumerate(twins):
            for parameter, slope in zip(own, gradient, strict=True):
                parameter.grad = slope[i].clone()
            torch.nn.utils.clip_grad_norm_(own, 1.0)
            optimiser.step()
        update(config, weights, gradient, moments, counts)
        for i, (own, _) in enumerate(twins):
            for part, expected in zip(weights, own, strict=True):
                # torch adds 1e-6 to the length; 1 - 0.999^n is known to 1e-5 in float32.
                np.testing.assert_allclose(part[i], expected.detach(), atol=1e-4 * rate)


def test_no_gradient_moves_nothing():
    weights = Weights(torch.ones(2, 3, 4), torch.ones(2, 3))
    for method in ("adam", "sgd"):
        gradient = Weights(*(torch.zeros_like(part) for part in weights))
        moments = no_moments(weights)
        update(OptimiserConfig(method=method), weights, gradient, moments, torch.tensor([1, 1]))
        for part in weights:
            np.testing.assert_array_equal(part, 1.0)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"method": "rmsprop"}, r"method must be 'adam' or 'sgd', got 'rmsprop'"),
        *(
            ({name: value}, rf"{name} must be positive and finite, got {value}")
            for name in ("learning_rate", "clip")
            for value in (0.0, -1.0, np.inf, np.nan)
        ),
        *(
            ({name: value}, rf"{name} must lie in \[0, 1\), got {value}")
            for name in ("first_decay", "second_decay")
            for value in (-0.1, 1.0, np.nan)
        ),
    ],
)
def test_a_bad_optimiser_is_named(settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        OptimiserConfig(**settings)
