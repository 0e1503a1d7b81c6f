"""Where a figure's number stands in the commands' JSON and on Fava's pages.

Each of these takes the match of a figure's key and what the faces show, and returns
the number, or None where it is not there.
"""

from __future__ import annotations

from decimal import Decimal

from faces.catalogue import EVIDENCE
from faces.catalogue import FLOWS
from faces.catalogue import GROUP
from faces.catalogue import TESTS
from faces.shown import named

BASES = ("market", "clean", "realisable")
TOTALS = {"assets": "assets", "liabilities": "liabilities", "net": "equity"}
SIDES = {"asset": "assets", "liability": "liabilities", "equity": "equity"}


def sheet(m, shown):
    basis = m["basis"]
    line = "balance LEDGER" + ("" if basis == "market" else f" --basis {basis}")
    return named(shown.document(line)["entities"], entity=m["entity"])


def total_in_bases(m, shown):
    row = shown.row(GROUP, f"total-{m['entity']}")
    return row[1 + 3 * BASES.index(m["basis"]) + list(TOTALS).index(m["total"])]


def line(m, shown):
    lines = sheet(m, shown)["lines"]
    return named(lines, account=m["account"], side=m["side"])["amount"]


def books(m):
    return f"{GROUP}?entity={m['entity']}"


def group(m, shown):
    document = shown.document("balance LEDGER --group")
    total, column = SIDES[m["side"]], m["column"]
    if column == "sum":
        return document["combined"][total]
    if column == "group":
        return document["consolidated"][total]
    if column == "eliminated":
        return sum(
            Decimal(one["amount"])
            for one in document["eliminations"]
            if one["side"] == m["side"]
        )
    return document["columns"][column]["totals"][total]


def group_on_page(m, shown):
    if m["column"] == "sum":
        row = shown.row(GROUP, "total-combined (plain sum)")
        return row[1 + list(SIDES).index(m["side"])]
    title = {"group": "consolidated"}.get(m["column"], m["column"])
    title = "eliminations" if title == "eliminated" else title
    return shown.row(GROUP, f"sum-{m['side']}")[shown.column(GROUP, "sheet", title)]


def owed(m, shown):
    claims = shown.document("balance LEDGER --group")["claims"]
    return named(claims, creditor=m["creditor"], debtor=m["debtor"])["claimed"]


def owed_on_page(m, shown):
    title = "Total owed to" if m["debtor"] == "total" else m["debtor"]
    row = shown.row(GROUP, m["creditor"])
    return row[shown.column(GROUP, "claims-2022-01-20", title)]


def funds(name, shown):
    (case,) = [
        one
        for one in shown.document("balance LEDGER --funds")["scenarios"]
        if one["scenario"] == "established"
    ]
    return named(case["funds"], name=name)


def moved(m, shown):
    found = named(funds(m["entity"], shown)[f"{m['way']}s"], what=m["what"])
    # A line that is not there is nothing.
    return found["amount"] if found else 0


def flows(entity):
    return FLOWS if entity == "group" else f"{FLOWS}?entity={entity}"


def moved_on_page(m, shown):
    return of_funds(m["entity"], f"{m['way']}:{m['what']}", shown)


def of_funds(entity, key, shown):
    """Return a line of the exhibit of funds; one that is not there is nothing."""
    row = shown.row(flows(entity), key)
    return row[1] if row else 0


def all_moved(m, shown):
    lines = funds(m["entity"], shown)[f"{m['way']}s"]
    return sum(Decimal(one["amount"]) for one in lines)


WAY = {"<": "source", ">": "use", "came": "source", "went": "use"}


def link(m, shown):
    found = named(funds("group", shown)[f"{WAY[m['way']]}s"], what=m["what"])
    return found["amount"]


def tallied_of(m, shown):
    return named(shown.document("tally LEDGER")["hypotheses"], id=m["hypothesis"])


def tallied(m, shown):
    return tallied_of(m, shown)[m["what"]]


def scenario_tally(m, shown):
    one = named(shown.document("tally LEDGER")["scenarios"], name=m["scenario"])
    what = m["what"]
    return one["quantiles"][what] if what[0].isdigit() else one[what]


def dependence(m, shown):
    for one in shown.document("tally LEDGER")["dependence"]:
        if one["rho"] == float(m["rho"]):
            return one["quantiles"].get(m["what"], one.get(m["what"]))
    return None


