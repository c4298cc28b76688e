//! The demo's shop: where the drawn broadcast's links lead, so that a phone that scans a code arrives somewhere, and can
//! order what it came for. Its server then tells of the order, as any advertiser's would.

use serde_json::{Value, json};

/// Something on sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Its place in the shop.
    pub slug: &'static str,
    /// What it is.
    pub title: &'static str,
    /// Who sells it.
    pub seller: &'static str,
    /// Its price, in cents.
    pub cents: u32,
}

const ITEMS: [Item; 6] = [
    item("shell", "Shell jacket", "Fjellro Outdoor", 24_900),
    item("kettle", "Kettle", "Hob & Hearth", 5_900),
    item("two", "Two cups for one", "Tern Coffee", 390),
    item("camera", "The goal camera, a month", "North Shore", 600),
    item("radio", "Table radio", "Wren Audio", 18_900),
    item("heron", "Heron 8x42", "Kestrel Optics", 89_900),
];

const fn item(slug: &'static str, title: &'static str, seller: &'static str, cents: u32) -> Item {
    Item {
        slug,
        title,
        seller,
        cents,
    }
}

/// What stands at this place.
#[must_use]
pub fn find(slug: &str) -> Option<Item> {
    ITEMS.into_iter().find(|item| item.slug == slug)
}

/// The id of the click with which somebody came: letters and digits, or it is none.
#[must_use]
pub fn click_id(given: &str) -> Option<&str> {
    let plain = given.bytes().all(|b| b.is_ascii_alphanumeric());
    (!given.is_empty() && given.len() <= 128 && plain).then_some(given)
}

/// The page of an item, with a button for who came by a link.
#[must_use]
pub fn page(item: Item, click_id: Option<&str>) -> String {
    let order = click_id.map_or_else(
        || "<p>Nobody sent you here, so nobody hears of your order.</p>".to_owned(),
        |id| {
            let slug = item.slug;
            format!(
                "<form method=\"post\" action=\"/demo/shop/{slug}/orders\"><input type=\"hidden\" name=\"beckon_click_id\" \
                 value=\"{id}\"><button>Order</button></form><p><small>You came with the click {id}</small></p>"
            )
        },
    );
    let price = price(item.cents);
    framed(item, &format!("<p>{price}</p>{order}"))
}

/// The page after an order.
#[must_use]
pub fn thanks(item: Item, status: &str) -> String {
    let counted = match status {
        "accepted" => "Your order was put down to the overlay that brought you.",
        "duplicate" => "This order was known already, and is counted once.",
        _ => "Your order could not be put down to a click.",
    };
    framed(item, &format!("<p>Thank you. {counted}</p>"))
}

/// What the shop's server tells of an order: one a click.
#[must_use]
pub fn conversion(item: Item, click_id: &str, at: &str) -> Value {
    json!({"items": [{"conversion_id": format!("order-{}-{click_id}", item.slug), "beckon_click_id": click_id,
        "at": at, "value_micros": u64::from(item.cents) * 10_000, "currency": "EUR"}]})
}

fn price(cents: u32) -> String {
    format!("{}.{:02} €", cents / 100, cents % 100)
}

fn framed(item: Item, body: &str) -> String {
    let (title, seller) = (item.title, item.seller.replace('&', "&amp;"));
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><body style=\"font:1.1em/1.5 system-ui,sans-serif;max-width:28em;margin:3em auto;padding:0 1em\">\
         <p><small>{seller}: a shop of the demo</small></p><h1 style=\"font-size:1.4em\">{title}</h1>{body}</body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_demo_advertises_is_on_sale() {
        let seeds: Vec<Value> =
            serde_json::from_str(include_str!("seed/instruments.json")).expect("JSON");
        let links = seeds
            .iter()
            .filter_map(|seed| seed["instrument"]["content"]["link_url"].as_str());
        let mut found = 0;
        for link in links {
            let slug = link
                .strip_prefix("/demo/shop/")
                .expect("a link to the shop");
            assert!(find(slug).is_some(), "{link}");
            found += 1;
        }
        assert!(found >= 6);
    }

    #[test]
    fn only_an_id_that_is_one_stands_in_the_page() {
        for bad in ["", "a b", "\"><script>", &"a".repeat(129)] {
            assert_eq!(click_id(bad), None);
        }
        let item = find("kettle").expect("on sale");
        let page = page(item, click_id("k7"));
        assert!(page.contains("value=\"k7\"") && page.contains("59.00 €"));
        assert!(page.contains("Hob &amp; Hearth"));
    }
}
