"""What the books say, as findings."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.funds import SOURCE
from solvency.analysis.funds import USE
from solvency.exhibits.balance.bases import assets
from solvency.exhibits.balance.bases import sheets_of
from solvency.exhibits.balance.sheets import short_name
from solvency.exhibits.check.segregation import chance_of
from solvency.exhibits.check.segregation import cover_of
from solvency.exhibits.check.segregation import cover_worked
from solvency.exhibits.check.segregation import finding_of
from solvency.exhibits.check.words import basis_words
from solvency.exhibits.check.words import drawn_of
from solvency.exhibits.check.words import key_of
from solvency.exhibits.findings.finding import Found
from solvency.exhibits.findings.finding import in_prose
from solvency.exhibits.findings.finding import rests
from solvency.exhibits.findings.finding import spread
from solvency.exhibits.funds.sources_uses import held as held_at
from solvency.exhibits.funds.sources_uses import line
from solvency.exhibits.funds.sources_uses import named
from solvency.exhibits.recover.receipts import rate
from solvency.exhibits.stress.spiral import proceeds
from solvency.exhibits.trace.section import followed
from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose

#: A sheet of which less than this share is left on another basis is spoken of.
_HOLLOW = Decimal("0.75")


def cover(setting: Setting) -> Iterator[Found]:
    """Say who owed customers more than was held, and since when, the most first."""
    found: list[tuple[Decimal, Found]] = []
    for entity in setting.inside:
        series = cover_of(setting, entity)
        if series is None:
            continue
        finding = finding_of(setting, series)
        if finding is None or finding.first is None or finding.first > setting.at:
            continue
        owed, held, _, _ = cover_worked(setting, entity, series, setting.at)
        spell = finding.at(setting.at)
        text = setting.say(
            "%(entity)s owed its customers %(owed)s on %(day)s and held %(held)s for"
            " them. It had held too little since %(first)s."
            if spell is None or spell.last >= setting.at
            else "%(entity)s owed its customers %(owed)s on %(day)s and held %(held)s"
            " for them. It had last held too little from %(first)s to %(last)s.",
            entity=Said(entity),
            owed=in_prose(owed),
            held=in_prose(held),
            day=Day(setting.at),
            first=Day(spell.first if spell else finding.first),
            last=Day(spell.last if spell else finding.first),
        )
        sure = setting.say(
            "Short in %(chance)s of draws of the uncertain amounts. ",
            chance=chance_of(setting, f"cover:{entity}:probability", finding),
        )
        based = rests(setting, f"cover:{entity}", (*owed.flows, *held.flows))
        lacking = (owed.value or Decimal()) - (held.value or Decimal())
        one = Found(text, (*sure, *based), (Exhibit(f"cover-{entity}"),))
        found.append((lacking, one))
    yield from (one for _, one in sorted(found, key=lambda pair: -pair[0]))


def uses(setting: Setting) -> Iterator[Found]:
    """Say where money came from and where it went."""
    name = "group" if setting.case.group else setting.inside[0]
    one = setting.study.funds(name)
    came = [x for x in one.lines if x.side == SOURCE][:2]
    went = [x for x in one.lines if x.side == USE]
    if not came or not went:
        return

    def parts(side: str, labels: list[str]) -> list[Prose]:
        message = (
            "%(amount)s from %(party)s" if side == SOURCE else "%(amount)s to %(party)s"
        )
        return [
            setting.say(
                message,
                amount=in_prose(line(setting, one, side, label)),
                party=Said(named(setting, label)),
            )
            for label in labels
        ]

    left = held_at(setting, one, f"funds:{one.name}:left")
    whole = len(one.lines) == len(came) + len(went[:4])
    text = setting.say(
        "Into the group came %(came)s. Out of it went %(went)s; %(left)s was left in"
        " money and liquid coins, at market."
        if whole
        else "Into the group came chiefly %(came)s. Out of it went chiefly %(went)s;"
        " %(left)s was left in money and liquid coins, at market.",
        came=listed(setting.locale, parts(SOURCE, [x.label for x in came])),
        went=listed(setting.locale, parts(USE, [x.label for x in went[:4]])),
        left=in_prose(left),
    )
    flows = tuple(dict.fromkeys(f for x in (*came, *went[:4]) for f in x.flows))
    sure = rests(setting, "funds", flows)
    if any(x.label == "insiders" for x in went[:4]):
        sure += setting.say(
            " What others were paid on an insider's account counts as insiders'."
        )
    yield Found(
        text,
        sure,
        (Exhibit("flow-of-funds"), Exhibit("funds")),
    )


def whose(setting: Setting) -> Iterator[Found]:
    """Say how much of which outlay was customers' money under every rule."""
    found = followed(setting)
    if found is None:
        return
    sure = [one for one in found.by_purpose if one.least]
    open_ = [one for one in found.by_purpose if not one.least and one.most]
    pieces: list[Prose] = []
    for one in sure:
        key = f"trace:{one.purpose}"
        pieces.append(
            setting.say(
                "%(least)s to %(most)s of the %(amount)s for %(purpose)s",
                **{
                    name: setting.money(
                        f"{key}:{name}:prose",
                        value,
                        formula=formula,
                        prose=True,
                        target=anchor("figure", f"{key}:amount"),
                        flows=tuple(
                            x.flow for x in found.outlays if x.purpose == one.purpose
                        ),
                    )
                    for name, value, formula in (
                        ("least", one.least, "what others' money cannot have paid"),
                        (
                            "most",
                            one.most,
                            "what of the owners' money was there to spend",
                        ),
                        ("amount", one.amount, "outlays"),
                    )
                },
                purpose=Said(setting.text(one.purpose.replace("-", " "))),
            )
        )
    first = found.accounts[0]
    account = setting.say(
        "the account %(name)s of %(entity)s",
        name=Said(short_name(setting, first)),
        entity=Said(setting.case.accounts[first].entity),
    )
    if pieces:
        text = setting.say(
            "Under every rule of tracing, %(parts)s paid from %(account)s was money of"
            " %(whose)s.",
            parts=listed(setting.locale, pieces),
            account=account,
            whose=Said(found.whose),
        )
    else:
        text = setting.say(
            "No outlay from %(account)s was for certain money of %(whose)s.",
            account=account,
            whose=Said(found.whose),
        )
    hedge = setting.say_many(
        "For %(count)s other purpose the books cannot say: between none and most of"
        " it, as the rule chosen has it.",
        "For %(count)s other purposes the books cannot say: between none and most of"
        " it, as the rule chosen has it.",
        setting.count("trace:open", len(open_), target="traced-purposes"),
    )
    yield Found(text, hedge if open_ else (), (Exhibit("traced-purposes"),))


