"""Where each figure of the report stands in the commands' JSON and on Fava's pages.

A rule takes the figures whose key it matches and says where the same number is found.
A key that no rule takes is in `ALONE`, with the reason. `differs` and `rough` say what
is known to be wrong today: a test marked to fail holds each until it is mended, and
then asks for the mark to be taken away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from faces import find
from faces.catalogue import EVIDENCE
from faces.catalogue import FLOWS
from faces.catalogue import RIVALS
from faces.shown import Shown
from faces.shown import named

Found = Callable[[re.Match[str], Shown], Any]
WEIGHED = f"{RIVALS}?weigh=1"
_DAY = r"\d{4}-\d\d-\d\d"


@dataclass(frozen=True)
class Rule:
    """Where figures of one kind are found.

    Attributes:
        keys: Their keys, whole.
        json: Returns the number in a command's JSON.
        page: Returns the number on a page.
        differs: Face to why its number is another one today.
        rough: Face to why the numbers agree in the digits of the shorter one only.
    """

    keys: str
    json: Found | None = None
    page: Found | None = None
    differs: tuple[tuple[str, str], ...] = ()
    rough: tuple[tuple[str, str], ...] = ()


_DIGITS = "kept to fewer digits on paper"

RULES = (
    Rule(
        rf"bases:{_DAY}:(?P<entity>(?!group:)\w+):(?P<basis>\w+)"
        r":(?P<total>assets|liabilities|net)",
        lambda m, shown: find.sheet(m, shown)["totals"][find.TOTALS[m["total"]]],
        find.total_in_bases,
    ),
    Rule(
        rf"balance:(?P<entity>\w+):{_DAY}:(?P<basis>market)"
        r":(?P<side>asset|liability|equity):\w+:(?P<account>[A-Z].*)",
        find.line,
        lambda m, shown: shown.row(find.books(m), f"{m['side']}-{m['account']}")[1],
    ),
    Rule(
        rf"balance:(?P<entity>\w+):{_DAY}:(?P<basis>market)"
        r":total:(?P<side>asset|liability|equity)",
        lambda m, shown: find.sheet(m, shown)["totals"][find.SIDES[m["side"]]],
        lambda m, shown: shown.row(find.books(m), f"sum-{m['side']}")[1],
    ),
    Rule(
        rf"balance:(?P<entity>\w+):{_DAY}:(?P<basis>market):net",
        lambda m, shown: find.sheet(m, shown)["totals"]["equity"],
        lambda m, shown: shown.row(find.books(m), "sum-equity")[1],
    ),
    Rule(
        rf"group:{_DAY}:market:total:(?P<side>asset|liability):(?P<column>\w+)",
        find.group,
        find.group_on_page,
    ),
    Rule(
        rf"claim:{_DAY}:market:(?P<creditor>Harbour):(?P<debtor>Desk)",
        find.owed,
        find.owed_on_page,
    ),
    Rule(
        rf"claim:{_DAY}:market:(?P<creditor>[A-Z]\w+):(?P<debtor>\w+)",
        page=find.owed_on_page,
    ),
    Rule(
        r"group-chart:(?P<debtor>\w+):(?P<creditor>\w+)",
        page=find.owed_on_page,
    ),
    Rule(
        rf"funds:(?P<entity>\w+)::{_DAY}:(?P<way>source|use):(?P<what>\w+)",
        find.moved,
        find.moved_on_page,
    ),
    Rule(
        r"funds:(?P<entity>\w+):total:(?P<way>source|use)",
        find.all_moved,
        lambda m, shown: shown.tile(
            find.flows(m["entity"]), {"source": "Sources", "use": "Uses"}[m["way"]]
        ),
    ),
    Rule(
        r"funds:(?P<entity>\w+):left",
        lambda m, shown: find.funds(m["entity"], shown)["left"],
        lambda m, shown: shown.tile(find.flows(m["entity"]), "Left"),
    ),
    Rule(
        r"funds:(?P<entity>\w+):revaluation",
        lambda m, shown: find.funds(m["entity"], shown)["change_in_prices"],
        lambda m, shown: find.of_funds(m["entity"], "revaluation", shown),
    ),
    Rule(
        r"funds:(?P<entity>\w+):opening",
        page=lambda m, shown: find.of_funds(m["entity"], "opening", shown),
    ),
    Rule(
        r"link:of:(?P<way>[<>])(?P<what>\w+)",
        find.link,
        lambda m, shown: find.of_funds(
            "group", f"{find.WAY[m['way']]}:{m['what']}", shown
        ),
    ),
    Rule(
        r"link:(?P<way>came|went)",
        page=lambda m, shown: shown.tile(
            FLOWS, {"came": "Sources", "went": "Uses"}[m["way"]]
        ),
    ),
    Rule(
        r"tally:(?P<hypothesis>[\w-]+):(?P<what>low|central|high|expected|probability)",
        find.tallied,
    ),
    Rule(
        r"tally:(?P<hypothesis>[\w-]+):expected:(?P<what>chance|mean):(?P<place>\d+)",
        lambda m, shown: find.tallied_of(m, shown)["parts"][int(m["place"])][m["what"]],
    ),
    Rule(
        r"tally:mean",
        lambda _, shown: shown.document("tally LEDGER")["mean"],
        lambda _, shown: shown.tile(WEIGHED, "What they take together"),
    ),
    Rule(
        r"weighing:inflation",
        lambda _, shown: shown.document("weigh LEDGER")["inflation"],
    ),
    Rule(
        r"tally:total:(?P<what>0\.\d+)",
        lambda m, shown: shown.document("tally LEDGER")["quantiles"][m["what"]],
    ),
    Rule(
        r"tally:total:(?P<what>0\.\d+):error",
        lambda m, shown: shown.document("tally LEDGER")["errors"][m["what"]],
    ),
    Rule(
        r"explained:(?P<scenario>\w+):(?P<what>0\.\d+|reaches)",
        find.scenario_tally,
    ),
    Rule(
        r"rho:(?P<rho>0\.\d+):(?P<what>rho)",
        find.dependence,
    ),
    Rule(
        r"rho:(?P<rho>0\.\d+):(?P<what>0\.\d+|reaches)",
        find.dependence,
    ),
    Rule(
        r"belief:(?P<hypothesis>[\w-]+)"
        r":(?P<what>prior|posterior|as_stated|at_half|at_twice|apart|together)",
        find.belief,
    ),
    Rule(
        r"belief:(?P<hypothesis>[\w-]+):(?P<what>factor)",
        find.belief,
        rough=(("json", _DIGITS),),
    ),
    Rule(r"belief:(?P<hypothesis>[\w-]+):(?P<what>least|greatest)", find.without),
    Rule(
        r"belief:(?P<hypothesis>[\w-]+):after:(?P<group>letter|petition)",
        find.without,
    ),
    Rule(
        r"scenario:(?P<scenario>\w+):(?P<what>posterior)",
        lambda m, shown: find.scenario(m, shown)["posterior"],
    ),
    Rule(
        r"scenario:(?P<scenario>\w+):chi2",
        lambda m, shown: find.scenario(m, shown)["chi2"],
        rough=(("json", _DIGITS),),
    ),
    Rule(
        r"scenario:(?P<scenario>\w+):posterior:(?P<observation>O-[\w-]+)"
        r":(?P<what>stated|expected)",
        find.seen,
    ),
    Rule(
        r"scenario:(?P<scenario>\w+):posterior:(?P<observation>O-[\w-]+):(?P<what>z)",
        find.seen,
        rough=(("json", _DIGITS),),
    ),
    Rule(
        r"reconciled:(?P<what>dof)",
        lambda m, shown: shown.document("reconcile LEDGER")[m["what"]],
    ),
    Rule(
        r"reconciled:(?P<what>chi2|inflation)",
        lambda m, shown: shown.document("reconcile LEDGER")[m["what"]],
        rough=(("json", _DIGITS),),
    ),
    Rule(
        r"reconciled:suspects",
        lambda _, shown: sum(
            one["suspect"] for one in shown.document("reconcile LEDGER")["claims"]
        ),
    ),
    Rule(
        r"reconciled:suspects:(?P<which>apart|together)",
        lambda m, shown: len(
            shown.document("reconcile LEDGER")[m["which"]]["suspects"]
        ),
    ),
    Rule(
        r"reconciled:suspects:stated",
        lambda _, shown: len(
            shown.document("reconcile LEDGER")["correlated"]["suspects"]
        ),
    ),
    Rule(
        r"reconciled:suspects:every",
        lambda _, shown: len(
            set.intersection(
                *(
                    set(shown.document("reconcile LEDGER")[which]["suspects"])
                    for which in ("correlated", "apart", "together")
                )
            )
        ),
    ),
    Rule(
        r"reconciled:correlation",
        lambda _, shown: shown.document("reconcile LEDGER")["correlated"][
            "correlation"
        ],
    ),
    Rule(
        r"claim:(?P<claim>O-\d+-\w+):(?P<what>claimed|balanced)",
        lambda m, shown: find.claim(m, shown)[m["what"]],
        find.claim_on_page,
    ),
    Rule(
        r"claim:(?P<claim>O-\d+-\w+):z",
        lambda m, shown: find.claim(m, shown)["z"],
        rough=(("json", _DIGITS),),
    ),
    Rule(
        # That of the tokens is "more than": what is claimed there is the bound.
        r"observation:(?P<claim>O-\d+-(?!fd8bc3)\w+):amount",
        lambda m, shown: find.claim(m, shown)["claimed"],
    ),
    Rule(
        r"recovery:(?P<way>Each entity alone|Each silo as one|All as one)"
        r":(?P<entity>\w+)"
        r":(?P<rank>\w+):(?P<what>claims|paid|low|rate|high)",
        find.paid_class,
    ),
    Rule(
        r"recovery:(?P<way>Each entity alone|Each silo as one|All as one)"
        r":(?P<entity>\w+)"
        r":(?P<rank>\w+):(?P<what>low|high):paid",
        lambda m, shown: find.class_of(m, shown)[m["what"]],
    ),
    Rule(
        r"recovery:unpaid:(?P<way>alone|silo|group):(?P<entity>\w+):(?P<rank>\w+)",
        find.unpaid_class,
        rough=(("json", _DIGITS),),
    ),
    Rule(
        r"affairs:(?P<entity>[A-Z]\w*):(?P<what>pledged|held for customers|free"
        r"|claims on others|total):(?P<estimate>book|low|central|high)",
        find.assets,
    ),
    Rule(
        r"affairs:(?P<entity>[A-Z]\w*):(?P<what>secured|surplus|unsecured|deficiency)"
        r":(?P<estimate>low|central|high)",
        find.affairs,
    ),
    Rule(
        r"affairs:(?P<entity>[A-Z]\w*):(?P<what>rate):(?P<estimate>low|central|high)",
        find.affairs,
        rough=(("json", "kept to six digits in JSON"),),
    ),
    Rule(
        r"kind:(?P<entity>\w+):(?P<rank>\w+):(?P<commodity>\w+)"
        r"(:(?P<later>[\d-]{10}))?:(?P<what>units|value|paid|worth|rate)",
        find.in_kind,
    ),
    Rule(
        r"preference:(?P<flow>[\w-]+):(?P<debtor>\w+):(?P<transferee>\w+)"
        r":(?P<what>days|amount|new|back)",
        find.preference,
    ),
    Rule(
        r"token:(?P<token>\w+):(?P<holder>\w+)"
        r":(?P<what>units|price|market|low|proceeds|high|lost|halving)",
        find.token,
    ),
    Rule(
        r"loop:(?P<token>\w+):(?P<holder>\w+)"
        r":(?P<what>lent|threshold|pledged|halving)",
        find.token,
    ),
    Rule(
        r"loop:(?P<token>\w+):(?P<holder>\w+):(?P<what>gain)",
        find.token,
        rough=(("json", _DIGITS),),
    ),
    Rule(
        r"test:(?P<test>[\w-]+):(?P<entity>\w+):(?P<in>\w*):(?P<what>missing)",
        find.finding,
        find.finding_on_page,
    ),
    Rule(
        r"test:(?P<test>[\w-]+):(?P<entity>\w+):(?P<in>\w*):(?P<what>chance)",
        find.finding,
    ),
    Rule(
        r"cover:(?P<entity>\w+):probability",
        lambda m, shown: named(
            shown.document("check LEDGER")["findings"],
            invariant="customer-assets",
            entity=m["entity"],
        )["probability"],
    ),
    Rule(
        r"scope:sources:(?P<grade>[A-F])",
        page=lambda m, shown: shown.tile(EVIDENCE, f"Grade {m['grade']}"),
    ),
    Rule(r"flow:deposits:(?P<what>low|high|\d)", find.flow),
)

#: Figures that stand on paper alone, and why.
ALONE = {
    r"derived:.+": "the number of a row, no measure",
    r"part:.*": "what one flow carries of a figure: explain lists it",
    r"(more|shown|all):.*": "how many rows were left out, or flows named",
    r".*:of:.*|.*:(by|pull|rival|before|share|rest|covered)(:.*)?": (
        "a step of a working"
    ),
    r"(cover|register|token|kind|missing|funds|plugs):.*:(units|price)(:.*)?"
    r"|token:.*:units:.*": "units and price behind a value",
    r"recovery:met:.*|rate:.*|affairs:owing:.*": "a step towards what a class is paid",
    r"belief:.*:(prior:prior|after:(before|factor)|after:.*:log)"
    r"|scenario:.*:(power|sum|behind|misfit|mine|least|spreads|bounds|freedom|power_of)"
    r"|scenario:dof"
    r"|reconciled:dof:stated|reconciled:chi2:.*": "a step towards a belief or a test",
    r".*:draws": "how often it was drawn, which the figure itself is tested for",
    r"tally:[\w.:-]+:(low|central|high|mean|chance)|explained:\w+:central(:.*)?"
    r"|waterfall:.*": "the tally's figures again, in another table",
    r"test:.*:(need|have)|loop:.*:threshold:.*": ("a step of a test"),
    rf"cover:\w+:{_DAY}:(owed|held|missing|ratio)": "day by day: Fava draws a chart,"
    " and check has the worst day alone",
    r"group:.*|balance:\w+:[\d-]+:market:asset:own": "by class; the command and the"
    " page have accounts",
    rf"claim:{_DAY}:market:total:\w+": "a column's total; the page totals rows",
    r"(flow-matrix|stock-matrix|family|families|ladder|basis|spread|scope|entity)"
    r":.*": ("a table of the report that no command and no page has"),
    r"funds:straight:.*|link:.*": "a link of the drawing of funds, no table's line",
    r"register:.*": "a register's rows: Fava's own page of the account has them",
    r"flow:.*|flows:.*|hypothesis:.*": "a flow's postings and range: explain has them"
    " flow by flow, and one is compared here",
    r"observation:.*|said:.*|source:.*": "what a source states, which no command lists",
    rf"funds:\w+:{_DAY}|"
    r"count:.*|tests:.*|\(.*|-\(.*|.*:said|.*:prose|flow\(.*|plugs:assets": (
        "said in a chapter: counted or worked out there"
    ),
    r"funds:\w+::.*:(added|lost)(:said:.*)?|reconciled:(inflation|chi2|dof):without": (
        "said in a chapter, and worked out there"
    ),
    r"reconciled:claims(:.*)?": "claims an identity tests; the command lists them all",
    rf"bases:{_DAY}:group:.*": "the group at each basis; balance --group has one",
    r"recovery-(price|rate|changed).*": "recover has these as tables, and not in JSON",
}

#: Families some figures of which a face has not, and why.
NOWHERE = {
    "json": {
        "claim": "balance --group has the claims between members alone",
        "group-chart": "as the claims it draws",
        "funds": "what there was at the start is not in balance --funds",
        "link": "all that came and went is not summed there, but its lines are",
        "scope": "check counts sources, not by grade",
    },
    "page": {
        "tally": "the page names what each is thought to take in words",
        "explained": "Fava tallies what is believed, not each scenario",
        "rho": "Fava assumes no dependence",
        "belief": "the page prints whole percents and keeps no exact number",
        "weighing": "the page says it in a sentence",
        "scenario": "Fava weighs hypotheses, not scenarios",
        "reconciled": "the page says it in a sentence",
        "claim": "the page prints z and keeps no exact number",
        "observation": "observations are not listed",
        "recovery": "Fava has no page of who is paid",
        "affairs": "as recovery",
        "kind": "as recovery",
        "preference": "as recovery",
        "token": "Fava has no page of tokens and what they fetch",
        "loop": "as token",
        "test": "the page prints a chance as whole percents",
        "cover": "as the chance of a test",
        "flow": "a flow's legs are in Fava's own journal",
    },
}
