//! The address that a link leads to, with the id of the click in it.

/// The parameter that says which click it was.
const PARAMETER: &str = "beckon_click_id";

/// Adds the click's id to the query, once; everything else stays as it was written.
pub(super) fn with_click_id(url: &str, click_id: &str) -> String {
    let (before, fragment) = match url.split_once('#') {
        Some((before, fragment)) => (before, Some(fragment)),
        None => (url, None),
    };
    let (path, query) = match before.split_once('?') {
        Some((path, query)) => (path, query),
        None => (before, ""),
    };
    let own = |pair: &&str| pair.split('=').next() == Some(PARAMETER);
    let mut pairs: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !own(pair))
        .collect();
    let added = format!("{PARAMETER}={}", click_id.to_ascii_lowercase());
    pairs.push(&added);
    let fragment = fragment.map_or_else(String::new, |fragment| format!("#{fragment}"));
    format!("{path}?{}{fragment}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_added_once_and_all_else_stays() {
        for (url, wanted) in [
            ("https://s.example", "https://s.example?beckon_click_id=k7"),
            (
                "https://s.example/a?b=%20c&d#e?f#g",
                "https://s.example/a?b=%20c&d&beckon_click_id=k7#e?f#g",
            ),
            (
                "https://s.example/?beckon_click_id=old&x=1&beckon_click_id=older",
                "https://s.example/?x=1&beckon_click_id=k7",
            ),
            (
                "https://s.example/?beckon_click_idea=1",
                "https://s.example/?beckon_click_idea=1&beckon_click_id=k7",
            ),
            (
                "https://s.example/#top",
                "https://s.example/?beckon_click_id=k7#top",
            ),
            ("/own?", "/own?beckon_click_id=k7"),
        ] {
            assert_eq!(with_click_id(url, "K7"), wanted);
            assert_eq!(with_click_id(&with_click_id(url, "a"), "K7"), wanted);
        }
    }
}
