//! What is served, for programs to read: OpenAPI 3.1, made of the table that requests are dispatched by.

use serde_json::{Map, Value, json};

use crate::door::Settings;
use crate::endpoints::{self, Endpoint, Kept, Shape};
use crate::fields::{FLAG, MOST};

/// The whole description, as JSON.
pub(crate) fn describe(settings: &Settings) -> String {
    let mut paths = Map::new();
    for endpoint in endpoints::served(settings) {
        let path = format!("{}{}", settings.paths.prefix(), endpoint.path);
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[endpoint.method.to_ascii_lowercase()] = operation(endpoint);
    }
    let description = json!({
        "openapi": "3.1.0",
        "info": {
            "title": settings.service,
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Cookies are for browsers: what they change takes the token of GET /csrf-token, or of the form.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "client": { "type": "http", "scheme": "basic" },
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-doorward-session" },
            },
        },
    });
    description.to_string()
}

fn operation(endpoint: &Endpoint) -> Value {
    let mut operation = json!({
        "operationId": format!("{:?}", endpoint.does),
        "summary": endpoint.summary,
        "security": security(endpoint.kept),
        "responses": {},
    });
    for (status, shape) in endpoint.answers {
        operation["responses"][status.to_string()] = answer(*status, *shape);
    }
    if endpoint.method == "POST" {
        for (status, what) in READING {
            operation["responses"][status.to_string()] = answer(status, Shape::Problem);
            operation["responses"][status.to_string()]["description"] = what.into();
        }
    }
    if endpoint.path.ends_with("{name}") {
        operation["parameters"] = json!([{ "name": "name", "in": "path", "required": true, "schema": { "type": "string" } }]);
    }
    if !endpoint.fields.is_empty() {
        let json = fields(endpoint.fields, true);
        let mut form = fields(endpoint.fields, false);
        // No field comes twice, not even one that nobody asks for.
        form["additionalProperties"] = json!({ "type": "string" });
        operation["requestBody"] = json!({
            "required": endpoint.fields.iter().any(|field| !field.ends_with('?')),
            "content": {
                "application/json": { "schema": json },
                "application/x-www-form-urlencoded": { "schema": form },
            },
        });
    }
    operation
}

fn security(kept: Kept) -> Value {
    match kept {
        Kept::Clients => json!([{ "client": [] }, { "bearer": [] }]),
        Kept::Open => json!([]),
        Kept::Session => json!([{ "session": [] }]),
    }
}

fn fields(fields: &[&str], has_null: bool) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let name = field.trim_end_matches('?');
        let kind = if name == FLAG { "boolean" } else { "string" };
        let property = match (field.ends_with('?'), has_null) {
            (false, _) => json!({ "type": kind, "minLength": 1 }),
            (true, false) => json!({ "type": kind }),
            (true, true) => json!({ "type": [kind, "null"] }),
        };
        properties.insert(name.to_owned(), property);
    }
    let required: Vec<_> = fields.iter().filter(|field| !field.ends_with('?')).collect();
    json!({ "type": "object", "properties": properties, "required": required, "maxProperties": MOST })
}

fn answer(status: u16, shape: Shape) -> Value {
    let reason = http::StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason());
    let mut answer = json!({ "description": reason.unwrap_or("An answer") });
    let (media_type, schema) = match shape {
        Shape::Empty | Shape::Redirect => return answer,
        Shape::File => ("*/*", json!({})),
        Shape::Page => ("text/html", json!({ "type": "string" })),
        Shape::Problem => ("application/problem+json", reference("Problem")),
        Shape::Done(member) => ("application/json", object(&[(member, "boolean")], &[])),
        Shape::CsrfToken => ("application/json", reference("CsrfToken")),
        Shape::Description => ("application/json", json!({ "type": "object" })),
        Shape::Enrolment => ("application/json", reference("Enrolment")),
        Shape::Introspection => ("application/json", reference("Introspection")),
        Shape::RecoveryCodes => ("application/json", reference("RecoveryCodes")),
        Shape::SecondFactor => ("application/json", reference("SecondFactor")),
        Shape::Sessions => ("application/json", reference("Sessions")),
        Shape::Tokens => {
            let either = json!({ "anyOf": [reference("Tokens"), reference("CsrfToken")] });
            ("application/json", either)
        }
    };
    answer["content"] = json!({ media_type: { "schema": schema } });
    answer
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn schemas() -> Value {
    let strings = json!({ "type": "array", "items": { "type": "string" } });
    let mut introspection = object(
        &[("active", "boolean")],
        &[
            ("sub", "string"),
            ("token_type", "string"),
            ("iat", "integer"),
            ("exp", "integer"),
            ("auth_time", "integer"),
            ("scope", "string"),
        ],
    );
    introspection["properties"]["amr"] = strings.clone();
    let mut session = object(
        &[
            ("id", "string"),
            ("label", "string"),
            ("is_current", "boolean"),
            ("opened_at", "integer"),
            ("expires_at", "integer"),
        ],
        &[("scope", "string")],
    );
    session["properties"]["amr"] = strings.clone();
    json!({
        "CsrfToken": object(&[("csrf_token", "string")], &[("recovery_code", "string")]),
        "Enrolment": object(
            &[("uri", "string"), ("key", "string"), ("svg", "string"), ("token", "string"), ("expires_in", "integer")],
            &[],
        ),
        "Introspection": introspection,
        "Problem": object(
            &[("error", "string"), ("status", "integer"), ("title", "string"), ("type", "string")],
            &[("detail", "string"), ("ticket", "string"), ("expires_in", "integer")],
        ),
        "RecoveryCodes": {
            "type": "object",
            "properties": { "recovery_codes": strings },
            "required": ["recovery_codes"],
            "additionalProperties": false,
        },
        "SecondFactor": object(
            &[("enrolled", "boolean")],
            &[("enrolled_at", "integer"), ("recovery_codes_left", "integer")],
        ),
        "Sessions": {
            "type": "object",
            "properties": { "sessions": { "type": "array", "items": session } },
            "required": ["sessions"],
            "additionalProperties": false,
        },
        "Tokens": object(
            &[
                ("access_token", "string"),
                ("token_type", "string"),
                ("expires_in", "integer"),
                ("refresh_token", "string"),
            ],
            &[("scope", "string"), ("device_token", "string"), ("recovery_code", "string")],
        ),
    })
}

/// No member comes but these.
fn object(required: &[(&str, &str)], optional: &[(&str, &str)]) -> Value {
    let members = required.iter().chain(optional);
    let properties: Map<_, _> =
        members.map(|&(name, kind)| (name.to_owned(), json!({ "type": kind }))).collect();
    let required: Vec<_> = required.iter().map(|(name, _)| name).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// What every body may be answered.
const READING: [(u16, &str); 4] = [
    (400, "The request cannot be read, or a field is missing"),
    (408, "The request did not arrive in time"),
    (413, "The request is too large"),
    (415, "The request is of a type that is not read here"),
];
