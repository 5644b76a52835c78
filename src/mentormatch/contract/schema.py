"""The contract as JSON Schema (2020-12): one for each request and each response."""

from typing import Any, Literal

from pydantic.json_schema import GenerateJsonSchema

from mentormatch.contract.operation import Operation

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION = 1

type SchemaPart = Literal["request", "response"]


class PlainSchema(GenerateJsonSchema):
    """Writes schemas without a title for each key: it would say the key again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Say no."""
        del schema
        return False


def schema_of(operation: Operation[Any, Any], part: SchemaPart) -> dict[str, Any]:
    """Return the JSON Schema of what an operation is asked, with its example, or of what it answers.

    A response may have more keys than its schema names: readers pass over what they do not know.
    """
    head = {"$schema": DIALECT, "$id": f"urn:mentormatch:v{VERSION}:{operation.kind}.{part}"}
    if part == "response":
        told = operation.told.model_json_schema(mode="serialization", schema_generator=PlainSchema)
        return {**head, **opened(told)}
    asked = operation.asked.model_json_schema(schema_generator=PlainSchema)
    return {**head, **asked, "examples": [operation.example()]}


def opened(schema: Any) -> Any:
    """Return a schema whose objects may have keys that it does not name."""
    if isinstance(schema, list):
        return [opened(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: part for key, part in schema.items() if not (key == "additionalProperties" and part is False)}
    return {key: opened(part) for key, part in kept.items()}
