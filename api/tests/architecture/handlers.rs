//! A handler is extract, one call, answer: at most 25 lines of body.

use crate::tree::{Breach, Source, caught, hold, rust};

const LONGEST: usize = 25;

fn check(source: &Source) -> Vec<Breach> {
    let code = source.code();
    let mut breaches = Vec::new();
    for (start, _) in code.match_indices("#[utoipa::path") {
        let Some((name, line, length)) = body(&code, start) else {
            breaches.push(source.breach(
                line_of(&code, start),
                "a route without a handler",
                "put the function under it",
            ));
            continue;
        };
        if length > LONGEST {
            let rule =
                format!("the handler `{name}` has a body of {length} lines (at most {LONGEST})");
            let mend = "leave extract, one call, answer; the rest belongs to the station";
            breaches.push(source.breach(line, rule, mend));
        }
    }
    breaches
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// The next function's name, its line, and how many lines its body has.
fn body(code: &str, from: usize) -> Option<(String, usize, usize)> {
    let function = from + code[from..].find("fn ")?;
    let name: String = code[function + 3..]
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    let (mut depth, mut open) = (0, None);
    for (at, c) in code[function..]
        .char_indices()
        .map(|(at, c)| (function + at, c))
    {
        match c {
            '(' | '[' if open.is_none() => depth += 1,
            ')' | ']' if open.is_none() => depth -= 1,
            '{' if open.is_none() && depth == 0 => {
                open = Some(at);
                depth = 1;
            }
            '{' if open.is_some() => depth += 1,
            '}' if open.is_some() => depth -= 1,
            _ => {}
        }
        if let Some(start) = open
            && depth == 0
        {
            let lines = code[start..at].matches('\n').count().saturating_sub(1);
            return Some((name, line_of(code, function), lines));
        }
    }
    None
}

#[test]
fn handlers_are_short() {
    let files = rust();
    hold(&files.iter().flat_map(check).collect::<Vec<_>>());
    let routes = files
        .iter()
        .map(|source| source.code().matches("#[utoipa::path").count());
    assert!(routes.sum::<usize>() >= 10, "the handlers were not found");
}

#[test]
fn a_long_handler_is_caught() {
    let handler = |lines: usize| {
        let body = "    let x = [1]; { x };\n".repeat(lines);
        let text = format!(
            "#[utoipa::path(responses((status = 200)))]\n#[get(\"/x\")]\npub async fn get_x(a: A) -> R {{\n{body}}}\n"
        );
        Source::planted("api/src/media/http.rs", &text)
    };
    assert_eq!(check(&handler(LONGEST)), []);
    let breach = caught(check(&handler(LONGEST + 1)));
    assert_eq!(breach.line, 3);
    assert!(breach.rule.contains("`get_x`"), "{breach}");
}
