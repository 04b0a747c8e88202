//! What a source file names: every path in it, resolved to where it begins.
//!
//! The file is read as tokens, not as text, so comments and strings name nothing; and not as a syntax tree, so what
//! stands inside a macro is seen like everything else. Scopes are not followed: a name that is imported anywhere in a
//! file stands for what was imported in all of it, which can only make the house stricter.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};

/// One thing that a file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    /// The whole path, beginning with `crate` or the name of a crate; a bare macro or keyword stands alone.
    pub path: Vec<String>,
    /// What it is.
    pub kind: Kind,
    /// Line, counted from 1.
    pub line: usize,
    /// Whether it is under `#[cfg(test)]`.
    pub in_test: bool,
}

/// What a mention is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A path in code, or a leaf of a `use` with or without the star.
    Path,
    /// A macro called by its bare name.
    Macro,
    /// `async` or `await`.
    Keyword,
}

/// A path as it is written, and where.
#[derive(Clone, Debug)]
struct Raw {
    segments: Vec<String>,
    /// Begins with `::`, or is an `extern crate`.
    external: bool,
    kind: Kind,
    place: Place,
    line: usize,
}

/// The module a token stands in.
#[derive(Clone, Debug)]
struct Place {
    module: Vec<String>,
    in_test: bool,
}

/// Everything that `source`, the file of the module `module`, names. `crates` are the names of all crates that can be
/// named at all; any other first segment is local and not reported.
pub(super) fn mentions(
    source: &str,
    module: &[&str],
    crates: &BTreeSet<String>,
) -> Result<Vec<Mention>, String> {
    let tokens: TokenStream = source.parse().map_err(|error| format!("can't be read as Rust: {error}"))?;
    let mut file = File { found: Vec::new(), aliases: BTreeMap::new(), entering: None };
    // a file of its own for tests is called `tests` (its `cfg` stands in the parent)
    let in_test = module.contains(&"tests");
    let place = Place { module: module.iter().map(ToString::to_string).collect(), in_test };
    file.walk(tokens, &place);
    let resolve = |raw: &Raw| {
        let paths = if matches!(raw.kind, Kind::Macro | Kind::Keyword) {
            vec![raw.segments.clone()]
        } else {
            file.resolve(raw, crates, 0)
        };
        let (kind, line, in_test) = (raw.kind, raw.line, raw.place.in_test);
        paths.into_iter().map(move |path| Mention { path, kind, line, in_test }).collect::<Vec<_>>()
    };
    Ok(file.found.iter().flat_map(resolve).collect())
}

struct File {
    found: Vec<Raw>,
    /// What a name stands for, by every `use` and `extern crate` of the file.
    aliases: BTreeMap<String, Vec<Raw>>,
    /// The name of the inline module whose block comes next.
    entering: Option<String>,
}