def insolvent(setting: Setting) -> Iterator[Found]:
    """Say whose debts exceeded its assets, and how surely."""
    for one in setting.study.findings.findings:
        if one.invariant != "balance-sheet" or one.entity not in setting.inside:
            continue
        basis = basis_words(setting, one)
        chance = chance_of(setting, f"{key_of(one)}:chance", one)
        exhibits = [Exhibit(f"tests-{one.entity}")]
        if one is drawn_of(setting, one.invariant, one.entity):
            exhibits.append(Exhibit(f"line-balance-sheet-{one.entity}"))
        how = basis or setting.text("at market, claims and tokens included")
        if one.first is None:
            text = setting.say(
                "Counted %(how)s, %(entity)s's assets covered its debts in the amounts"
                " as written, but not for certain.",
                entity=Said(one.entity),
                how=(how,),
            )
        elif one.first > setting.at:
            continue
        else:
            spell = one.at(setting.at)
            text = setting.say(
                "Counted %(how)s, %(entity)s's debts exceeded its assets from %(day)s"
                " on."
                if spell is None or spell.last >= setting.at
                else "Counted %(how)s, %(entity)s's debts last exceeded its assets from"
                " %(day)s to %(last)s.",
                entity=Said(one.entity),
                how=(how,),
                day=Day(spell.first if spell else one.first),
                last=Day(spell.last if spell else one.first),
            )
        sure = setting.say(
            "Debts exceeded assets on some day in %(chance)s of the draws",
            chance=chance,
        )
        if one.first_earliest and one.first_earliest == one.first_latest:
            sure += setting.say(
                "; in nine of ten of these, first on %(day)s",
                day=Day(one.first_earliest),
            )
        elif one.first_earliest and one.first_latest:
            sure += setting.say(
                "; in nine of ten of these, first between %(low)s and %(high)s",
                low=Day(one.first_earliest),
                high=Day(one.first_latest),
            )
        yield Found(text, (*sure, "."), tuple(exhibits))


