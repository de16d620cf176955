# SPDX-License-Identifier: BSD-3-Clause
"""The training loop: it finds what validates best, is repeatable, and says when it cannot."""

from dataclasses import dataclass, replace

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor, nn

from pyhybrid.errors import ArgumentError
from pyhybrid.training import Plan, rate, train, validate

PLAN = Plan(rounds=40, batch=16, rate=1e-1, decay=0.0)


@dataclass
class Points:
    x: Tensor
    y: Tensor

    def __len__(self):
        return len(self.x)

    def batch(self, index):
        return Points(self.x[index], self.y[index])


def points(count, seed, slope=3.0):
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(count, 1, generator=generator)
    return Points(x, slope * x - 1.0)


def loss(network, some):
    return nn.functional.mse_loss(network(some.x), some.y)


def line(seed=1):
    torch.manual_seed(seed)
    return nn.Linear(1, 1)


def test_a_line_is_learned():
    network = line()
    best = train(network, loss, points(200, 1), points(50, 2), PLAN)
    assert best < 1e-3
    assert network.weight.item() == pytest.approx(3.0, abs=0.2)


def test_the_weights_are_those_that_validated_best():
    network, unseen = line(), points(50, 2)
    best = train(network, loss, points(200, 1), unseen, PLAN)
    assert validate(network, loss, unseen) == pytest.approx(best, rel=1e-6)


def test_what_training_makes_worse_is_not_kept():
    network = line()
    losses = []
    worse = points(200, 1, slope=-3.0)  # the opposite of what validates
    plan = replace(PLAN, rounds=10)
    train(
        network, loss, worse, points(50, 2), plan, lambda number, found, best: losses.append(found)
    )
    assert validate(network, loss, points(50, 2)) == pytest.approx(min(losses), rel=1e-6)
    assert losses[-1] > min(losses)


def test_the_same_seed_gives_the_same_weights():
    found = []
    for _ in range(2):
        network = line()
        train(network, loss, points(200, 1), points(50, 2), replace(PLAN, rounds=3, averaging=0.9))
        found.append(network.weight.detach().clone())
    assert torch.equal(*found)


def test_patience_ends_it():
    rounds = []
    plan = replace(PLAN, patience=2)
    train(
        line(),
        loss,
        points(64, 1, slope=-3.0),
        points(50, 2),
        plan,
        lambda *told: rounds.append(told),
    )
    assert len(rounds) < 40


def test_seconds_end_it():
    rounds = []
    train(line(), loss, points(64, 1), points(9, 2), replace(PLAN, seconds=1e-9),
          lambda *told: rounds.append(told))  # fmt: skip
    assert len(rounds) == 1


def test_a_round_may_see_a_part():
    seen = []

    def counted(network, some):
        if torch.is_grad_enabled():
            seen.append(len(some))
        return loss(network, some)

    train(line(), counted, points(200, 1), points(9, 2), replace(PLAN, rounds=2, samples=40))
    assert seen == [16, 16, 8] * 2


def test_a_loss_that_is_never_a_number_is_told():
    with pytest.raises(ArgumentError, match="expected a loss that is a number"):
        train(line(), lambda network, some: loss(network, some) * float("nan"), points(9, 1),
              points(9, 2), replace(PLAN, rounds=2))  # fmt: skip


def test_rate_rises_and_falls():
    assert rate(0.0) < rate(0.04) <= 1.001
    assert rate(0.06) > rate(0.5) > rate(1.0) > 0
    assert rate(2.0) == rate(1.0)
