//! The JSON Schema of `ironstride.toml`: for editors, and for the ranges that a file is held to.

use super::settings::Settings;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Value;

impl Settings {
    /// The JSON Schema (draft 2020-12) of the file, with descriptions, ranges and defaults.
    #[must_use]
    pub fn schema() -> Value {
        SchemaGenerator::default().into_root_schema_for::<Self>().to_value()
    }
}

/// The same without references.
pub(super) fn inlined() -> Value {
    let settings = SchemaSettings::default().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<Settings>().to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `see` with the name and schema of every property below `schema`.
    fn each_property(schema: &Value, see: &mut impl FnMut(&str, &Value)) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            see(name, property);
            each_property(property, see);
            each_property(&property["items"], see);
            each_property(&property["additionalProperties"], see);
        }
    }

    #[test]
    fn every_number_has_a_range_and_every_key_an_explanation() {
        let mut seen = 0;
        each_property(&inlined(), &mut |name, property| {
            seen += 1;
            assert!(property["description"].is_string(), "{name}: {property}");
            for number in [property, &property["items"]] {
                if ["number", "integer"].contains(&number["type"].as_str().unwrap_or_default()) {
                    assert!(
                        number["minimum"].is_number() && number["maximum"].is_number(),
                        "{name}: {number}"
                    );
                }
            }
        });
        assert!(seen > 30, "{seen}");
    }
}
