//! Rust text without what the compiler does not run: comments, what stands inside literals, and tests.

/// The text with comments and the inside of literals blanked; every line keeps its number.
pub fn without_words(text: &str) -> String {
    let mut rest = Rest {
        chars: text.chars().collect(),
        at: 0,
        kept: String::with_capacity(text.len()),
    };
    while rest.at < rest.chars.len() {
        rest.step();
    }
    rest.kept
}

/// The text up to its `#[cfg(test)] mod … {`, which stands last in a file.
pub fn without_tests(code: &str) -> &str {
    let mut from = 0;
    while let Some(found) = code[from..].find("#[cfg(test)]") {
        let start = from + found;
        let item = code[start + "#[cfg(test)]".len()..].trim_start();
        if item.starts_with("mod ") && item.find('{') < item.find(';').or(Some(usize::MAX)) {
            return &code[..start];
        }
        from = start + 1;
    }
    code
}

struct Rest {
    chars: Vec<char>,
    at: usize,
    kept: String,
}

impl Rest {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn keep(&mut self) {
        self.kept.push(self.peek(0));
        self.at += 1;
    }

    fn blank(&mut self) {
        self.kept
            .push(if self.peek(0) == '\n' { '\n' } else { ' ' });
        self.at += 1;
    }

    fn blank_while(&mut self, mut more: impl FnMut(&Self) -> bool) {
        while self.at < self.chars.len() && more(self) {
            self.blank();
        }
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.blank_while(|rest| rest.peek(0) != '\n'),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(0, true),
            ('r', '"' | '#') if !self.in_word() => self.raw_string(),
            ('b', '"') if !self.in_word() => self.keep(),
            ('\'', _) => self.char_or_lifetime(),
            _ => self.keep(),
        }
    }

    /// Whether this letter is the end of a longer word, such as the `r` of `for`; `br"…"` is raw too.
    fn in_word(&self) -> bool {
        let before = |n: usize| self.at.checked_sub(n).map_or(' ', |at| self.chars[at]);
        let word = |c: char| c.is_alphanumeric() || c == '_';
        word(before(1)) && (before(1) != 'b' || word(before(2)))
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                ('\0', _) => return,
                _ => {
                    self.blank();
                    continue;
                }
            }
            self.blank();
            self.blank();
            if depth == 0 {
                return;
            }
        }
    }

    fn raw_string(&mut self) {
        let mut hashes = 0;
        while self.peek(1 + hashes) == '#' {
            hashes += 1;
        }
        if self.peek(1 + hashes) != '"' {
            // A raw identifier.
            return self.keep();
        }
        for _ in 0..=hashes {
            self.keep();
        }
        self.string(hashes, false);
    }

    fn string(&mut self, hashes: usize, escapes: bool) {
        self.keep();
        while self.at < self.chars.len() {
            match self.peek(0) {
                '\\' if escapes => {
                    self.blank();
                    self.blank();
                }
                '"' if (1..=hashes).all(|n| self.peek(n) == '#') => {
                    for _ in 0..=hashes {
                        self.keep();
                    }
                    return;
                }
                _ => self.blank(),
            }
        }
    }

    fn char_or_lifetime(&mut self) {
        let escaped = self.peek(1) == '\\';
        if !escaped && self.peek(2) != '\'' {
            return self.keep();
        }
        self.keep();
        if escaped {
            self.blank();
            self.blank();
        }
        self.blank_while(|rest| rest.peek(0) != '\'');
        self.keep();
    }
}

#[test]
fn comments_and_literals_are_blanked_and_code_is_kept() {
    let text = "let a = \"sqlx::\\\"x\"; // sqlx\n/* sqlx /* x */ y */ let b = 'x'; f::<'a>(r#\"sqlx \"q\" \"#, br\"sqlx\", '\\'')";
    let code = without_words(text);
    assert!(!code.contains("sqlx"), "{code}");
    assert!(
        code.contains("let b = ' '; f::<'a>(r#\"") && code.ends_with(')'),
        "{code}"
    );
    assert_eq!(code.lines().count(), 2);
}

#[test]
fn only_the_tests_at_the_end_are_cut() {
    let code = "#[cfg(test)]\nmod tests;\nfn a() {}\n#[cfg(test)]\nmod more {\n}";
    assert_eq!(without_tests(code), "#[cfg(test)]\nmod tests;\nfn a() {}\n");
}
