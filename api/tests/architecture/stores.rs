//! A station's SQL is its own business: nobody else calls its store.

use crate::imports::STATIONS;
use crate::paths::named;
use crate::tree::{Breach, Source, caught, hold, rust};

const STORES: &[&str] = &["store", "dynamo"];

fn check(source: &Source) -> Vec<Breach> {
    let module = source.module();
    let own = module.first().copied().unwrap_or_default();
    let mut breaches = Vec::new();
    for name in named(&source.code()) {
        let [root, station, file, ..] = name.path.as_slice() else {
            continue;
        };
        let foreign =
            root == "crate" && station != own && STATIONS.iter().any(|(name, _)| name == station);
        if foreign && STORES.contains(&file.as_str()) {
            let rule = format!("`{own}` calls the store of `{station}`");
            breaches.push(source.breach(name.line, rule, "call what the station's mod.rs offers"));
        }
    }
    if source.name() == "mod.rs" && !own.is_empty() {
        for (number, line) in source.code().lines().enumerate() {
            let line = line.trim();
            if line.starts_with("pub")
                && STORES.iter().any(|s| line.ends_with(&format!("mod {s};")))
            {
                breaches.push(source.breach(
                    number + 1,
                    "a store is open to other stations",
                    "make the module private",
                ));
            }
        }
    }
    breaches
}

#[test]
fn stores_are_called_by_their_own_station_alone() {
    hold(&rust().iter().flat_map(check).collect::<Vec<_>>());
}

#[test]
fn a_call_from_outside_and_an_open_door_are_caught() {
    let call = Source::planted("api/src/events/mod.rs", "use crate::viewers::store::get;");
    assert_eq!(
        caught(check(&call)).rule,
        "`events` calls the store of `viewers`"
    );
    let door = Source::planted("api/src/media/mod.rs", "//! Media.\npub(crate) mod store;");
    assert_eq!(caught(check(&door)).line, 2);
    let own = Source::planted(
        "api/src/media/mod.rs",
        "mod store;\nuse crate::media::store::x;",
    );
    assert_eq!(check(&own), []);
}
