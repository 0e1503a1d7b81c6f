"""Change a prior, weigh again, and draw what follows: a notebook in one file.

Cells begin with `# %%`, as editors and Jupytext read them. Run it as a script:

    python docs/example-researcher.py [LEDGER [SVG]]

The ledger is the small case by default. Weighing the FTX case takes minutes.
"""

# %% Load a case
from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import solvency
from solvency.analysis.weigh.weigh import believe
from solvency.charts import Look
from solvency.charts import tornado

LEDGER = sys.argv[1] if len(sys.argv) > 1 else "ledgers/harbour/main.beancount"
SVG = Path(sys.argv[2] if len(sys.argv) > 2 else "beliefs.svg")

case = solvency.load(LEDGER)
print(case.title, "|", len(case.hypotheses), "hypotheses,", end=" ")
print(len(case.observations), "observations")

# %% Weigh the hypotheses as the case has them
before = {one.id: one for one in believe(case).hypotheses}
for one in before.values():
    print(f"{one.id:12} {one.prior:.2f} -> {one.posterior:.2f}")

# %% Change one prior and weigh again: nothing of the case is written to
name = min(case.hypotheses)
hypothesis = replace(case.hypotheses[name], prior=Decimal("0.9"))
changed = replace(case, hypotheses={**case.hypotheses, name: hypothesis})
after = {one.id: one for one in believe(changed).hypotheses}
print(f"with {name} at 0.9 beforehand:")
for one in after.values():
    print(f"{one.id:12} {one.prior:.2f} -> {one.posterior:.2f}")

# %% What each belief would be at a prior of 0.1 and of 0.9
# `at_priors` has the belief at 0.1, 0.25, 0.5, 0.75 and 0.9; the widest bar is the
# hypothesis of which the observations say least.
chart = tornado.Tornado(
    title="Belief in each hypothesis, had its prior been 0.1 or 0.9",
    central=0.5,
    inputs=[
        tornado.Input(one.id, one.at_priors[0], one.at_priors[-1])
        for one in before.values()
    ],
    at_low="prior 0.1",
    at_high="prior 0.9",
)
SVG.write_text(tornado.draw(chart, Look(unit="belief", places=2)), encoding="utf-8")
print("drawn:", SVG)