def hollow(setting: Setting) -> Iterator[Found]:
    """Say whose sheet at market is hollow: much less is left clean, or in a sale."""
    if not setting.case.group:
        return
    day = setting.dates[0]
    sheets = {
        name: assets(setting, name, day, each)
        for name, each in sheets_of(setting, day).items()
    }
    for name, found in sorted(sheets.items(), key=lambda x: -(x[1][0].value or 0)):
        whole, *others = (one.value or Decimal() for one in found)
        if min(whole, *others) >= whole * _HOLLOW:
            continue
        market, clean, real = map(in_prose, found)
        yield Found(
            setting.say(
                "On %(day)s %(entity)s's assets were %(market)s at market prices,"
                " %(clean)s without the group's own tokens and claims on related"
                " parties, and %(real)s with what is held sold and claims in full.",
                day=Day(day),
                entity=Said(name),
                market=market,
                clean=clean,
                real=real,
            ),
            setting.say(
                "Market prices are as published; the depth of markets is in part"
                " assumed."
            ),
            (Exhibit(f"bases-{day.isoformat()}"), Exhibit("tokens")),
        )


def tokens(setting: Setting) -> Iterator[Found]:
    """Say what the token would have fetched."""
    found = setting.study.stress
    if found is None:
        return
    one = max(found.tokens, key=lambda x: x.gain)
    low, high = spread(proceeds(setting, one, "low"), proceeds(setting, one, "high"))
    sale = replace(in_prose(proceeds(setting, one)), beside=high.value)
    text = setting.say(
        "%(token)s held by %(holder)s was worth %(market)s on the screen on %(day)s;"
        " selling it would have fetched %(sale)s (from %(low)s to %(high)s).",
        token=Said(one.token),
        holder=Said(one.holder),
        day=Day(one.at),
        market=in_prose(proceeds(setting, one, "market")),
        sale=sale,
        low=low,
        high=high,
    )
    sure: Prose = ()
    if one.explosive_since is not None:
        sure = setting.say(
            "Pledging and borrowing on it fed on itself from %(day)s on. ",
            day=Day(one.explosive_since),
        )
    if one.depth_basis == "assumed":
        sure += setting.say("The depth of its market is assumed: nobody published it.")
    yield Found(text, sure, (Exhibit("tokens"), Exhibit("spiral")))


def recovered(setting: Setting) -> Iterator[Found]:
    """Say what each class would be paid."""
    found = setting.study.recovery
    if found is None:
        return
    parts: list[Prose] = []
    for one in found.classes:
        way = "Each entity alone"
        low, central, high = (
            rate(setting, way, one, e) for e in ("low", "rate", "high")
        )
        named: dict[str, Piece | Prose] = {
            "rank": (setting.text(one.rank),),
            "entity": Said(one.entity),
            "central": central,
        }
        if low.text(setting.locale) == high.text(setting.locale):
            said = setting.say("%(rank)s claims on %(entity)s %(central)s", **named)
        else:
            said = setting.say(
                "%(rank)s claims on %(entity)s %(central)s (from %(low)s to %(high)s)",
                low=low,
                high=high,
                **named,
            )
        parts.append(said)
    yield Found(
        setting.say(
            "At %(day)s prices, each estate alone would pay %(parts)s.",
            day=Day(found.at),
            parts=listed(setting.locale, parts),
        ),
        setting.say(
            "Before the cost of the proceedings; claims on insiders and affiliates"
            " count at what the books show them holding, nothing at low."
        ),
        (Exhibit("affairs"), Exhibit("recovery")),
    )
