//! The attribute list of a tag: `NAME=value,NAME="quoted, value"`.

use super::playlist::Fault;

/// The attributes of one tag.
pub struct Attributes<'a> {
    tag: &'static str,
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Attributes<'a> {
    /// Takes a list apart. A name without a value is passed over, as players do.
    pub fn read(tag: &'static str, list: &'a str) -> Self {
        let mut pairs = Vec::new();
        let mut rest = list;
        while let Some((name, after)) = rest.split_once('=') {
            // What stands before the last comma was a word without a value.
            let name = name.rsplit(',').next().unwrap_or(name).trim();
            let (value, next) = match after.trim_start().strip_prefix('"') {
                Some(quoted) => {
                    let (value, next) = quoted.split_once('"').unwrap_or((quoted, ""));
                    (value, next.split_once(',').map_or("", |(_, next)| next))
                }
                None => {
                    let (value, next) = after.split_once(',').unwrap_or((after, ""));
                    (value.trim(), next)
                }
            };
            pairs.push((name, value));
            rest = next;
        }
        Self { tag, pairs }
    }

    pub fn get(&self, name: &str) -> Option<&'a str> {
        let found = self.pairs.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    pub fn is_yes(&self, name: &str) -> bool {
        self.get(name) == Some("YES")
    }

    pub fn required(&self, name: &'static str) -> Result<&'a str, Fault> {
        self.get(name).ok_or(Fault::Missing {
            tag: self.tag,
            attribute: name,
        })
    }

    /// The attribute as whatever it should be; one that is none counts as absent, for
    /// nothing depends on it.
    pub fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_equal_signs_in_quotes_part_nothing() {
        let list = "A=1, B=\"x,y=z\",C=0xFF,D=\"\",FLAG,E=1280x720";
        let attributes = Attributes::read("#T", list);
        let got: Vec<_> = ["A", "B", "C", "D", "E", "FLAG"]
            .iter()
            .map(|name| attributes.get(name))
            .collect();
        let expected = [
            Some("1"),
            Some("x,y=z"),
            Some("0xFF"),
            Some(""),
            Some("1280x720"),
            None,
        ];
        assert_eq!(got, expected);
    }

    #[test]
    fn a_quote_that_never_ends_ends_with_the_line() {
        let attributes = Attributes::read("#T", "A=\"open,B=2");
        assert_eq!(attributes.get("A"), Some("open,B=2"));
        assert_eq!(attributes.get("B"), None);
    }
}
