"""What the bar at the foot says of numbers whose change is smaller than they print."""

from __future__ import annotations

import json

import pytest


def test_a_change_too_small_to_print_is_shown_in_full(harbour_site):
    served = harbour_site
    address = served.path("where") + "switched"
    now = {
        one["label"]: one["value"]
        for one in served.http.get(address).get_json()["numbers"]
    }
    was = {**now, "Came in": str(int(now["Came in"]) - 20)}
    found = served.http.get(address, query_string={"was": json.dumps(was)})
    moved = [one for one in found.get_json()["numbers"] if one["difference"]]
    assert [one["label"] for one in moved] == ["Came in"]
    assert moved[0]["before"] == f"{int(was['Came in']):,} USD"
    assert moved[0]["text"] == f"{int(now['Came in']):,} USD"
    assert moved[0]["difference"] == "+$20"


@pytest.mark.parametrize("value", ["1e999999", "-1E+400", "NaN", "a word", None, []])
def test_a_number_kept_is_no_longer_than_one_of_a_ledger(harbour_site, value):
    served = harbour_site
    address = served.path("where") + "switched"
    was = json.dumps({"Came in": value})
    found = served.http.get(address, query_string={"was": was})
    assert found.status_code == 200
    came = next(x for x in found.get_json()["numbers"] if x["label"] == "Came in")
    assert "before" not in came or not came["difference"]


def test_the_command_at_the_terminal_names_the_day(harbour_site):
    served = harbour_site
    address = served.path("where") + "switched"
    plain = served.http.get(address).get_json()["command"]
    assert "--at" not in plain
    day = {"at": "2021-03-01"}
    asked = served.http.get(address, query_string=day).get_json()["command"]
    assert asked == f"{plain} --at 2021-03-01"