def belief(m, shown):
    one = named(shown.document("weigh LEDGER")["hypotheses"], id=m["hypothesis"])
    return one[{"factor": "bayes_factor"}.get(m["what"], m["what"])]


def without(m, shown):
    left_out = shown.document("weigh LEDGER")["left_out"]
    if "group" in m.groupdict():
        return named(left_out, group=m["group"])["posteriors"][m["hypothesis"]]
    beliefs = [one["posteriors"][m["hypothesis"]] for one in left_out]
    return (min if m["what"] == "least" else max)(beliefs)


def scenario(m, shown):
    return named(shown.document("weigh LEDGER")["scenarios"], name=m["scenario"])


def seen(m, shown):
    one = named(scenario(m, shown)["unexplained"], observation=m["observation"])
    return one[{"expected": "predicted"}.get(m["what"], m["what"])]


def claim(m, shown):
    claims = shown.document("reconcile LEDGER")["claims"]
    return named(claims, id=m["claim"])


def claim_on_page(m, shown):
    row = shown.row(EVIDENCE, f"suspect:{m['claim']}")
    return row[shown.column(EVIDENCE, "suspects", m["what"].title())]


WAYS = {
    "Each entity alone": "classes",
    "Each silo as one": "silos",
    "All as one": "consolidated",
}


def class_of(m, shown):
    classes = shown.document("recover LEDGER")[WAYS[m["way"]]]
    return named(classes, entity=m["entity"], rank=m["rank"])


def paid_class(m, shown):
    one = class_of(m, shown)
    what = m["what"]
    if what in {"low", "high"}:
        # There they are amounts, and here shares of the claims.
        return (Decimal(one[what]) / Decimal(one["claims"])).quantize(Decimal("1e-10"))
    return one[what]


def unpaid_class(m, shown):
    classes = shown.document("recover LEDGER")["unpaid"]["classes"]
    one = named(classes, way=m["way"], entity=m["entity"], rank=m["rank"])
    return one["central"]


def affairs(m, shown):
    one = named(shown.document("recover LEDGER")["affairs"], entity=m["entity"])
    found = {"central": one}.get(m["estimate"]) or one[m["estimate"]]
    what = m["what"]
    if what == "secured":
        return Decimal(found["fully_secured"]) + Decimal(found["partly_secured"])
    return found[{"surplus": "free"}.get(what, what)]


def assets(m, shown):
    one = named(shown.document("recover LEDGER")["affairs"], entity=m["entity"])
    if m["what"] == "total":
        return sum(Decimal(kind[m["estimate"]]) for kind in one["assets"])
    return named(one["assets"], kind=m["what"])[m["estimate"]]


def preference(m, shown):
    names = {"days": "days_before", "new": "new_value", "back": "given_back"}
    one = named(
        shown.document("recover LEDGER")["preferences"],
        flow=m["flow"],
        debtor=m["debtor"],
        transferee=m["transferee"],
    )
    return one[names.get(m["what"], m["what"])]


def in_kind(m, shown):
    """Return what a class is paid in kind, by its entity, rank and coin."""
    one, *_ = [
        each
        for each in shown.document("recover LEDGER")["in_kind"]
        if all(each[key] == m[key] for key in ("entity", "rank", "commodity"))
        and m["later"] in {None, each["later"]}
    ]
    return one[m["what"]]


TOKEN = {
    "market": "market_value",
    "low": "proceeds_low",
    "high": "proceeds_high",
    "lost": "discount",
    "threshold": "lent_threshold",
}


def token(m, shown):
    tokens = shown.document("stress LEDGER")["tokens"]
    one = named(tokens, token=m["token"], holder=m["holder"])
    return one[TOKEN.get(m["what"], m["what"])]


def finding(m, shown):
    findings = shown.document("check LEDGER")["findings"]
    wanted = {"invariant": m["test"], "entity": m["entity"], "commodity": m["in"]}
    one = named(findings, **wanted)
    return one[{"missing": "amount", "chance": "probability"}[m["what"]]]


def finding_on_page(m, shown):
    name = "/".join(filter(None, (m["entity"], m["test"], m["in"])))
    row = shown.row(TESTS, f"finding-{name}")
    return row[shown.column(TESTS, "findings", "Missing")]


def flow(m, shown):
    (one,) = shown.document("explain deposits LEDGER")["flows"]
    if m["what"].isdigit():
        # Paper prints what a posting moves, without its sign.
        return abs(Decimal(one["postings"][int(m["what"])]["units"]))
    return one[m["what"]]
