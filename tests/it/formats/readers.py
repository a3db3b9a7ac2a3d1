"""Reads an answer with readers that share no code with deepcall. Fails loudly at the first disagreement."""

import csv, io, json, subprocess, sys

import jsonschema

csv.field_size_limit(1 << 24)
mode, *rest = sys.argv[1:]
text = sys.stdin.buffer.read().decode("utf-8", "strict")


def miller(*options):
    done = subprocess.run(["mlr", *options, "cat"], input=text, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def strict(text):
    def refuse(word):
        raise ValueError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def closed(schema):
    """The schema without room for keys that it does not name. deepcall's schemas are open, because later versions may
    add keys; what this version writes must have its schema all the same."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: closed(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        assert "additionalProperties" not in schema, "schemas are open"
        parts["additionalProperties"] = False
    return parts


def validate(document, schema):
    jsonschema.Draft202012Validator(schema).validate(document)
    jsonschema.Draft202012Validator(closed(schema)).validate(document)


def jq(text):
    done = subprocess.run(["jq", "-c", "."], input=text, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


if mode == "json":
    document = strict(text)
    assert text.endswith("\n") and len(jq(text)) == 1, "one document and a line feed"
    with open(rest[0]) as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validate(document, schema)
    print(json.dumps(document))
elif mode == "ndjson":
    rows = [strict(line) for line in text.splitlines()]
    assert len(jq(text)) == len(rows)
    with open(rest[0]) as file:
        schema = json.load(file)
    row = {"$ref": "#/$defs/row", "$defs": schema["$defs"]}
    for one in rows:
        validate(one, row)
    print(json.dumps(rows))
elif mode in ("csv", "tsv"):
    # TSV is CSV with another delimiter; Miller's own --tsv expects escapes instead of quotation marks.
    delimiter = {"csv": ",", "tsv": "\t"}[mode]
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    assert len({len(row) for row in rows}) <= 1, "every line has as many cells"
    if rest != ["hostile"]:
        cells = miller("--icsv", "--ifs", delimiter, "--ojson", "--infer-none", "--no-auto-unflatten")
        assert [list(row.values()) for row in cells] == rows[1:], "miller reads other cells"
    print(json.dumps(rows))
else:
    sys.exit(f"no such mode: {mode}")
