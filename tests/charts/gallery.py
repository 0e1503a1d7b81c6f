"""Write build/gallery.html: every chart, from made-up numbers, light and dark.

    python tests/charts/gallery.py [FOLDER]

The numbers are invented to look like a collapsed exchange's; no chart of a case
may be copied from here.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal
from html import escape
from pathlib import Path

from charts.gallery_numbers import DAYS
from charts.gallery_numbers import EN
from charts.gallery_numbers import EVENTS
from charts.gallery_numbers import LEVELS
from charts.gallery_numbers import ZH
from charts.gallery_numbers import bn
from charts.gallery_numbers import on

from solvency.charts import DARK
from solvency.charts import LIGHT
from solvency.charts import Look
from solvency.charts import beliefs
from solvency.charts import group
from solvency.charts import netting
from solvency.charts import owed_held
from solvency.charts import sankey
from solvency.charts import steps
from solvency.charts import timeline
from solvency.charts import tornado
from solvency.charts import waterfall

ROOT = Path(__file__).resolve().parents[2]


def drawings(look: Look) -> dict[str, str]:
    """Draw each chart once."""
    return {
        "owed_held": _owed_held(look),
        "steps": _steps(look),
        "sankey": _sankey(look),
        "waterfall": _waterfall(look),
        "tornado": _tornado(look),
        "beliefs": _beliefs(look),
        "group_chart": _group(look),
        "timeline": _timeline(look),
    }


def _owed_held(look: Look) -> str:
    return owed_held.draw(
        owed_held.OwedHeld(
            "The exchange owed customers more than it held from mid-2020 on",
            LEVELS,
            EVENTS,
            owed="Owed to customers",
            held="Held for them",
        ),
        replace(look, prefix=look.prefix + "-owed"),
    )


def _steps(look: Look) -> str:
    levels = [
        steps.Level(day, bn(3) + bn(n) / 9, bn(9) - bn(n * n) / 190)
        for n, day in enumerate(DAYS[:41:2])
        for n in [2 * n]
    ]
    return steps.draw(
        steps.Steps(
            "Capital fell below the minimum between February 2021 and March 2022",
            levels,
            (on("2021-02-04"), on("2022-03-20")),
            EVENTS[4:],
            need="Capital needed",
            have="Capital there",
        ),
        replace(look, prefix=look.prefix + "-steps"),
    )


def _sankey(look: Look) -> str:
    rows = """
        Customers>Exchange 15.9|Lenders>Trading firm 6.1|Investors>Exchange 1.9
        Exchange>Trading firm 11.2|Exchange>Withdrawals paid 4.9|Exchange>Ventures 0.6
        Exchange>Running costs 1.1|Trading firm>Ventures 4.2|Lenders>Exchange 0.4
        Trading firm>Lenders repaid 5.6|Trading firm>Trading losses 4.8
        Trading firm>Property 0.3|Trading firm>Insiders 1.6|Trading firm>Donations 0.1
        Trading firm>Sponsors 0.05|Trading firm>Own token bought 0.6
        Customers>Trading firm 1.2|Exchange>Gifts 0.04
    """
    links = []
    for row in rows.replace("\n", "|").split("|"):
        if row.strip():
            pair, _, value = row.strip().rpartition(" ")
            source, _, target = pair.partition(">")
            links.append(netting.Link(source, target, bn(value), "#flows"))
    return sankey.draw(
        sankey.Sankey(
            "Customer money left the exchange through the trading firm",
            links,
            least=bn("0.15"),
        ),
        replace(look, prefix=look.prefix + "-sankey"),
    )


def _waterfall(look: Look) -> str:
    step = waterfall.Step
    rows = [
        step("Owed to customers", bn("15.9"), total=True),
        step("Liquid assets found", bn("-2.9"), bn("-3.1"), bn("-2.5")),
        step("Claims on brokers", bn("-1.1"), bn("-1.3"), bn("-0.8")),
        step("Ventures", bn("-2.0"), bn("-3.0"), bn("-0.9"), tentative=True),
        step(
            "Thinly traded tokens", bn("-1.0"), bn("-2.2"), bn("-0.1"), tentative=True
        ),
        step("Claims of other creditors that rank with customers", bn("0.7")),
        step("Shortfall", bn("9.6"), bn("6.2"), bn("11.2"), total=True),
    ]
    return waterfall.draw(
        waterfall.Waterfall("Two thirds of the shortfall rests on bank records", rows),
        replace(look, prefix=look.prefix + "-waterfall"),
    )


def _tornado(look: Look) -> str:
    one = tornado.Input
    return tornado.draw(
        tornado.Tornado(
            "What moves the shortfall most is what the token was worth",
            bn("8.9"),
            [
                one("Price the own token fetches", bn("11.2"), bn("6.2")),
                one("Value of ventures", bn("10.1"), bn("7.4")),
                one("Claims on brokers", bn("9.6"), bn("8.1")),
                one("Tax claims", bn("8.9"), bn("9.8")),
                one("Day on which claims are valued", bn("9.1"), bn("9.5")),
            ],
        ),
        replace(look, prefix=look.prefix + "-tornado"),
    )


def _beliefs(look: Look) -> str:
    rows = {
        "Losses in the fall of Luna": "0.5 0.55 0.62 0.7 0.78 0.8",
        "Wrong-way longs": "0.5 0.5 0.58 0.66 0.74 0.76",
        "Hidden reserves": "0.5 0.4 0.22 0.08 0.02 0.01",
        "Theft by outsiders": "0.3 0.3 0.34 0.2 0.12 0.11",
    }
    return beliefs.draw(
        beliefs.Beliefs(
            "Hidden reserves lost all credit as court records came in",
            [
                on(day)
                for day in (
                    "2022-11-11",
                    "2022-12-13",
                    "2023-01-17",
                    "2023-06-26",
                    "2023-10-12",
                    "2024-03-28",
                )
            ],
            [
                beliefs.Belief(name, [Decimal(n) for n in row.split()])
                for name, row in rows.items()
            ],
            [
                beliefs.Event(on("2022-12-13"), "Testimony of the new chief"),
                beliefs.Event(on("2023-10-12"), "Trial"),
            ],
        ),
        replace(look, prefix=look.prefix + "-beliefs"),
    )


def _group(look: Look) -> str:
    one, silo, tie = group.Entity, group.Silo, group.Tie
    return group.draw(
        group.GroupChart(
            "One firm owed the exchange what the exchange owed its customers",
            [
                [silo("", [one("Customers"), one("Lenders"), one("Investors")])],
                [
                    silo("Dotcom", [one("Exchange", "marketplace"), one("Japan")]),
                    silo("Alameda", [one("Trading firm", "market maker, fund")]),
                    silo("Ventures", [one("Ventures", "holdings")]),
                    silo("US", [one("US exchange")]),
                ],
                [silo("", [one("Founder"), one("Other insiders")])],
            ],
            [
                tie("Exchange", "Customers", "owes", "15.9"),
                tie("Trading firm", "Exchange", "owes", "9.6"),
                tie("Trading firm", "Lenders", "owes", "1.1"),
                tie("Investors", "Ventures", "owns", "10%"),
                tie("Exchange", "Japan", "owns", "100%"),
                tie("Founder", "Trading firm", "owns", "90%"),
                tie("Founder", "Exchange", "owns", "53%"),
                tie("Other insiders", "Trading firm", "owes", "1.6"),
                tie("Founder", "US exchange", "owns", "53%"),
            ],
        ),
        replace(look, prefix=look.prefix + "-group"),
    )


def _timeline(look: Look) -> str:
    rows = """
        2019-05-08 The exchange opens
        2019-07-29 The token is issued; the trading firm is given a large part of it
        2020-07-31 An exemption from liquidation is written into the code !
        2021-07-15 Shares are bought back from an early investor
        2021-07-20 Series B: shares sold to outside investors
        2022-05-09 Luna falls
        2022-06-13 Lenders call their loans; repaid out of customers' deposits !
        2022-11-02 A balance sheet of the trading firm is published
        2022-11-06 A rival says it will sell its tokens
        2022-11-08 Withdrawals stop !
        2022-11-11 Petition
    """
    entries = []
    for row in rows.strip().splitlines():
        day, _, words = row.strip().partition(" ")
        strong = words.endswith("!")
        entries.append(timeline.Entry(on(day), words.rstrip(" !"), strong))
    return timeline.draw(
        timeline.Timeline(
            "From opening to petition in three and a half years", entries
        ),
        replace(look, prefix=look.prefix + "-timeline"),
    )


def chinese() -> dict[str, str]:
    """Draw the two charts with the most words in Chinese."""
    links = [
        netting.Link(a, b, bn(v))
        for a, b, v in (
            ("客户", "交易所", "15.9"),
            ("贷款人", "交易部门", "6.2"),
            ("投资者", "交易所", "1.9"),
            ("交易所", "交易部门", "11.4"),
            ("交易所", "已付提款", "6.0"),
            ("交易部门", "股权投资", "4.4"),
            ("交易部门", "偿还贷款人", "4.7"),
            ("交易部门", "第三方平台", "5.6"),
        )
    ]
    chart = owed_held.OwedHeld(
        "自二〇二〇年年中起交易所欠客户的多于持有的",
        LEVELS,
        [owed_held.Event(on("2022-11-11"), "申请破产")],
        owed="应付客户",
        held="为客户持有",
        gap="缺口",
        first="首次不足",
    )
    return {
        "sankey-zh": sankey.draw(
            sankey.Sankey("客户资金经交易部门流出交易所", links),
            replace(ZH, prefix="zh-sankey"),
        ),
        "owed_held-zh": owed_held.draw(chart, replace(ZH, prefix="zh-owed")),
    }


def page(charts: dict[str, str], palette: str, width: float) -> str:
    """Return a part of the gallery."""
    exhibits = "".join(
        f'<h2>{escape(name)}</h2><div style="max-width:{width}px">{svg}</div>'
        for name, svg in charts.items()
    )
    paper, ink = {
        "light": (LIGHT.paper, LIGHT.ink),
        "dark": (DARK.paper, DARK.ink),
    }[palette]
    return f'<section style="background:{paper};color:{ink}">{exhibits}</section>'


def main(folder: Path) -> Path:
    """Write the gallery and return its path."""
    style = (
        "body{margin:0;font:14px 'IBM Plex Sans',sans-serif}section{padding:16px 24px}"
        "h2{font-size:14px}svg.chart{width:100%;height:auto}"
    )
    parts = [
        page(drawings(EN), "light", 900),
        page(chinese(), "light", 900),
        page(drawings(replace(EN, palette=DARK, prefix="dark")), "dark", 900),
        page(drawings(replace(EN, width=360, prefix="narrow")), "light", 360),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "gallery.html"
    path.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>Charts, from made-up numbers</title><style>{style}</style>"
        "<h1>Made-up numbers: nothing here is a finding</h1>" + "".join(parts),
        encoding="utf-8",
    )
    return path


if __name__ == "__main__":
    print(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build"))  # noqa: T201
