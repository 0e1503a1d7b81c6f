"""Every chart, from plausible and from hostile input, is sound to look at."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files

import pytest
from charts import gallery
from charts.chart_reading import Drawing
from charts.chart_reading import along
from charts.chart_reading import points
from charts.chart_reading import rect
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from solvency.charts import DARK
from solvency.charts import LIGHT
from solvency.charts import STYLED
from solvency.charts import ChartError
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
from solvency.charts.canvas import Canvas

HOSTILE = [
    "",
    " ",
    "</text><script>alert(1)</script>",
    '"&quot;\' onload="x',
    "]]>&amp;&#0;",
    "\x00\x1b[31m",
    "\u202eevil",
    "W" * 200,
    "long words " * 30,
    "客户资金去向" * 20,
    "为客户持有,其余不明。",
    "مرحبا",
    "e\u0301" * 5,
    "\N{GRINNING FACE}" * 9,
    "url(#x) {count} {least} %s",
]
words = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))
amounts = st.one_of(
    st.decimals(-(10**15), 10**15, allow_nan=False, places=2),
    st.sampled_from([0, 1, -1, 10**30, -(10**30), "1e-30", "0.00000001"]).map(Decimal),
    st.floats(-1e18, 1e18),
)
shares = st.decimals(0, 1, places=4)
days = st.dates()
looks = st.builds(
    lambda width, palette, unit: replace(Look(), width=width, **palette, unit=unit),
    st.sampled_from([240.0, 360.0, 658.0, 1000.0]),
    st.sampled_from([{}, {"palette": DARK}]),
    words,
)
sound = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck)
)


def several(what, most=12, least=1):
    """Lists that are now and then as long as forty."""
    return st.one_of(
        st.lists(what, min_size=least, max_size=most),
        st.lists(what, min_size=40, max_size=40),
    )


def rising(most=12):
    return st.one_of(
        st.lists(days, min_size=1, max_size=most, unique=True).map(sorted),
        st.dates(max_value=datetime.date(9000, 1, 1)).map(
            lambda day: [day + datetime.timedelta(n) for n in range(40)]
        ),
    )


@pytest.mark.parametrize("name", gallery.drawings(gallery.EN))
@pytest.mark.parametrize(
    "look",
    [
        gallery.EN,
        replace(gallery.EN, palette=DARK),
        replace(gallery.EN, width=360),
        gallery.ZH,
    ],
    ids=["light", "dark", "narrow", "zh"],
)
def test_the_gallery_is_sound_and_the_same_each_time(name, look):
    svg = gallery.drawings(look)[name]
    drawing = Drawing(svg)
    drawing.check()
    drawing.check_plates()
    drawing.check_names()
    assert drawing.desc
    assert gallery.drawings(look)[name] == svg


def test_chinese_is_sound():
    for svg in gallery.chinese().values():
        Drawing(svg).check()


@sound
@given(rising(), st.data(), looks)
def test_two_lines_and_their_gap(at, data, look):
    levels = [owed_held.Level(d, data.draw(amounts), data.draw(amounts)) for d in at]
    event = st.builds(owed_held.Event, days, words, st.booleans())
    events = data.draw(several(event, 4, 0))
    title = data.draw(words)
    names = [data.draw(words) for _ in range(4)]
    Drawing(
        owed_held.draw(owed_held.OwedHeld(title, levels, events, *names), look)
    ).check()
    interval = tuple(sorted(data.draw(st.tuples(days, days))))
    drawn = steps.draw(steps.Steps(title, levels, interval, events, *names), look)
    Drawing(drawn).check()


@sound
@given(rising(6), st.data(), looks)
def test_beliefs(at, data, look):
    row = st.lists(shares, min_size=len(at), max_size=len(at))
    believed = data.draw(several(st.builds(beliefs.Belief, words, row), 5))
    events = data.draw(st.lists(st.builds(beliefs.Event, days, words), max_size=4))
    chart = beliefs.Beliefs(data.draw(words), at, believed, events)
    Drawing(beliefs.draw(chart, look)).check()


@st.composite
def waterfall_steps(draw):
    low, middle, high = sorted(draw(st.tuples(amounts, amounts, amounts)))
    ends = draw(st.sampled_from([(None, None), (low, high)]))
    return waterfall.Step(draw(words), middle, *ends, tentative=draw(st.booleans()))


@sound
@given(several(waterfall_steps()), words, looks)
def test_waterfall(rows, title, look):
    Drawing(waterfall.draw(waterfall.Waterfall(title, rows), look)).check()


@sound
@given(
    several(st.builds(tornado.Input, words, amounts, amounts)), amounts, words, looks
)
def test_tornado(inputs, central, said, look):
    chart = tornado.Tornado(said, central, inputs, said, said)
    Drawing(tornado.draw(chart, look)).check()


@sound
@given(several(st.builds(timeline.Entry, days, words, st.booleans())), words, looks)
def test_timeline(entries, title, look):
    Drawing(timeline.draw(timeline.Timeline(title, entries), look)).check()


@sound
@given(
    st.lists(st.text(max_size=40), min_size=2, max_size=40, unique=True),
    st.data(),
    looks,
)
def test_group_chart(names, data, look):
    entities = [group.Entity(name, data.draw(words)) for name in names]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(names)), max_size=6)))
    parts = [
        entities[a:b] for a, b in zip([0, *cuts], [*cuts, len(names)], strict=True)
    ]
    silos = [group.Silo(data.draw(words), part) for part in parts]
    half = data.draw(st.integers(0, len(silos)))
    tie = st.builds(
        group.Tie,
        st.sampled_from(names),
        st.sampled_from(names),
        st.sampled_from(["owns", "owes"]),
        words,
    ).filter(lambda tie: tie.source != tie.target)
    ties = data.draw(st.lists(tie, max_size=10))
    chart = group.GroupChart("", [silos[:half], silos[half:]], ties)
    drawing = Drawing(group.draw(chart, look))
    drawing.check()
    drawing.check_plates()


@pytest.mark.parametrize("width", [658.0, 280.0])
def test_no_line_of_a_group_chart_goes_under_a_box_of_others(width):
    """A line past a row of boxes, and lines within a row, as of one group there was."""
    one, silo, tie = group.Entity, group.Silo, group.Tie
    members = ["Exchange", "Firm", "Exchange abroad"]
    others = ["Customers", "Lenders", "Insiders", "Owner", "Lender", "Lender abroad"]
    pairs = [
        ("Firm", "Exchange"),
        ("Exchange", "Customers"),
        ("Exchange", "Lender"),
        ("Exchange abroad", "Customers"),
        ("Firm", "Lenders"),
        ("Firm", "Lender abroad"),
        ("Owner", "Firm"),
        ("Lender", "Exchange abroad"),
        ("Customers", "Insiders"),
    ]
    chart = group.GroupChart(
        "Who owes whom",
        [
            [silo(name, [one(name, "a member")]) for name in members],
            [silo("", [one(name, "outside")]) for name in others],
        ],
        [tie(a, b, "owes", "1,234.5") for a, b in pairs],
    )
    drawing = Drawing(group.draw(chart, Look(width=width)))
    drawing.check()
    drawing.check_plates()
    boxes = {
        box.get("data-entity"): rect(box)
        for box in drawing.all("rect", data_entity=None)
    }
    ties = drawing.all("path", data_tie=None)
    assert len(ties) == len(pairs)
    for pair, line in zip(pairs, ties, strict=True):
        for name, box in boxes.items():
            within = [
                (x, y)
                for x, y in along(line.get("d"))
                if box.left + 1 < x < box.right - 1 and box.top + 1 < y < box.bottom - 1
            ]
            assert not within, (pair, name)


@st.composite
def flows(draw):
    names = draw(st.lists(words, min_size=2, max_size=40, unique=True))
    pair = st.tuples(
        st.integers(0, len(names) - 1), st.integers(0, len(names) - 1)
    ).filter(lambda pair: pair[0] < pair[1])
    money = st.one_of(
        st.decimals("0.01", 10**12, places=2),
        st.sampled_from(["1e-20", "1", "1e30"]).map(Decimal),
    )
    links = draw(several(st.tuples(pair, money, words)))
    return [netting.Link(names[a], names[b], m, href) for (a, b), m, href in links]


@sound
@given(flows(), st.sampled_from([0, 1, 10**6]), words, looks)
def test_sankey(links, least, said, look):
    chart = sankey.Sankey(said, links, least=Decimal(least), others=(said, said))
    Drawing(sankey.draw(chart, look)).check()


def test_hostile_text_stays_text():
    entry = timeline.Entry(datetime.date(2022, 11, 8), HOSTILE[2])
    drawing = Drawing(timeline.draw(timeline.Timeline(HOSTILE[3], [entry]), Look()))
    assert HOSTILE[2] in drawing.words()
    assert "<script" not in drawing.svg


def test_every_event_is_named_however_close():
    day = datetime.date(2022, 11, 8)
    events = [owed_held.Event(day, f"Event {n}") for n in range(20)]
    chart = owed_held.OwedHeld("", [owed_held.Level(day, 1.0, 2.0)], events)
    drawing = Drawing(owed_held.draw(chart, Look()))
    assert {f"Event {n}" for n in range(20)} <= set(drawing.words())


@pytest.mark.parametrize("share", [0.8, 0.9, 0.97, 1])
def test_a_day_near_the_right_edge_is_named_in_one_line(share):
    first, last = datetime.date(2020, 1, 1), datetime.date(2022, 1, 1)
    day = first + (last - first) * share
    said = "First broken: 11 May 2022"
    levels = [owed_held.Level(first, 1.0, 2.0), owed_held.Level(last, 1.0, 2.0)]
    chart = owed_held.OwedHeld("", levels, [owed_held.Event(day, said, strong=True)])
    drawing = Drawing(owed_held.draw(chart, Look()))
    drawing.check()
    assert said in drawing.words()


@pytest.mark.parametrize(
    ("chart", "said"),
    [
        (lambda k: owed_held.draw(owed_held.OwedHeld("", []), k), "one day"),
        (lambda k: waterfall.draw(waterfall.Waterfall("", []), k), "one step"),
        (lambda k: tornado.draw(tornado.Tornado("", 1.0, []), k), "one input"),
        (lambda k: timeline.draw(timeline.Timeline("", []), k), "one entry"),
        (lambda k: sankey.draw(sankey.Sankey("", []), k), "one amount"),
        (lambda k: group.draw(group.GroupChart("", []), k), "entities"),
    ],
)
def test_nothing_to_draw_is_one_clear_line(chart, said):
    with pytest.raises(ChartError, match=said):
        chart(Look())


def test_what_cannot_be_drawn_is_refused():
    day = datetime.date(2022, 1, 1)
    level = owed_held.Level(day, 1.0, 1.0)
    with pytest.raises(ChartError, match="must rise"):
        owed_held.draw(owed_held.OwedHeld("", [level, level]), Look())
    with pytest.raises(ChartError, match="no probability"):
        beliefs.draw(beliefs.Beliefs("", [day], [beliefs.Belief("a", [1.2])]), Look())
    with pytest.raises(ChartError, match="not within"):
        waterfall.draw(
            waterfall.Waterfall("", [waterfall.Step("a", 3.0, 0.0, 2.0)]), Look()
        )
    rows = [waterfall.Step("a", 3.0), waterfall.Step("sum", 4.0, total=True)]
    with pytest.raises(ChartError, match=r"add up to 3, not 4"):
        waterfall.draw(waterfall.Waterfall("", rows), Look())
    interval = datetime.date(2022, 2, 1), day
    with pytest.raises(ChartError, match="before it begins"):
        steps.draw(steps.Steps("", [level], interval), Look())
    with pytest.raises(ChartError, match="prefix"):
        owed_held.draw(owed_held.OwedHeld("", [level]), Look(prefix='x"'))


def test_a_belief_is_drawn_from_the_day_there_is_one():
    """Nobody could weigh it on the first day: the line begins on the second, at 0.5."""
    first, last = datetime.date(2022, 1, 1), datetime.date(2022, 1, 11)
    chart = beliefs.Beliefs("", [first, last], [beliefs.Belief("a", [None, 0.5])])
    drawing = Drawing(beliefs.draw(chart, Look()))
    (line,) = drawing.all("path", data_belief="0")
    assert len({y for _, y in points(line.get("d"))}) == 1


def test_a_line_keeps_its_corners_alone():
    """On along an axis a point is none; where the line turns back it is."""
    canvas = Canvas(Look())
    canvas.path([(0, 0), (1, 0), (1, 0), (3, 0), (2, 0), (2, 5), (2, 9)], "#000000")
    assert 'd="M0,0L3,0L2,0L2,9"' in canvas.svg(10.0, "", [])


def test_pages_name_the_colours_of_both_palettes():
    """The style of pages gives each name its light colour, and its dark one twice."""
    style = (files("solvency.browse") / "templates/style.css").read_text()
    names = [one.removeprefix("var(").removesuffix(")") for one in _colours(STYLED)]
    for palette, times in ((LIGHT, 1), (DARK, 2)):
        said = zip(names, _colours(palette), strict=True)
        assert style.count(" ".join(f"{name}: {one};" for name, one in said)) == times


def _colours(palette):
    return (
        *(palette.paper, palette.ink, palette.grey, palette.rule, palette.panel),
        *palette.series,
    )
