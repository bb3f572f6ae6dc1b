"""Run by a Python that has the Open Bandit Pipeline: its four estimates of one log, a line each."""

import sys

import numpy as np
from obp.ope import (
    DoublyRobust,
    InverseProbabilityWeighting,
    SelfNormalizedInverseProbabilityWeighting,
    SwitchDoublyRobust,
)

log = np.load(sys.argv[1])
rows, choices = len(log["rewards"]), len(log["policy"])
asked = {
    "reward": log["rewards"],
    "action": log["chosen"],
    "position": np.zeros(rows, dtype=int),
    "pscore": log["logged"][log["chosen"]],
    "action_dist": np.tile(log["policy"][None, :, None], (rows, 1, 1)),
}
model = {"estimated_rewards_by_reg_model": np.tile(log["guess"][None, :, None], (rows, 1, 1))}
print(InverseProbabilityWeighting().estimate_policy_value(**asked))
print(SelfNormalizedInverseProbabilityWeighting().estimate_policy_value(**asked))
print(DoublyRobust().estimate_policy_value(**asked, **model))
print(SwitchDoublyRobust(tau=2.0).estimate_policy_value(**asked, **model))
