//! What a person reads whose link leads nowhere.

use crate::error::Refusal;

/// A page without anything from elsewhere. Nothing of the request stands in it.
pub(super) fn page(refusal: &Refusal) -> String {
    let (title, detail) = (escaped(refusal.code.title()), escaped(&refusal.detail));
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><body style=\"font:1.1em/1.5 system-ui,sans-serif;max-width:32em;margin:4em auto;padding:0 1em\">\
         <h1 style=\"font-size:1.3em\">{title}</h1><p>{detail}.</p><p><small>{}</small></p></body></html>\n",
        refusal.code.as_str()
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn a_page_says_what_is_wrong_and_runs_nothing() {
        let page = page(&Refusal::new(
            ErrorCode::LinkClosed,
            "<script>this</script> & that",
        ));
        assert!(page.contains("&lt;script>this&lt;/script> &amp; that."));
        assert!(page.contains("link_closed") && !page.contains("<script"));
    }
}
