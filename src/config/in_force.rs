//! The settings in force as a file of their own, each with where it comes from.

use super::layers::InForce;
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// Column at which the origins stand, where there is room.
const ORIGIN_COLUMN: usize = 46;

impl fmt::Display for InForce {
    /// A whole `ironstride.toml` that says what is in force, with the origins as comments.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = toml::to_string(&self.settings).map_err(|_| fmt::Error)?;
        writeln!(f, "# {}", self.source())?;
        let mut section = String::new();
        let mut counts = BTreeMap::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")) {
                let count: &mut usize = counts.entry(name.to_owned()).or_default();
                section = format!("{name}.{count}.");
                *count += 1;
            } else if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = format!("{}.", name.replace('"', ""));
            }
            let mut line = line.to_owned();
            // no key has an equals sign in it
            if let Some((key, _)) = line.split_once(" = ") {
                let origin = self.origin(&format!("{section}{key}"));
                write!(line, "{:1$} # {origin}", "", ORIGIN_COLUMN.saturating_sub(line.chars().count()))?;
            }
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Environment, Flags, InForce};

    #[test]
    fn what_is_shown_can_be_read_back() {
        let environment: Environment = [("IRONSTRIDE_DATA".to_owned(), "/a b".into())].into_iter().collect();
        let flags = Flags { log: Some("debug".to_owned()), ..Flags::default() };
        let shown = InForce::find(&flags, &environment).unwrap().to_string();
        assert!(shown.starts_with("# no configuration file ("), "{shown}");
        for (key, origin) in [
            ("directory = \"/a b\"", "environment, IRONSTRIDE_DATA"),
            ("level = \"debug\"", "--log"),
            ("listen = \"0.0.0.0:8480\"", "default"),
            ("power_pct = 10.0", "default"),
            ("id = \"rack-1\"", "default"),
        ] {
            let line = shown.lines().find(|line| line.starts_with(key));
            assert!(line.is_some_and(|line| line.ends_with(&format!(" # {origin}"))), "{key}\n{shown}");
        }
        let again: crate::config::Settings = toml::from_str(&shown).unwrap();
        assert_eq!(again, InForce::find(&flags, &environment).unwrap().settings);
    }
}
