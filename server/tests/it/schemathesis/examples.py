"""Holds every example of the OpenAPI document on standard input to its schema, and prints how many there are."""

import json
import sys

import jsonschema_rs


def contents(document):
    for methods in document["paths"].values():
        for operation in methods.values():
            for holder in [operation.get("requestBody", {}), *operation["responses"].values()]:
                for content in holder.get("content", {}).values():
                    yield operation["operationId"], content


document = json.load(sys.stdin)
count = 0
for operation, content in contents(document):
    schema = {**content["schema"], "components": document["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    for name, example in content.get("examples", {}).items():
        for error in validator.iter_errors(example["value"]):
            sys.exit(f"{operation}: {name}: {error.message}")
        count += 1
print(count)
