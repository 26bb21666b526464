//! Schemas as tables: a row for each member, those of objects within by their dotted names.

use super::text;
use serde::Serialize;
use serde_json::Value;

/// A schema of the document's `components`, or of a body.
#[derive(Serialize, Clone)]
pub(super) struct Schema {
    /// What it is called.
    pub(super) name: String,
    /// Its members.
    pub(super) fields: Vec<Field>,
    /// Which of its members go together, a sentence each.
    pub(super) choices: Vec<String>,
    /// Whether any other member is refused.
    pub(super) is_closed: bool,
}

/// A member, or a parameter.
#[derive(Serialize, Clone)]
pub(super) struct Field {
    /// As it is written; dotted within an object, with `[]` within an array.
    pub(super) name: String,
    /// What it may be.
    pub(super) kind: String,
    /// Whether it has to be there.
    pub(super) is_required: bool,
    /// What it means.
    pub(super) description: String,
}

/// All of the document's.
pub(super) fn schemas(document: &Value) -> Vec<Schema> {
    let schemas = document["components"]["schemas"].as_object();
    schemas.into_iter().flatten().map(|(name, value)| Schema::of(document, name, value)).collect()
}

impl Schema {
    /// As `name`, which `value` describes or refers to.
    fn of(document: &Value, name: &str, value: &Value) -> Self {
        let mut fields = Vec::new();
        collect(document, value, "", &mut fields);
        let choices = std::iter::once(value).chain(value["allOf"].as_array().into_iter().flatten());
        Self {
            name: name.to_owned(),
            fields,
            choices: choices.filter_map(choice).collect(),
            is_closed: value["additionalProperties"] == Value::Bool(false),
        }
    }

    /// The one that `value` refers to.
    pub(super) fn referred_to_by(document: &Value, value: &Value) -> Option<Self> {
        let name = value["$ref"].as_str()?.rsplit('/').next()?;
        Some(Self::of(document, name, resolve(document, value)))
    }
}

/// What a reference leads to; anything else is itself.
pub(super) fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"].as_str().and_then(|reference| document.pointer(reference.trim_start_matches('#')));
    target.unwrap_or(value)
}

fn collect(document: &Value, schema: &Value, prefix: &str, fields: &mut Vec<Field>) {
    let schema = resolve(document, schema);
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|it| it == name));
    for (name, value) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{prefix}{name}");
        let is_known = fields.iter().any(|field| field.name == path);
        if !is_known {
            fields.push(Field { is_required: required(name), ..field(path.clone(), value) });
            collect(document, value, &format!("{path}."), fields);
            collect(document, &value["items"], &format!("{path}[]."), fields);
        }
    }
    // What one of several alternatives requires is not required as such.
    for alternative in schema["anyOf"].as_array().into_iter().flatten() {
        let before = fields.len();
        collect(document, alternative, prefix, fields);
        fields[before..].iter_mut().for_each(|field| field.is_required = false);
    }
}

fn field(name: String, schema: &Value) -> Field {
    Field { name, kind: kind(schema), is_required: false, description: text(schema, "description") }
}

/// A parameter of an operation.
pub(super) fn parameter(value: &Value) -> Field {
    Field {
        name: text(value, "name"),
        kind: format!("{} in {}", kind(&value["schema"]), text(value, "in")),
        is_required: value["required"] == Value::Bool(true),
        description: text(value, "description"),
    }
}

fn kind(schema: &Value) -> String {
    if let Some(value) = schema.get("const") {
        return format!("`{value}`");
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        kind => kind.as_str().unwrap_or("any").to_owned(),
    };
    match (kind.as_str(), schema["format"].as_str()) {
        ("array", _) => format!("array of {}s", kind_of_items(schema)),
        // Passwords are written like any other text; the format is for those who show them.
        (_, None | Some("password")) => kind,
        (_, Some(format)) => format!("{kind} ({format})"),
    }
}

fn kind_of_items(schema: &Value) -> String {
    kind(&schema["items"])
}

/// The alternatives of a schema: which members each of them requires.
fn choice(schema: &Value) -> Option<String> {
    let alternatives = schema["anyOf"].as_array()?.iter().filter_map(|alternative| {
        let names: Vec<_> = alternative["required"].as_array()?.iter().filter_map(Value::as_str).collect();
        Some(format!("`{}`", names.join("` and `")))
    });
    let alternatives: Vec<_> = alternatives.collect();
    (!alternatives.is_empty()).then(|| format!("Takes {}.", alternatives.join(", or ")))
}
