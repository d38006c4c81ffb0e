//! Expressions of DynamoDB, with all names and values behind placeholders.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::item::Attributes;

/// The names and values that expressions of one request mention.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placeholders {
    names: HashMap<String, String>,
    values: Attributes,
}

impl Placeholders {
    /// What stands for an attribute: its name may be a reserved word, or none of theirs.
    pub(crate) fn name(&mut self, name: &str) -> String {
        let known = self.names.iter().find(|(_, known)| *known == name);
        if let Some((placeholder, _)) = known {
            return placeholder.clone();
        }
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    /// What stands for a value.
    pub(crate) fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// The condition that an attribute has a value.
    pub(crate) fn equal(&mut self, name: &str, value: AttributeValue) -> String {
        format!("{} = {}", self.name(name), self.value(value))
    }

    /// For a request; it takes no empty ones.
    pub(crate) fn into_parts(self) -> (Option<HashMap<String, String>>, Option<Attributes>) {
        (
            Some(self.names).filter(|names| !names.is_empty()),
            Some(self.values).filter(|values| !values.is_empty()),
        )
    }
}

/// An update expression, by its clauses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Update {
    set: Vec<String>,
    add: Vec<String>,
    remove: Vec<String>,
}

impl Update {
    /// Sets an attribute to a value.
    pub(crate) fn set(&mut self, placeholders: &mut Placeholders, name: &str, to: AttributeValue) {
        let (name, value) = (placeholders.name(name), placeholders.value(to));
        self.set.push(format!("{name} = {value}"));
    }

    /// Sets an attribute unless it is there.
    pub(crate) fn set_if_absent(
        &mut self,
        placeholders: &mut Placeholders,
        name: &str,
        to: AttributeValue,
    ) {
        let (name, value) = (placeholders.name(name), placeholders.value(to));
        self.set.push(format!("{name} = if_not_exists({name}, {value})"));
    }

    /// Adds to a number, or into a set; either begins empty.
    pub(crate) fn add(&mut self, placeholders: &mut Placeholders, name: &str, by: AttributeValue) {
        let (name, value) = (placeholders.name(name), placeholders.value(by));
        self.add.push(format!("{name} {value}"));
    }

    /// Any further setting.
    pub(crate) fn set_to(&mut self, clause: String) {
        self.set.push(clause);
    }

    pub(crate) fn remove(&mut self, placeholders: &mut Placeholders, name: &str) {
        self.remove.push(placeholders.name(name));
    }

    /// As DynamoDB reads it.
    pub(crate) fn render(&self) -> String {
        let clauses = [("SET", &self.set), ("ADD", &self.add), ("REMOVE", &self.remove)];
        let clauses = clauses.iter().filter(|(_, parts)| !parts.is_empty());
        let clauses = clauses.map(|(verb, parts)| format!("{verb} {}", parts.join(", ")));
        clauses.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::number;

    #[test]
    fn clauses_are_joined_and_a_name_has_one_placeholder() {
        let mut placeholders = Placeholders::default();
        let mut update = Update::default();
        update.set(&mut placeholders, "status", number(1));
        update.add(&mut placeholders, "count", number(2));
        update.remove(&mut placeholders, "status");
        assert_eq!(update.render(), "SET #n0 = :v0 ADD #n1 :v1 REMOVE #n0");
        let (names, values) = placeholders.into_parts();
        assert_eq!((names.unwrap().len(), values.unwrap().len()), (2, 2));
        assert_eq!(Placeholders::default().into_parts(), (None, None));
    }
}
