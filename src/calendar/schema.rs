//! Schemas for editors, made from the grammar.

use serde_json::{Map, Value, json};

use crate::text::Platform;

use super::grammar::{Key, Kind, Type, Variety};

/// Returns the JSON Schema (draft 2020-12) of a kind of file, for editors that complete and check TOML by one.
pub fn schema(kind: Kind) -> Value {
    let mut schema = table(kind.keys());
    if let Some(top) = schema.as_object_mut() {
        top.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        top.insert("title".to_owned(), json!(format!("kalends: {}", kind.name())));
    }
    schema
}

fn table(keys: &[Key]) -> Value {
    let properties: Map<String, Value> =
        keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if let Some(schema) = schema.as_object_mut().filter(|_| !required.is_empty()) {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = of(key.takes);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), json!(key.doc));
    }
    schema
}

fn of(takes: Type) -> Value {
    const ID: &str = "^[a-z0-9-]{1,100}$";
    let platforms = || Platform::ALL.map(Platform::id);
    match takes {
        Type::Line => json!({ "type": "string", "minLength": 1, "pattern": "^[^\\r\\n]*$" }),
        Type::Text => json!({ "type": "string" }),
        Type::Lines => json!({ "type": "array", "items": of(Type::Line) }),
        Type::LineOrLines => json!({ "oneOf": [of(Type::Line), of(Type::Lines)] }),
        Type::Id => json!({ "type": "string", "pattern": ID }),
        Type::Ids => json!({ "type": "array", "items": of(Type::Id), "uniqueItems": true }),
        Type::Date => json!({ "type": "string", "format": "date" }),
        Type::Dates => json!({ "type": "array", "items": of(Type::Date) }),
        // Editors give a TOML date-time to the schema as a string; `date-time` would ask for an offset.
        Type::DateTime => {
            json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}[Tt ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?$" })
        }
        Type::Month => json!({ "type": "string", "pattern": "^\\d{4}-(0[1-9]|1[0-2])$" }),
        Type::Week => json!({ "type": "string", "pattern": "^\\d{4}-W(0[1-9]|[1-4]\\d|5[0-3])$" }),
        Type::Moment => json!({ "type": "string", "format": "date-time" }),
        Type::Time => json!({ "type": "string", "pattern": "^\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?$" }),
        Type::Duration => {
            json!({ "type": "string", "pattern": "^(\\d+y)?(\\d+w)?(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?$", "minLength": 2 })
        }
        Type::Flag => json!({ "type": "boolean" }),
        Type::Count => json!({ "type": "integer", "minimum": 1 }),
        Type::Whole => json!({ "type": "integer", "minimum": 0 }),
        Type::Pattern => json!({ "type": "string", "minLength": 1 }),
        Type::Number => json!({ "type": "number" }),
        Type::Choice(words) => json!({ "type": "string", "enum": words }),
        Type::Choices(words) => {
            json!({ "type": "array", "items": of(Type::Choice(words)), "uniqueItems": true })
        }
        Type::Platform => json!({ "type": "string", "enum": platforms() }),
        Type::Zone => {
            json!({ "type": "string", "pattern": "^[A-Za-z0-9_+/-]+$", "examples": ["Europe/Lisbon"] })
        }
        Type::Url => {
            json!({ "type": "string", "format": "uri", "pattern": "^([Hh][Tt][Tt][Pp][Ss]?://.*)?$" })
        }
        Type::Language => json!({ "type": "string", "examples": ["en", "pt-PT"] }),
        Type::Every => json!({ "type": "string", "examples": [
            "day", "3 days", "weekday", "2 weeks", "monday, thursday", "first monday", "month", "15th", "year"
        ] }),
        Type::Table(keys) => table(keys),
        Type::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
        Type::Kinds(varieties) => {
            let one = |variety: &Variety| {
                let mut schema = table(variety.keys);
                schema["title"] = json!(variety.name);
                schema["description"] = json!(variety.doc);
                schema["properties"]["kind"]["const"] = json!(variety.name);
                schema
            };
            json!({ "type": "array", "items": { "oneOf": varieties.iter().map(one).collect::<Vec<Value>>() } })
        }
        Type::PerAccount(keys) => json!({
            "type": "object",
            "propertyNames": { "pattern": ID },
            "additionalProperties": table(keys)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_schema_with_each_of_its_keys_explained() {
        for kind in Kind::ALL {
            let schema = schema(kind);
            for key in kind.keys() {
                let property = &schema["properties"][key.name];
                assert_eq!(property["description"], key.doc, "{} {}", kind.name(), key.name);
                let required =
                    schema["required"].as_array().is_some_and(|all| all.contains(&json!(key.name)));
                assert_eq!(required, key.required);
            }
        }
    }
}
