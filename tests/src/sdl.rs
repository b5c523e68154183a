//! The schema as it is committed, read for tests that go through all of it.

use std::collections::BTreeMap;

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};

/// Fields of types that are no column, no link and no list: worked out from rows that all who see the row see. Each has tests of its own.
const WORKED_OUT: &[(&str, &str)] = &[
    ("Curriculum", "current"),
    ("Curriculum", "draft"),
    ("Adaptation", "shared"),
    ("CurriculumVersion", "changes"),
    ("CurriculumVersion", "core"),
    ("Focus", "coverage"),
    ("Focus", "findings"),
    ("Objective", "buildsOn"),
    ("Objective", "leadsTo"),
    ("Objective", "standsFor"),
    ("Plan", "objectives"),
    ("Plan", "takeUp"),
    ("TaughtObjective", "notYetSecure"),
];

/// Whether a field of a type is worked out from other rows.
#[must_use]
pub fn is_worked_out(kind: &str, field: &str) -> bool {
    WORKED_OUT.contains(&(kind, field))
}

/// The types of a schema that tests go through.
pub struct Sdl {
    types: BTreeMap<String, TypeDefinition>,
}

/// A field of a type or of an input.
#[derive(Clone, Debug)]
pub struct SdlField {
    /// Its name.
    pub name: String,
    /// The name of its type, without list and non-null.
    pub of: String,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it is a list.
    pub many: bool,
    /// The arguments that it takes.
    pub arguments: Vec<String>,
    /// Whether it takes an argument that must be given.
    pub needs_arguments: bool,
}

impl SdlField {
    /// The type of the items, where the field is a connection.
    #[must_use]
    pub fn items(&self) -> Option<&str> {
        self.of.strip_suffix("Connection")
    }

    /// The field as a document asks for it, with the id of the object that it gives.
    #[must_use]
    pub fn selected(&self) -> String {
        if self.of == "ID" { self.name.clone() } else { format!("{} {{ id }}", self.name) }
    }
}

impl Sdl {
    /// Reads a schema.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let document = parse_schema(text).expect("a schema");
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(kind) => Some((kind.node.name.node.to_string(), kind.node)),
            _ => None,
        });
        Self { types: types.collect() }
    }

    /// The schema of the service.
    #[must_use]
    pub fn of_the_service() -> Self {
        Self::read(&plumbline::cli::schema::sdl())
    }

    /// The types that implement `Node`.
    #[must_use]
    pub fn nodes(&self) -> Vec<&str> {
        let implements = |definition: &TypeDefinition| match &definition.kind {
            TypeKind::Object(object) => object.implements.iter().any(|name| name.node == "Node"),
            _ => false,
        };
        self.types.iter().filter(|(_, definition)| implements(definition)).map(|(name, _)| name.as_str()).collect()
    }

    /// Whether a type implements `Node`.
    #[must_use]
    pub fn is_node(&self, name: &str) -> bool {
        self.nodes().contains(&name)
    }

    /// Whether a type has no fields: a scalar or an enum.
    #[must_use]
    pub fn is_leaf(&self, name: &str) -> bool {
        self.types.get(name).is_none_or(|definition| matches!(definition.kind, TypeKind::Scalar | TypeKind::Enum(_)))
    }

    /// The fields of an object type or root; none where there is no such type.
    #[must_use]
    pub fn fields(&self, name: &str) -> Vec<SdlField> {
        match self.types.get(name).map(|definition| &definition.kind) {
            Some(TypeKind::Object(object)) => object.fields.iter().map(|field| read_field(&field.node)).collect(),
            _ => Vec::new(),
        }
    }

    /// The fields of an input; none where there is no such input.
    #[must_use]
    pub fn inputs(&self, name: &str) -> Vec<SdlField> {
        match self.types.get(name).map(|definition| &definition.kind) {
            Some(TypeKind::InputObject(input)) => input.fields.iter().map(|field| read_input(&field.node)).collect(),
            _ => Vec::new(),
        }
    }

    /// The values of an enum; none where there is no such enum.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<String> {
        match self.types.get(name).map(|definition| &definition.kind) {
            Some(TypeKind::Enum(found)) => found.values.iter().map(|value| value.node.value.node.to_string()).collect(),
            _ => Vec::new(),
        }
    }
}

fn read_field(field: &FieldDefinition) -> SdlField {
    let needed = field.arguments.iter().any(|argument| {
        let argument = &argument.node;
        !argument.ty.node.nullable && argument.default_value.is_none()
    });
    SdlField {
        arguments: field.arguments.iter().map(|argument| argument.node.name.node.to_string()).collect(),
        needs_arguments: needed,
        ..read_type(field.name.node.to_string(), &field.ty.node)
    }
}

fn read_input(field: &InputValueDefinition) -> SdlField {
    read_type(field.name.node.to_string(), &field.ty.node)
}

fn read_type(name: String, kind: &Type) -> SdlField {
    SdlField {
        name,
        of: innermost(kind).to_owned(),
        nullable: kind.nullable,
        many: matches!(kind.base, BaseType::List(_)),
        arguments: Vec::new(),
        needs_arguments: false,
    }
}

fn innermost(kind: &Type) -> &str {
    match &kind.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(of) => innermost(of),
    }
}

/// `sampledWork` or `SampledWork` as the database writes it: `sampled_work`.
#[must_use]
pub fn in_snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
