"""The one set of defaults: how often is drawn, from which seeds, at which levels.

Every face takes these: the terminal prints them in its help, the report in its
exhibits. This module imports nothing, so that a command may read it as it starts.
"""

from __future__ import annotations

#: Draws of the tests of solvency; fewer on a very large ledger.
TEST_DRAWS = 10_000
#: Draws of them at half and at twice the spreads of grades: good to two hundredths.
SPREAD_DRAWS = 1_000
#: Draws of a tally's total.
TALLY_DRAWS = 1_000_000
#: Draws of each row of a tally's table of dependence: good to a hundredth.
DEPENDENCE_DRAWS = 200_000
#: The seed of draws: of tests, and of the tally.
SEED = 20_221_111
#: The seed of the sampler that weighs what cannot be enumerated.
WEIGHING_SEED = 0
#: Most hypotheses that are weighed in all their combinations; more are sampled.
MOST_ENUMERATED = 24
#: Most hypotheses that a tally combines in every way a prior allows; more are drawn.
MOST_EXACT = 14
#: Chance of a false alarm in the search for suspects, over all claims.
LEVEL = 0.05
#: Chance of the best fit below which no combination of hypotheses fits as stated.
UNFIT = 0.01
#: A test that holds as written is still reported if it broke in this share of draws.
WORTH_SAYING = 0.05
#: Claims that a sample draws for letters of confirmation.
SAMPLED = 50
