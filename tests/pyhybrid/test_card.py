# SPDX-License-Identifier: BSD-3-Clause
"""Cards: what is refused, and what is kept."""

import dataclasses
import json

import pytest

from pyhybrid import Card, Field
from pyhybrid.card import Normalisation
from pyhybrid.errors import CardError

_FIELD = {"name": "t", "unit": "K", "role": "state", "kind": "real", "dims": ["column"]}


def changed_json(card, **changed):
    table = json.loads(card.to_json()) | changed
    return json.dumps({key: value for key, value in table.items() if value != "absent"})


def test_card_survives_json(make_card):
    card = make_card(provenance={"author": "é"}, scores={"r2": {"heating": 0.99}})
    assert Card.from_json(card.to_json()) == card


def test_json_names_its_format_and_leaves_out_what_is_absent(make_card):
    table = json.loads(make_card().to_json())
    assert (table["format"], table["version"]) == ("pyhybrid card", 1)
    assert "scores" not in table
    assert "levels" not in table["inputs"][1]


def test_sizes_of_samples(make_card):
    assert (make_card().nfeature, make_card().noutput) == (5, 5)
    box = make_card(sample="box", outputs=make_card().outputs[:1])
    assert (box.nfeature, box.noutput) == (2, 1)
    dims = ("column", "level", "species")
    tracers = Field("tracers", "kg kg-1", "state", "real", dims, levels=10, species=3)
    assert tracers.shape("column") == (10, 3)
    assert tracers.shape("box") == (3,)
    assert make_card(inputs=(tracers,)).nfeature == 30


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"format": "other"}, "card: format: expected 'pyhybrid card', found 'other'"),
        ({"version": 2}, "card: version: expected 1, found 2"),
        ({"name": 3}, "card: name: expected a text, found 3"),
        ({"kind": "absent"}, "card: kind: expected a value, found nothing"),
        ({"kind": "real16"}, "card: kind: expected one of 'real32' and 'real64', found 'real16'"),
        ({"sample": "row"}, "card: sample: expected one of 'column' and 'box', found 'row'"),
        ({"arguments": 1}, "card: arguments: expected one of 'packed' and 'fields', found 1"),
        ({"orientation": "up"}, "card: orientation: expected one of 'top_down'.*found 'up'"),
        ({"sampel": "box"}, "card: unknown key 'sampel'; did you mean 'sample'"),
        ({"scores": []}, r"card: scores: expected an object, found \[\]"),
        ({"inputs": []}, r"card: inputs: expected a field, found \(\)"),
        ({"inputs": "air"}, "card: inputs: expected a list, found 'air'"),
        ({"inputs": [1]}, r"card: inputs\[0\]: expected an object, found 1"),
        ({"inputs": [_FIELD, _FIELD]}, "card: inputs: expected each name once, found 't'"),
        ({"sample": "box"}, "output 'flux': dims: expected an axis 'level', as a sample is a box"),
        ({"outputs": [_FIELD | {"dims": []}]}, "output 't': dims: expected an axis 'column'"),
    ],
)
def test_bad_cards_are_refused(make_card, changed, message):
    with pytest.raises(CardError, match=message):
        Card.from_json(changed_json(make_card(), **changed))


def test_a_card_of_boxes_may_leave_the_levels_open():
    field = Field("t", "K", "state", "real", ("column", "level"))
    card = Card("boxes", "box", "real32", (field,), (field,))
    assert (card.nfeature, card.noutput) == (1, 1)
    assert Card.from_json(card.to_json()) == card
    with pytest.raises(CardError, match="field 't': levels: expected a positive integer, found N"):
        Card("columns", "column", "real32", (field,), (field,))


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"unit": None}, "field 't': unit: expected a text, found None"),
        ({"role": "stat"}, "field 't': role: expected one of .*, found 'stat'"),
        ({"kind": "float"}, "field 't': kind: expected one of .*, found 'float'"),
        ({"role": "flag"}, "kind of role 'flag': expected 'integer' or 'logical', found 'real'"),
        ({"kind": "integer"}, "kind of role 'state': expected 'real', found 'integer'"),
        ({"dims": ["level"]}, r"field 't': dims: expected one of .*, found \('level',\)"),
        ({"dims": "column"}, "field 't': dims: expected a list, found 'column'"),
        ({"dims": ["column", "level"]}, "levels: expected a positive integer, found None"),
        ({"levels": 3}, "levels: expected none, as dims has no such axis, found 3"),
        ({"species": 3}, "species: expected none, as dims has no such axis, found 3"),
        ({"dims": ["column", "level"], "levels": 0}, "expected a positive integer, found 0"),
        ({"dims": ["column", "level"], "levels": True}, "a positive integer, found True"),
        ({"dims": ["column", "level"], "levels": 4.0}, "a positive integer, found 4.0"),
        ({"units": "K"}, r"inputs\[0\]: unknown key 'units'; did you mean 'unit'"),
    ],
)
def test_bad_fields_are_refused(make_card, changed, message):
    with pytest.raises(CardError, match=message):
        Card.from_json(changed_json(make_card(), inputs=[_FIELD | changed]))


