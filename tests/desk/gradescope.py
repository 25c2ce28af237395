"""Gradescope's specification of `results.json`, as a schema, and the folders around it.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

import json

import jsonschema

TEXT, NUMBER = {"type": "string"}, {"type": "number"}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
TEST = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "score": NUMBER, "max_score": NUMBER, "status": {"enum": ["passed", "failed"]},
        "name": TEXT, "name_format": FORMAT, "number": TEXT, "output": TEXT,
        "output_format": FORMAT, "tags": {"type": "array", "items": TEXT},
        "visibility": VISIBILITY, "extra_data": {"type": "object"},
    },
}  # fmt: skip
RESULTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "score": NUMBER, "execution_time": NUMBER, "output": TEXT, "output_format": FORMAT,
        "test_output_format": FORMAT, "test_name_format": FORMAT, "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY, "extra_data": {"type": "object"},
        "tests": {"type": "array", "items": TEST}, "leaderboard": {"type": "array"},
    },
    # Without a score of its own, that of its tests counts, which each of them must have.
    "anyOf": [
        {"required": ["score"]},
        {
            "required": ["tests"],
            "properties": {"tests": {"minItems": 1, "items": {"required": ["score"]}}},
        },
    ],
}  # fmt: skip


def read_results(path):
    """What is in a `results.json`, if that is valid; and if all in it is taken for text."""

    def no_constant(name):
        raise AssertionError(f"{name} is not JSON")

    found = json.loads(path.read_bytes(), parse_constant=no_constant)
    jsonschema.validate(found, RESULTS)
    formats = {found[f"{each}output_format"] for each in ("", "test_")}
    formats |= {found["test_name_format"]} | {each["output_format"] for each in found["tests"]}
    assert formats == {"text"}
    for text in (found["output"], *(each["output"] for each in found["tests"])):
        assert all(line.isprintable() and len(line) <= 80 for line in text.split("\n")), text
    assert all(each["name"].isprintable() for each in found["tests"])
    return found