impl File {
    fn walk(&mut self, tokens: TokenStream, place: &Place) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        // the attribute holds for the next item, which ends with a block or a semicolon
        let mut test_item = false;
        while at < tokens.len() {
            let here = Place { in_test: place.in_test || test_item, ..place.clone() };
            match &tokens[at] {
                TokenTree::Ident(ident) => at = self.word(&tokens, at, ident, &here),
                TokenTree::Group(group) => {
                    test_item |= attribute_is_test(&tokens, at, group);
                    test_item &= group.delimiter() != Delimiter::Brace;
                    let mut inside = here;
                    inside.module.extend(self.entering.take());
                    self.walk(group.stream(), &inside);
                    at += 1;
                }
                TokenTree::Punct(punct) => {
                    test_item &= punct.as_char() != ';';
                    at += 1;
                }
                TokenTree::Literal(_) => at += 1,
            }
        }
    }

    /// Handles what begins with the word at `at`; returns where to go on.
    fn word(&mut self, tokens: &[TokenTree], at: usize, ident: &Ident, place: &Place) -> usize {
        let line = ident.span().start().line;
        let raw = |segments, external, kind| Raw { segments, external, kind, place: place.clone(), line };
        match ident.to_string().as_str() {
            keyword @ ("async" | "await") => {
                self.found.push(raw(vec![keyword.into()], false, Kind::Keyword));
                at + 1
            }
            // not the `use<'a>` of a return type
            "use" if !is_punct(tokens.get(at + 1), '<') => {
                self.import(tokens, at + 1, &raw(Vec::new(), false, Kind::Path))
            }
            "extern" if is_word(tokens.get(at + 1), "crate") => {
                self.extern_crate(tokens, at + 2, &raw(Vec::new(), true, Kind::Path))
            }
            "mod" if matches!(tokens.get(at + 2), Some(TokenTree::Group(_))) => {
                self.entering =
                    tokens.get(at + 1).map(|name| name.to_string().trim_start_matches("r#").to_owned());
                at + 2
            }
            // a field or method is no path
            _ if is_punct(at.checked_sub(1).and_then(|before| tokens.get(before)), '.')
                && !is_range(tokens, at) =>
            {
                at + 1
            }
            _ => {
                let (segments, next) = chain(tokens, at);
                let external = at >= 2 && is_colons(tokens, at - 2) && !ends_path(tokens, at - 2);
                let is_macro = is_punct(tokens.get(next), '!') && !is_punct(tokens.get(next + 1), '=');
                if is_macro && segments.len() == 1 {
                    self.found.push(raw(segments, external, Kind::Macro));
                } else if segments.len() > 1 {
                    self.found.push(raw(segments, external, Kind::Path));
                }
                next
            }
        }
    }

    /// `crate name` or `crate name as other` from `at` on.
    fn extern_crate(&mut self, tokens: &[TokenTree], at: usize, raw: &Raw) -> usize {
        let Some(TokenTree::Ident(name)) = tokens.get(at) else { return at };
        let raw = Raw { segments: vec![plain(name)], ..raw.clone() };
        let alias = match (tokens.get(at + 1), tokens.get(at + 2)) {
            (Some(TokenTree::Ident(word)), Some(TokenTree::Ident(other))) if word == "as" => plain(other),
            _ => plain(name),
        };
        self.aliases.entry(alias).or_default().push(raw.clone());
        self.found.push(raw);
        at + 1
    }

    /// One `use` tree from `at` on, up to a comma, a semicolon or the end; `raw` is what stands before it.
    fn import(&mut self, tokens: &[TokenTree], mut at: usize, raw: &Raw) -> usize {
        let mut raw = raw.clone();
        if raw.segments.is_empty() && is_colons(tokens, at) {
            raw.external = true;
        }
        let mut alias = None;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Ident(word) if word == "as" => {
                    alias =
                        tokens.get(at + 1).map(|name| name.to_string().trim_start_matches("r#").to_owned());
                    at += 2;
                }
                TokenTree::Ident(name) => {
                    raw.line = name.span().start().line;
                    raw.segments.push(plain(name));
                    at += 1;
                }
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    let mut next = 0;
                    while next < inner.len() {
                        next = self.import(&inner, next, &raw) + 1;
                    }
                    return at + 1;
                }
                TokenTree::Punct(punct) if punct.as_char() == '*' => {
                    alias = Some("*".to_owned());
                    at += 1;
                }
                TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => break,
                _ => at += 1,
            }
        }
        // `a::{self}` is `a`
        if raw.segments.len() > 1 && raw.segments.last().is_some_and(|last| last == "self") {
            raw.segments.pop();
        }
        if let Some(name) = alias.or_else(|| raw.segments.last().cloned()) {
            self.aliases.entry(name).or_default().push(raw.clone());
        }
        self.found.push(raw);
        at
    }

    /// The whole paths that a path may stand for; none when it begins with something local.
    fn resolve(&self, raw: &Raw, crates: &BTreeSet<String>, depth: usize) -> Vec<Vec<String>> {
        let Some((first, rest)) = raw.segments.split_first() else { return Vec::new() };
        if raw.external {
            return vec![raw.segments.clone()];
        }
        if matches!(first.as_str(), "crate" | "self" | "super") {
            let mut whole = vec!["crate".to_owned()];
            if first != "crate" {
                whole.extend(raw.place.module.iter().cloned());
            }
            for segment in &raw.segments {
                match segment.as_str() {
                    "crate" | "self" => {}
                    "super" => drop(whole.pop().filter(|popped| popped != "crate")),
                    _ => whole.push(segment.clone()),
                }
            }
            return vec![whole];
        }
        let targets = self.aliases.get(first).map(Vec::as_slice).unwrap_or_default();
        let mut whole: Vec<Vec<String>> = targets
            .iter()
            .filter(|target| target.external || target.segments.first() != Some(first))
            // an import of an import of an import: deeper than this nobody goes but a circle
            .filter(|_| depth < 8)
            .flat_map(|target| self.resolve(target, crates, depth + 1))
            .map(|path| path.into_iter().chain(rest.iter().cloned()).collect())
            .collect();
        if crates.contains(first) {
            whole.push(raw.segments.clone());
        }
        whole
    }
}

/// The segments of the path that begins at `at`, and where it ends.
fn chain(tokens: &[TokenTree], mut at: usize) -> (Vec<String>, usize) {
    let mut segments = Vec::new();
    while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
        segments.push(plain(ident));
        at += 1;
        if !(is_colons(tokens, at) && matches!(tokens.get(at + 2), Some(TokenTree::Ident(_)))) {
            break;
        }
        at += 2;
    }
    (segments, at)
}

/// The group at `at` is the body of `#[cfg(… test …)]`, and not of one that says `not`.
fn attribute_is_test(tokens: &[TokenTree], at: usize, group: &Group) -> bool {
    let inside: Vec<TokenTree> = group.stream().into_iter().collect();
    let Some(TokenTree::Group(condition)) = inside.get(1) else { return false };
    let words = condition.stream().to_string();
    let says = |word| words.split(|c: char| !c.is_alphanumeric()).any(|other| other == word);
    group.delimiter() == Delimiter::Bracket
        && is_punct(at.checked_sub(1).and_then(|before| tokens.get(before)), '#')
        && is_word(inside.first(), "cfg")
        && says("test")
        && !says("not")
        && !says("any")
}

/// The name without the `r#` that only says that it is no keyword.
fn plain(ident: &Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

fn is_word(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == word)
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')
}

/// Two dots stand before the word at `at`: it begins the end of a range.
fn is_range(tokens: &[TokenTree], at: usize) -> bool {
    at >= 2 && is_punct(tokens.get(at - 2), '.')
}

/// A path or the end of generics stands right before `at`, so that `::` goes on with it.
fn ends_path(tokens: &[TokenTree], at: usize) -> bool {
    match at.checked_sub(1).and_then(|before| tokens.get(before)) {
        // `as ::std::…`, `in ::std::…` and `return ::std::…` begin a new path
        Some(TokenTree::Ident(ident)) => {
            !["as", "in", "return", "dyn", "impl", "mut", "for"].iter().any(|word| ident == word)
        }
        Some(TokenTree::Punct(punct)) => punct.as_char() == '>',
        Some(TokenTree::Group(_) | TokenTree::Literal(_)) | None => false,
    }
}
