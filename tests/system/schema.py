#!/usr/bin/env python3
"""Checks JSON documents against a schema of agent/desk/schema.

    schema.py SCHEMA FILE..

As much of JSON Schema as those files use, and a word that they use and this
does not know is an error.  Exit 1 with what is wrong where.
"""
import json
import re
import sys

KNOWN = {"$schema", "$id", "$defs", "$ref", "title", "type", "const", "enum",
         "pattern", "maxLength", "properties", "additionalProperties",
         "required", "items", "minItems", "maxItems", "oneOf"}
TYPES = {"object": dict, "array": list, "string": str, "integer": int,
         "boolean": bool, "null": type(None)}


def is_type(value, name):
    if name == "integer" and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[name])


def check(root, schema, value, at):
    unknown = set(schema) - KNOWN
    if unknown:
        raise SystemExit(f"schema.py does not know {unknown}")
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    if "oneOf" in schema:
        fits = [s for s in schema["oneOf"]
                if not list(check(root, s, value, at))]
        if len(fits) != 1:
            yield f"{at}: fits {len(fits)} of oneOf"
        return
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_type(value, n) for n in names):
        yield f"{at}: is no {names}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{at}: is not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: is none of {schema['enum']}"
    if isinstance(value, str):
        if not re.search(schema.get("pattern", ""), value):
            yield f"{at}: is not like {schema['pattern']}"
        if len(value) > schema.get("maxLength", 1 << 30):
            yield f"{at}: is too long"
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= \
                schema.get("maxItems", 1 << 30):
            yield f"{at}: has {len(value)} items"
        for i, item in enumerate(value):
            yield from check(root, schema.get("items", {}), item,
                             f"{at}[{i}]")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield f"{at}: {name} is missing"
        for name, item in value.items():
            if name in properties:
                yield from check(root, properties[name], item,
                                 f"{at}.{name}")
            elif schema.get("additionalProperties", True) is False:
                yield f"{at}: {name} is not known"


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        root = json.load(f)
    wrong = 0
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as f:
            value = json.load(f)
        for text in check(root, root, value, "$"):
            print(f"{path}: {text}")
            wrong = 1
    sys.exit(wrong)


main()
