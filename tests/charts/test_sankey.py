from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from charts.chart_reading import Drawing
from charts.chart_reading import points
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from solvency.charts import ChartError
from solvency.charts import Look
from solvency.charts.netting import Link
from solvency.charts.netting import prepare
from solvency.charts.sankey import Sankey
from solvency.charts.sankey import draw
from solvency.charts.sankey_layout import columns_of
from solvency.charts.sankey_layout import lay_out


def link(source, target, value, href=""):
    return Link(source, target, Decimal(str(value)), href)


def test_columns_are_longest_paths_and_sinks_stand_last():
    links = [("a", "b"), ("b", "c"), ("a", "c"), ("a", "d"), ("c", "e")]
    assert columns_of(links) == {"a": 0, "b": 1, "c": 2, "d": 3, "e": 3}


def test_a_circle_is_refused_and_named():
    links = [link("a", "b", 1), link("b", "c", 1), link("c", "a", 1), link("c", "d", 1)]
    with pytest.raises(ChartError) as error:
        draw(Sankey("", links), Look())
    said = str(error.value)
    assert "circle" in said
    circle = said.rsplit(": ", 1)[1].split(" -> ")
    assert circle[0] == circle[-1]
    assert set(circle) == {"a", "b", "c"}


def test_money_back_and_forth_is_refused_unless_it_is_netted():
    links = [link("a", "b", 5), link("b", "a", 2), link("b", "c", 3)]
    with pytest.raises(ChartError, match="circle"):
        draw(Sankey("", links), Look())
    drawn, notes = prepare(Sankey("", links, net=True), Look())
    assert [(k.source, k.target, k.value) for k in drawn] == [
        ("b", "c", 3),
        ("a", "b", 3),
    ]
    assert notes == ["Drawn net: a / b"]


def test_equal_money_back_and_forth_nets_to_nothing():
    links = [link("a", "b", 5), link("b", "a", 5)]
    assert prepare(Sankey("", links, net=True), Look())[0] == []


def test_links_of_one_pair_are_added_up():
    drawn, _ = prepare(
        Sankey("", [link("a", "b", "0.1"), link("a", "b", "0.2")]), Look()
    )
    assert [k.value for k in drawn] == [Decimal("0.3")]


def test_small_parties_at_the_ends_are_drawn_as_one_and_said():
    links = [link("a", "hub", 10), link("hub", "b", 8)]
    links += [link("hub", name, "0.4") for name in ("x", "y", "z")]
    # A small party in the middle stays: its money goes on.
    links += [link("a", "mid", "0.3"), link("mid", "b", "0.3")]
    drawing = Drawing(draw(Sankey("", links, least=Decimal(1)), Look()))
    assert "Other uses" in drawing.words()
    assert "3 parties under 1.0 each, 1.2 together, are drawn as one" in drawing.words()
    assert "mid" in drawing.words()
    assert not {"x", "y", "z"} & set(drawing.words())
    merged = drawing.all("path", data_target="Other uses")
    assert [one.get("data-value") for one in merged] == ["1.2"]


def test_a_party_called_other_is_not_the_merged_one():
    links = [link("a", "Other uses", 9)] + [link("a", name, "0.1") for name in "xyz"]
    drawing = Drawing(draw(Sankey("", links, least=Decimal(1)), Look()))
    merged = drawing.all("path", data_target="Other uses")
    values = [one.get("data-value") for one in merged]
    assert sorted(values) == ["0.3", "9"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [(link("a", "b", -1), "negative"), (link("a", "a", 1), "pays itself")],
)
def test_what_a_band_cannot_show_is_refused(bad, said):
    with pytest.raises(ChartError, match=said):
        draw(Sankey("", [bad]), Look())


def test_a_band_that_skips_a_column_passes_beside_the_party_there():
    links = [link("a", "b", 5), link("b", "c", 5), link("a", "c", 5)]
    drawing = Drawing(draw(Sankey("", links), Look()))
    (skipping,) = (
        one
        for one in drawing.all("path", data_source="a")
        if one.get("data-target") == "c"
    )
    # Three points before each stop: from the source, the waypoint, the target.
    outline = points(skipping.get("d"))
    x, top = outline[3]
    (bar,) = drawing.all("rect", data_party="b")
    left = float(bar.get("x"))
    assert left <= x <= left + float(bar.get("width"))
    bottom = top + outline[-1][1] - outline[0][1]
    own = float(bar.get("y")), float(bar.get("y")) + float(bar.get("height"))
    assert bottom <= own[0] or top >= own[1]


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("#flow-1", True),
        ("/case/journal/?a=b&c=d", True),
        ("https://example.org/x", True),
        ("javascript:alert(1)", False),
        (" JavaScript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("", False),
    ],
)
def test_only_plain_addresses_are_links(href, kept):
    drawing = Drawing(draw(Sankey("", [link("a", "b", 1, href)]), Look()))
    assert [a.get("href") for a in drawing.all("a")] == ([href] if kept else [])
    assert drawing.root.get("role") == ("group" if kept else "img")