@pytest.mark.parametrize("key", ["name", "unit", "role", "kind", "dims"])
def test_what_a_field_cannot_do_without(make_card, key):
    field = {k: v for k, v in _FIELD.items() if k != key}
    with pytest.raises(CardError, match=rf"inputs\[0\]: {key}: expected a value, found nothing"):
        Card.from_json(changed_json(make_card(), inputs=[field]))


@pytest.mark.parametrize("text", ["", "{", "[1]", "3", "null"])
def test_what_is_no_card_at_all(text):
    with pytest.raises(CardError, match="card: expected (JSON|an object), found"):
        Card.from_json(text)


def test_field_that_changes_its_role(make_card):
    inputs = (Field("flux", "W m-2", "increment", "real", ("column",)),)
    message = "output 'flux': role: expected 'increment' as in inputs, found 'state'"
    with pytest.raises(CardError, match=message):
        make_card(inputs=inputs)


def test_cards_and_fields_are_constant(make_card):
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_card().name = "other"


def test_normalisation_survives_json(make_card):
    one = Field(**_FIELD, normalisation={"offset": 250, "scale": 30.5})
    many = Field(
        "q", "1", "state", "real", ("column", "level"), levels=2,
        normalisation=Normalisation((0.0, 1.0), (-1.0, 2.0)),
    )
    assert one.normalisation == Normalisation((250,), (30.5,))
    card = make_card(inputs=(one, many), tolerance=1e-3)
    assert Card.from_json(card.to_json()) == card
    assert "normalisation" not in json.loads(make_card().to_json())["inputs"][0]


@pytest.mark.parametrize(
    "value, message",
    [
        (3, "normalisation: expected an object, found 3"),
        ({"offset": 1}, "normalisation: scale: expected a value, found nothing"),
        ({"offset": 1, "scale": 1, "mean": 0}, "normalisation: unknown key 'mean'"),
        ({"offset": [1, 2], "scale": 1}, "offset: expected 1 number or 1, .*found 2"),
        ({"offset": 0, "scale": []}, "scale: expected 1 number or 1, .*found 0"),
        ({"offset": 0, "scale": 0}, "expected a number within real32 that is not 0, found 0"),
        ({"offset": 0, "scale": 1e-60}, "scale: expected a number within real32 that is not 0"),
        ({"offset": 1e60, "scale": 1}, "offset: expected a number within real32, found 1e"),
        ({"offset": float("nan"), "scale": 1}, "offset: expected a"),
        ({"offset": True, "scale": 1}, "offset: expected a"),
        ({"offset": "0", "scale": 1}, "offset: expected a list, found '0'"),
    ],
)
def test_wrong_normalisation_is_refused(make_card, value, message):
    text = changed_json(make_card(), inputs=[_FIELD | {"normalisation": value}])
    with pytest.raises(CardError, match=message):
        Card.from_json(text)


def test_valid_range_survives_json(make_card):
    one = Field(**_FIELD, valid_range={"min": 100})
    many = Field(
        "q", "1", "state", "real", ("column", "level"), levels=2,
        valid_range={"min": [0, 0], "max": [1, 0.5]},
    )
    assert (one.valid_range.min, one.valid_range.max) == ((100,), None)
    card = make_card(inputs=(one, many))
    assert Card.from_json(card.to_json()) == card
    assert json.loads(card.to_json())["inputs"][0]["valid_range"] == {"min": [100]}


@pytest.mark.parametrize(
    "value, message",
    [
        (3, "valid_range: expected an object, found 3"),
        ({}, "valid_range: min, max: expected one at least"),
        ({"least": 0}, "valid_range: unknown key 'least'"),
        ({"min": [1, 2]}, "valid_range: min: expected 1 number or 1, .*found 2"),
        ({"max": float("inf")}, "valid_range: max: expected a"),
        ({"max": "1"}, "valid_range: max: expected a list, found '1'"),
    ],
)
def test_wrong_valid_range_is_refused(make_card, value, message):
    text = changed_json(make_card(), inputs=[_FIELD | {"valid_range": value}])
    with pytest.raises(CardError, match=message):
        Card.from_json(text)


def test_flags_are_not_normalised():
    flag = _FIELD | {"role": "flag", "kind": "integer"}
    with pytest.raises(CardError, match="normalisation: kind: expected 'real', found 'integer'"):
        Field(**flag, normalisation={"offset": 0, "scale": 1})


@pytest.mark.parametrize("tolerance", [0, -1, "1", True, float("inf")])
def test_tolerance_is_above_0(make_card, tolerance):
    with pytest.raises(CardError, match="tolerance: expected a number above 0"):
        make_card(tolerance=tolerance)
