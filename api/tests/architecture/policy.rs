//! The policy that `api/deploy/` gives a node, against the code: each AWS call that is made stands in it, and nothing more.
//!
//! A call is read off the code as `client.operation()`; each of them is sent once, so a call in other words is seen by its
//! `.send()`.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{Breach, Source, caught, hold, root, rust};

/// The clients' crates, and how IAM names their services.
const SERVICES: &[(&str, &str)] = &[
    ("aws_sdk_rekognition", "rekognition"),
    ("aws_sdk_dynamodb", "dynamodb"),
    ("aws_sdk_ivs", "ivs"),
    ("aws_sdk_s3", "s3"),
];

/// Calls that IAM knows by another name.
const OTHERWISE: &[(&str, &str)] = &[
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
];

/// What follows `client.` and is no call.
const NO_CALLS: &[&str] = &["clone", "config", "as_ref"];

/// The actions that a file's calls need, with the line of the first.
fn calls(source: &Source) -> Result<BTreeMap<String, usize>, Breach> {
    let code = source.code();
    let mut clients = SERVICES.iter().filter(|(name, _)| code.contains(name));
    let Some((_, service)) = clients.next_back() else {
        return Ok(BTreeMap::new());
    };
    let (mut found, mut count) = (BTreeMap::new(), 0);
    for (at, _) in code.match_indices("client") {
        let Some(name) = called(&code[at + "client".len()..]) else {
            continue;
        };
        if NO_CALLS.contains(&name.as_str()) {
            continue;
        }
        count += 1;
        let action = format!("{service}:{}", pascal(&name));
        let other = OTHERWISE.iter().find(|(call, _)| *call == action);
        let action = other.map_or(action, |(_, name)| (*name).to_owned());
        let line = code[..at].lines().count().max(1);
        found.entry(action).or_insert(line);
    }
    // Rekognition's jobs take a role with them, which whoever starts one must be allowed to hand over.
    if let Some(at) = code.find(".set_notification_channel(") {
        let line = code[..at].lines().count();
        found.entry("iam:PassRole".to_owned()).or_insert(line);
    }
    let sent = code.matches(".send()").count();
    if sent > count {
        let rule = format!("{sent} calls are sent, and {count} are seen by name");
        let mend = "write each as client.operation(), and send it once";
        return Err(source.breach(1, rule, mend));
    }
    Ok(found)
}

/// The name in `.name()`, whatever the line breaks.
fn called(after: &str) -> Option<String> {
    let after = after.trim_start().strip_prefix('.')?.trim_start();
    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    after[end..]
        .starts_with("()")
        .then(|| after[..end].to_owned())
}

fn pascal(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at(1.min(word.len()));
        first.to_uppercase() + rest
    });
    words.collect()
}

/// The actions that the template allows a node.
fn allowed(template: &str) -> BTreeSet<String> {
    let policy = template
        .split("\n  NodePolicy:\n")
        .nth(1)
        .unwrap_or_default();
    let policy = policy.split("\nOutputs:\n").next().unwrap_or_default();
    let items = policy
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- "));
    let is_action = |item: &&str| {
        let parts = item.split_once(':');
        parts.is_some_and(|(service, action)| {
            service
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                && action.starts_with(|c: char| c.is_ascii_uppercase() || c == '*')
        })
    };
    items.filter(is_action).map(str::to_owned).collect()
}

const TEMPLATE: &str = "api/deploy/beckon.yaml";

fn check(template: &str, sources: &[Source]) -> Vec<Breach> {
    let allowed = allowed(template);
    let mut breaches = Vec::new();
    let mut needed = BTreeSet::new();
    for source in sources {
        match calls(source) {
            Ok(found) => {
                for (action, line) in found {
                    if !allowed.contains(&action) {
                        let rule = format!("{TEMPLATE} does not allow {action}");
                        let mend = "add it to NodePolicy, on the resources that it needs";
                        breaches.push(source.breach(line, rule, mend));
                    }
                    needed.insert(action);
                }
            }
            Err(breach) => breaches.push(breach),
        }
    }
    // A client that is not there yet is not judged by what it never calls.
    let services: BTreeSet<&str> = SERVICES
        .iter()
        .filter(|(name, _)| sources.iter().any(|s| s.code().contains(name)))
        .map(|(_, service)| *service)
        .chain(["iam"])
        .collect();
    let judged = |action: &&String| {
        action
            .split(':')
            .next()
            .is_some_and(|s| services.contains(s))
    };
    for action in allowed.difference(&needed).filter(judged) {
        breaches.push(Breach {
            place: TEMPLATE.to_owned(),
            line: 1,
            rule: format!("{action} is allowed, and never called"),
            mend: "take it out of NodePolicy".to_owned(),
        });
    }
    breaches
}

#[test]
fn a_node_may_do_what_it_calls_and_nothing_more() {
    let template = std::fs::read_to_string(root().join(TEMPLATE)).expect("the template");
    let sources: Vec<Source> = rust()
        .into_iter()
        .filter(|source| source.path.starts_with("api/src/"))
        .collect();
    hold(&check(&template, &sources));
}

#[test]
fn a_call_without_leave_and_leave_without_a_call_are_caught() {
    let template = |actions: &str| {
        format!(
            "Resources:\n  NodePolicy:\n    Action:\n{actions}\nOutputs:\n  X:\n    - s3:Never\n"
        )
    };
    let source = |text: &str| {
        [Source::planted(
            "api/src/blobs/s3.rs",
            &format!("use aws_sdk_s3::Client;\nfn f() {{\n{text}\n}}\n"),
        )]
    };
    let both = template("      - s3:GetObject\n      - s3:ListBucket");
    let calls = "self\n.client\n    .get_object()\n.send(); client.head_bucket().send()";
    assert_eq!(check(&both, &source(calls)), []);
    let breach = caught(check(&template("      - s3:GetObject"), &source(calls)));
    assert_eq!(breach.line, 6);
    assert!(breach.rule.contains("s3:ListBucket"), "{breach}");
    let breach = caught(check(&both, &source("client.get_object().send()")));
    assert!(breach.rule.contains("s3:ListBucket is allowed"), "{breach}");
    let unseen = check(&both, &source(&format!("{calls}; other().send()")));
    assert!(unseen[0].rule.contains("3 calls are sent"), "{unseen:?}");
}