graphs = st.dictionaries(
    st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda p: p[0] < p[1]),
    st.floats(0.01, 100),
    min_size=1,
    max_size=40,
)


@settings(deadline=None)
@given(graphs)
def test_nodes_stay_inside_apart_and_in_their_columns(pairs):
    links = [(f"p{a}", f"p{b}", value) for (a, b), value in pairs.items()]
    layout = lay_out(links, 10, 400, 12)
    for column in layout.columns:
        nodes = sorted(column, key=lambda node: node.top)
        assert nodes
        assert nodes[0].top >= 10 - 1e-6
        assert nodes[-1].bottom <= 400 + 1e-6
        for above, below in pairwise(nodes):
            assert above.bottom <= below.top + 1e-6
    for band in layout.bands:
        for piece in band:
            assert piece.target.column == piece.source.column + 1
            assert piece.leaves + piece.width <= piece.source.bottom + 1e-6
            assert piece.arrives + piece.width <= piece.target.bottom + 1e-6


def test_the_layout_is_the_published_one():
    # d3-sankey 0.12.3, nodeWidth 9, nodePadding 15, extent [[0, 7], [500, 263]],
    # on this graph, which skips no column.
    links = [("a", "c", 6.0), ("b", "c", 3.0), ("b", "d", 5.0), ("c", "e", 4.0)]
    links += [("c", "f", 5.0), ("d", "f", 2.0), ("d", "e", 3.0)]
    places = {
        node.name: (round(node.top, 4), round(node.bottom, 4))
        for column in lay_out(links, 7, 263, 15).columns
        for node in column
    }
    assert places == {
        "a": (7.0, 110.2857),
        "b": (125.2857, 263.0),
        "c": (7.0, 161.9286),
        "d": (176.9286, 263.0),
        "e": (7.0, 127.5),
        "f": (142.5, 263.0),
    }


def test_a_party_has_one_colour_in_every_drawing_and_the_rest_are_grey():
    tones = (("bank", 0), ("<clients", 1))
    early = [link("<clients", "bank", 5), link("bank", ">rent", 5)]
    late = [link("<sales", "bank", 3), link("<clients", "bank", 2)]
    late.append(link("bank", "x", 5))
    series = Look().palette.series
    for links in (early, late):
        drawn = ET.fromstring(draw(Sankey("", links, tones=tones), Look()))  # noqa: S314 (drawn above)
        colours = {
            bar.get("data-party"): bar.get("fill")
            for bar in drawn.iter()
            if bar.get("data-party")
        }
        assert colours.pop("bank") == series[0]
        assert colours.pop("<clients") == series[1]
        assert set(colours.values()) == {series[-1]}


def test_what_is_above_zero_never_prints_as_zero():
    drawn = draw(Sankey("", [link("a", "b", 100), link("c", "b", "0.04")]), Look())
    assert ">&lt;0.1<" in drawn
    assert ">0.0<" not in drawn


def test_what_is_drawn_as_one_is_called_by_its_side():
    links = [link("a", "b", 9)]
    links += [link(name, "a", "0.1") for name in "wx"]
    links += [link("b", name, "0.1") for name in "yz"]
    drawing = Drawing(draw(Sankey("", links, least=Decimal(1)), Look()))
    assert {"Other sources", "Other uses"} <= set(drawing.words())


def test_the_name_of_a_bar_thin_as_a_line_lies_on_no_band():
    # A wide band passes beneath, one above, and thin ones leave both ways.
    links = [
        link("drawn", "exchange", "4.1"),
        link("drawn", "branch", "0.1"),
        link("drawn", "firm", "5.6"),
        link("exchange", "firm", "4.0"),
        link("exchange", "others", "0.1"),
        link("branch", "firm", "0.1"),
        link("firm", "lenders", "7.2"),
        link("firm", "ventures", "1.5"),
        link("firm", "others", "0.2"),
    ]
    drawing = Drawing(draw(Sankey("", links), Look()))
    drawing.check()
    assert drawing.all("rect", data_named="branch")
    drawing.check_names()
