//! The word a person may have meant.

/// Jaro–Winkler similarity from which on a name is worth suggesting; unrelated words stay below 0.7.
const SIMILAR: f64 = 0.75;

/// The end of a message that knows better.
pub(super) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// What belongs to the name most similar to `wanted`, when one is similar at all.
pub(super) fn most_similar<'a, T>(wanted: &str, names: impl Iterator<Item = (&'a str, T)>) -> Option<T> {
    let plain = |name: &str| name.trim().to_lowercase().replace([' ', '-'], "_");
    let wanted = plain(wanted);
    names
        .map(|(name, value)| (strsim::jaro_winkler(&wanted, &plain(name)), value))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, value)| value)
}
