//! Nothing is silenced without a reason, nothing is left for later, no test is skipped.

use crate::tree::{Breach, Source, caught, hold, sources};

/// Macros and attributes that have no place in what is committed.
const NOT_YET: &[&str] = &["todo!(", "unimplemented!(", "#[ignore", "dbg!("];
/// The same as words of comments.
const MARKS: &[&str] = &["TODO", "FIXME", "XXX"];

fn check(source: &Source) -> Vec<Breach> {
    let (rust, script) = (source.is("rs"), source.is("ts") || source.is("mjs"));
    // Here the marks themselves are written down.
    if !(rust || script) || source.path.starts_with("api/tests/architecture/") {
        return Vec::new();
    }
    let mut breaches = marks(source);
    if rust {
        let code = crate::code::without_words(&source.text);
        breaches.extend(silenced(source, &code));
        for (number, line) in code.lines().enumerate() {
            for left in NOT_YET.iter().filter(|left| line.contains(**left)) {
                let rule = format!("`{left}` is left");
                breaches.push(source.breach(number + 1, rule, "finish it, or take it out"));
            }
        }
    }
    breaches
}

fn marks(source: &Source) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        let words = line.split(|c: char| !c.is_alphanumeric());
        for word in words.filter(|word| MARKS.contains(word)) {
            let rule = format!("a `{word}` is left");
            breaches.push(source.breach(
                number + 1,
                rule,
                "do it, or file an issue and take the mark out",
            ));
        }
        if line.contains("@ts-ignore") {
            let mend = "use @ts-expect-error with the reason behind it";
            breaches.push(source.breach(number + 1, "a type error is hidden", mend));
        }
    }
    breaches
}

/// `allow` and `expect` attributes that give no reason.
fn silenced(source: &Source, code: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for attribute in ["[allow(", "[expect("] {
        for (at, _) in code.match_indices(attribute) {
            let end = code[at..].find(")]").map_or(code.len(), |end| at + end);
            if !code[at..end].contains("reason") {
                let line = code[..at].matches('\n').count() + 1;
                let rule = format!("`#{attribute}…)]` gives no reason");
                let mend = "mend what the lint says, or write #[expect(…, reason = \"…\")]";
                breaches.push(source.breach(line, rule, mend));
            }
        }
    }
    breaches
}

#[test]
fn nothing_is_silenced_or_left_for_later() {
    hold(&sources().iter().flat_map(check).collect::<Vec<_>>());
}

#[test]
fn each_silence_and_each_mark_is_caught() {
    for (path, text) in [
        ("a/src/a.rs", "//! A.\n#[allow(dead_code)]\nfn f() {}"),
        ("a/src/a.rs", "//! A.\n#![expect(clippy::pedantic)]"),
        ("a/src/a.rs", "//! A.\nfn f() { todo!() }"),
        ("a/src/a.rs", "//! A.\nfn f() { unimplemented!(\"x\") }"),
        ("a/tests/a.rs", "//! A.\n#[ignore]\nfn f() {}"),
        ("a/src/a.rs", "//! A.\n// FIXME: later"),
        ("a/ts/a.ts", "/** A. */\n// @ts-ignore"),
        ("a/ts/a.ts", "/** A. */\n// TODO later"),
    ] {
        assert_eq!(
            caught(check(&Source::planted(path, text))).line,
            2,
            "{text}"
        );
    }
    let reasoned = "#[expect(clippy::unused_async, reason = \"actix-web's handlers are async\")]\nlet s = \"todo!()\";";
    assert_eq!(check(&Source::planted("a/src/a.rs", reasoned)), []);
}
