//! A crowd votes on one poll, through two nodes at once, and sends much of it twice: no vote is lost and none counts twice.
//!
//! Ten thousand vote unless `BECKON_VOTES` says how many; `make votes` has a hundred thousand. The rate that each engine
//! sustains is printed, and held to nothing: it is the machine's.

use std::sync::Arc;
use std::time::Instant;

use beckon_api::db::Engine;
use serde_json::{Value, json};

use crate::events::{instrument, send};
use crate::harness::Server;
use crate::harness::sealed::{answer, event, overlay, sealer};
use crate::on_both_engines;

on_both_engines! {
    a_crowd_votes_and_no_vote_is_lost_or_counted_twice => crowd;
}

const ANSWERS: [&str; 3] = ["fish", "rain", "none"];
/// Each viewer's impression and answer; as much as one request takes.
const VIEWERS_A_REQUEST: usize = 25;
const SENDERS: usize = 8;

fn votes() -> usize {
    let told = std::env::var("BECKON_VOTES").ok();
    told.map_or(10_000, |told| told.parse().expect("a number of votes"))
}

/// Which of the answers this viewer gives.
fn choice(viewer: usize) -> usize {
    (viewer * 7 + viewer / 3) % ANSWERS.len()
}

#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
async fn crowd(server: &mut Server) {
    let answers = ANSWERS.map(|id| json!({"answer_id": id, "text": id}));
    let content =
        json!({"kind": "poll", "question": "What is it waiting for?", "answers": answers});
    let id = instrument(server, content).await;
    let sealer = sealer(server.app().auth().keys());
    let (votes, mut wanted) = (votes(), [0_u64; ANSWERS.len()]);
    let told: Vec<[Value; 2]> = (0..votes)
        .map(|viewer| {
            let receipt = overlay(&id, &format!("fan-{viewer}")).seal(&sealer);
            wanted[choice(viewer)] += 1;
            let given = answer(&receipt, ANSWERS[choice(viewer)]);
            // Every other answer overtakes its impression.
            match viewer % 2 {
                0 => [event("impression", &receipt), given],
                _ => [given, event("impression", &receipt)],
            }
        })
        .collect();
    let mut requests: Vec<Arc<Vec<Value>>> = told
        .chunks(VIEWERS_A_REQUEST)
        .map(|chunk| Arc::new(chunk.concat()))
        .collect();
    // A fifth goes twice, to another node and at another time.
    let twice: Vec<_> = requests.iter().step_by(5).cloned().collect();
    let middle = requests.len() / 2;
    requests.splice(middle..middle, twice);

    let engine = server.database().await.engine();
    // SQLite is one machine's: there a second node would only wait for the first.
    let second = match engine {
        Engine::Postgres => Some(server.second_node().await),
        Engine::Sqlite => None,
    };
    let nodes = [
        server.anonymous(),
        second.as_ref().unwrap_or(&*server).anonymous(),
    ];
    let began = Instant::now();
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..SENDERS {
        let client = nodes[sender % 2].clone();
        let own: Vec<_> = requests
            .iter()
            .skip(sender)
            .step_by(SENDERS)
            .cloned()
            .collect();
        senders.spawn(async move {
            let mut accepted = 0;
            for items in own {
                let report = send(&client, &items).await;
                assert!(report.iter().all(|item| item["status"] != "refused"));
                accepted += report.iter().filter(|i| i["status"] == "accepted").count();
            }
            accepted
        });
    }
    let accepted: usize = senders.join_all().await.into_iter().sum();
    let seconds = began.elapsed().as_secs_f64();
    assert_eq!(accepted, 2 * votes, "each event was taken once");

    let outcome = server.outcome(&id).await;
    let counted: Vec<(&str, u64)> = outcome
        .answers
        .iter()
        .map(|(answer, count)| (answer.as_str(), *count))
        .collect();
    let mut expected: Vec<(&str, u64)> = ANSWERS.into_iter().zip(wanted).collect();
    expected.sort_unstable();
    assert_eq!(counted, expected);
    let all = votes as u64;
    let tally = outcome.tally;
    assert_eq!(
        (
            tally.impressions,
            tally.answers,
            tally.engaged,
            outcome.uncounted
        ),
        (all, all, all, 0)
    );
    let count = 1 + usize::from(second.is_some());
    if let Some(second) = second {
        second.finish().await;
    }
    println!(
        "{engine:?}: {votes} votes and their impressions in {seconds:.1} s through {count} node(s): {:.0} votes a second",
        votes as f64 / seconds
    );
}
