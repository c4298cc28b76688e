//! Every path that a piece of code names, with braces multiplied out: `use a::{b, c::d}` names `a::b` and `a::c::d`.

/// A path, and the line that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    pub path: Vec<String>,
}

impl Named {
    /// Whether these names stand in it, one after another.
    pub fn holds(&self, names: &str) -> bool {
        let wanted: Vec<&str> = names.split("::").collect();
        self.path
            .windows(wanted.len())
            .any(|window| window.iter().zip(&wanted).all(|(a, b)| a == b))
    }

    /// Whether it begins with this name.
    pub fn is_of(&self, first: &str) -> bool {
        self.path.first().is_some_and(|name| name == first)
    }
}

/// All paths of code whose comments and literals are blanked.
pub fn named(code: &str) -> Vec<Named> {
    let mut reader = Reader {
        tokens: tokens(code),
        at: 0,
        found: Vec::new(),
    };
    while reader.at < reader.tokens.len() {
        match &reader.tokens[reader.at].1 {
            Token::Name(_) => reader.path(Vec::new()),
            _ => reader.at += 1,
        }
    }
    reader.found
}

#[derive(Debug, PartialEq)]
enum Token {
    Name(String),
    Colons,
    Open,
    Close,
    Other,
}

fn tokens(code: &str) -> Vec<(usize, Token)> {
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let word = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            let (token, length) = match first {
                _ if word > 0 => (Token::Name(rest[..word].to_owned()), word),
                _ if rest.starts_with("::") => (Token::Colons, 2),
                '{' => (Token::Open, 1),
                '}' => (Token::Close, 1),
                _ => (Token::Other, first.len_utf8()),
            };
            if !first.is_whitespace() {
                found.push((number + 1, token));
            }
            rest = &rest[length..];
        }
    }
    found
}

struct Reader {
    tokens: Vec<(usize, Token)>,
    at: usize,
    found: Vec<Named>,
}

impl Reader {
    fn path(&mut self, mut path: Vec<String>) {
        let line = self.tokens[self.at].0;
        while let Some((_, Token::Name(name))) = self.tokens.get(self.at) {
            path.push(name.clone());
            self.at += 1;
            if self.tokens.get(self.at).map(|t| &t.1) != Some(&Token::Colons) {
                break;
            }
            self.at += 1;
        }
        if self.tokens.get(self.at).map(|t| &t.1) == Some(&Token::Open)
            && self.at > 0
            && self.tokens[self.at - 1].1 == Token::Colons
        {
            return self.group(&path);
        }
        self.found.push(Named { line, path });
    }

    fn group(&mut self, before: &[String]) {
        self.at += 1;
        while let Some((_, token)) = self.tokens.get(self.at) {
            match token {
                Token::Close => {
                    self.at += 1;
                    return;
                }
                Token::Name(_) => self.path(before.to_vec()),
                _ => self.at += 1,
            }
        }
    }
}

#[test]
fn braces_are_multiplied_out_over_several_lines() {
    let found =
        named("use crate::{\n    error::{Error, Result},\n    media,\n};\nlet x = sqlx::query();");
    let texts: Vec<String> = found.iter().map(|n| n.path.join("::")).collect();
    assert_eq!(
        texts,
        [
            "use",
            "crate::error::Error",
            "crate::error::Result",
            "crate::media",
            "let",
            "x",
            "sqlx::query"
        ]
    );
    assert_eq!((found[1].line, found[3].line), (2, 3));
    assert!(found[1].holds("error::Error") && !found[1].holds("error::Result"));
}
