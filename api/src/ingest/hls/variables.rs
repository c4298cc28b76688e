//! Variables in playlists (EXT-X-DEFINE): their values stand in place of `{$name}`.

use std::borrow::Cow;

use super::attributes::Attributes;
use super::playlist::Fault;

pub(super) const DEFINE: &str = "#EXT-X-DEFINE";

/// What a playlist takes from outside: the query of its own address, and its master playlist's variables.
#[derive(Debug, Clone, Default)]
pub struct Given<'a> {
    /// What follows the question mark.
    pub query: Option<&'a str>,
    /// Names and values.
    pub imported: &'a [(String, String)],
}

/// The variables of one playlist.
#[derive(Debug, Default)]
pub(super) struct Variables {
    known: Vec<(String, String)>,
}

impl Variables {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.known.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Reads a definition.
    pub fn define(&mut self, value: &str, given: &Given<'_>) -> Result<(), Fault> {
        let attributes = Attributes::read(DEFINE, value);
        let unknown = |name: &str| Fault::value(DEFINE, "a variable that is given", name);
        let (name, value) = if let Some(name) = attributes.get("NAME") {
            (name, attributes.required("VALUE")?.to_owned())
        } else if let Some(name) = attributes.get("QUERYPARAM") {
            let value = parameter(given.query.unwrap_or_default(), name);
            (name, value.ok_or_else(|| unknown(name))?)
        } else {
            let name = attributes.required("IMPORT")?;
            let found = given.imported.iter().find(|(known, _)| known == name);
            (name, found.ok_or_else(|| unknown(name))?.1.clone())
        };
        if self.get(name).is_some() {
            return Err(Fault::value(DEFINE, "a name that is defined once", name));
        }
        self.known.push((name.to_owned(), value));
        Ok(())
    }

    /// The line with values in place of names. Only playlists that define variables know any: in others the signs
    /// stand for themselves.
    pub fn replace<'a>(&self, line: &'a str) -> Result<Cow<'a, str>, Fault> {
        if self.known.is_empty() || !line.contains("{$") {
            return Ok(Cow::Borrowed(line));
        }
        let mut replaced = String::with_capacity(line.len());
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("{$") {
            replaced.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let value = self.get(name);
            replaced.push_str(
                value.ok_or_else(|| Fault::value(DEFINE, "a variable that is defined", name))?,
            );
            rest = after;
        }
        replaced.push_str(rest);
        Ok(Cow::Owned(replaced))
    }

    pub fn into_known(self) -> Vec<(String, String)> {
        self.known
    }
}

/// The first parameter of this name, decoded.
fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut found = pairs.filter(|(known, _)| decode(known) == name);
    found.next().map(|(_, value)| decode(value))
}

/// Percent signs and what follows them as what they stand for; what is no such sign stays.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let decoded = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, decoded) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
