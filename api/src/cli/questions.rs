//! Questions from a file, put to all one after another: each line is one, with its right answer.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::remote::Remote;
use crate::auth::Role;
use crate::config::now;
use crate::words::{MediaId, Time};

/// The longest question that an overlay shows.
const LONGEST: usize = 60;

/// A trivia does not show for less than this,
const SHORTEST_SHOWN: Duration = Duration::from_secs(5);
/// nor for more than this, however far apart the questions lie.
const LONGEST_SHOWN: Duration = Duration::from_secs(30);

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    text: String,
    right: bool,
}

/// Reads `question | true` and `question | false`, a line each.
pub(super) fn read(text: &str) -> anyhow::Result<Vec<Question>> {
    let mut questions = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let question = question(line).with_context(|| format!("line {number}: {line}"))?;
        questions.push(question);
    }
    ensure!(!questions.is_empty(), "there is no question in it");
    Ok(questions)
}

fn question(line: &str) -> anyhow::Result<Question> {
    let (text, right) = line
        .rsplit_once('|')
        .context("it must be `question | true` or `question | false`")?;
    let text = text.trim().to_owned();
    let right = match right.trim().to_lowercase().as_str() {
        "true" => true,
        "false" => false,
        other => anyhow::bail!("the right answer is `true` or `false`, not `{other}`"),
    };
    let length = text.chars().count();
    ensure!(
        (1..=LONGEST).contains(&length),
        "the question has {length} characters, and may have 1 to {LONGEST}"
    );
    Ok(Question { text, right })
}

impl Question {
    /// The instrument that asks it. It names what is never detected: nobody meets it but when it is put to all.
    fn instrument(&self, asking: &Asking<'_>) -> Value {
        let every = asking.every.clamp(SHORTEST_SHOWN, LONGEST_SHOWN);
        let show_ms = u64::try_from(every.as_millis()).unwrap_or(u64::MAX);
        json!({
            "name": self.name(asking),
            "content": {
                "kind": "trivia", "question": self.text, "correct_answer_id": self.right.to_string(),
                "answers": [{"answer_id": "true", "text": "True"}, {"answer_id": "false", "text": "False"}]
            },
            "trigger": {"names": ["(put to all by a host)"], "min_confidence": 100.0},
            "overlay_life": {"show_ms": show_ms, "quiet_ms": 0, "quiet_scope": "instrument"},
            "media_ids": [asking.media.as_str()]
        })
    }

    /// The same question of the same run gets the same name, by which its instrument is found again.
    fn name(&self, asking: &Asking<'_>) -> String {
        let what = format!(
            "{}\n{}\n{}\n{:?}",
            asking.media, self.text, self.right, asking.every
        );
        let digest = blake3::hash(what.as_bytes()).to_hex();
        format!("Question {}: {}", &digest[..12], self.text)
    }
}

/// How questions are put.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    pub media: &'a MediaId,
    pub every: Duration,
    pub lead_ms: Option<u32>,
    /// When the first one comes; as soon as all are ready unless told.
    pub begin_at: Option<Time>,
    /// The first one, counting from 1.
    pub start: usize,
}

impl Asking<'_> {
    /// Makes the instruments that are missing, and shows one after another, each at its own moment however long the
    /// one before took. What is refused is told, and the next one goes on.
    pub(super) async fn run(&self, remote: &Remote, questions: &[Question]) -> anyhow::Result<()> {
        let count = questions.len();
        ensure!(
            (1..=count).contains(&self.start),
            "--start is {}, and there are {count} questions",
            self.start
        );
        let ids = self.instruments(remote, questions).await?;
        let begin_at = self.begin_at.unwrap_or_else(now);
        let interrupted = tokio::signal::ctrl_c();
        tokio::pin!(interrupted);
        let mut failed = 0;
        for (turn, number) in (0_i64..).zip(self.start..=count) {
            let every = i64::try_from(self.every.as_millis()).unwrap_or(i64::MAX);
            let at = begin_at.plus_ms(every.saturating_mul(turn));
            tokio::select! {
                biased;
                _ = &mut interrupted => {
                    eprintln!("stopped before question {number} of {count}; --start {number} goes on with it");
                    return Ok(());
                }
                () = wait_until(at) => {}
            }
            if let Err(error) = self.show(remote, &ids[number - 1]).await {
                failed += 1;
                eprintln!("question {number} was not shown: {error:#}");
            }
        }
        ensure!(failed == 0, "{failed} of {count} questions were not shown");
        Ok(())
    }

    #[expect(clippy::print_stdout, reason = "the cues are this command's output")]
    async fn show(&self, remote: &Remote, instrument_id: &str) -> anyhow::Result<()> {
        let body = json!({"kind": "show", "instrument_id": instrument_id, "lead_ms": self.lead_ms});
        let path = format!("/v1/media/{}/cues", self.media);
        let body = body.to_string().into_bytes();
        println!("{}", remote.post(Role::Operator, &path, body).await?);
        Ok(())
    }

    /// The instruments of the questions, in their order, all of them live.
    async fn instruments(
        &self,
        remote: &Remote,
        questions: &[Question],
    ) -> anyhow::Result<Vec<String>> {
        let known = known(remote).await?;
        let mut ids: Vec<String> = Vec::with_capacity(questions.len());
        for (at, question) in questions.iter().enumerate() {
            let name = question.name(self);
            // The same question twice in a file is one instrument.
            if let Some(first) = questions[..at].iter().position(|one| one == question) {
                ids.push(ids[first].clone());
                continue;
            }
            let one = match known.iter().find(|one| one.name == name) {
                Some(one) => one.clone(),
                None => {
                    let body = question.instrument(self).to_string().into_bytes();
                    let made = remote.post(Role::Marketer, "/v1/instruments", body).await?;
                    Known::read(&made)?
                }
            };
            set_live(remote, &one).await?;
            ids.push(one.id);
        }
        Ok(ids)
    }
}

/// An instrument that is there already.
#[derive(Debug, Clone)]
struct Known {
    name: String,
    id: String,
    review: String,
    live: bool,
}

impl Known {
    fn read(item: &Value) -> anyhow::Result<Self> {
        Ok(Self {
            name: text(item, "name")?,
            id: text(item, "instrument_id")?,
            review: text(item, "review")?,
            live: item["state"] == "live",
        })
    }
}

/// Takes an instrument the rest of its way to live: submitted, approved in another's name, launched.
async fn set_live(remote: &Remote, one: &Known) -> anyhow::Result<()> {
    let way = [
        (Role::Marketer, "in_review", one.review == "draft"),
        (Role::Operator, "approved", one.review != "approved"),
        (Role::Marketer, "live", !one.live),
    ];
    let path = format!("/v1/instruments/{}/state", one.id);
    for (role, state, _) in way.into_iter().filter(|(_, _, ahead)| *ahead) {
        let body = json!({"state": state}).to_string().into_bytes();
        remote.post(role, &path, body).await?;
    }
    Ok(())
}

async fn known(remote: &Remote) -> anyhow::Result<Vec<Known>> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/instruments?limit=500{cursor}");
        let page = remote.get(Role::Marketer, &path).await?;
        for item in page["items"].as_array().into_iter().flatten() {
            found.push(Known::read(item)?);
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(found),
        }
    }
}

fn text(value: &Value, field: &str) -> anyhow::Result<String> {
    let text = value[field].as_str().map(str::to_owned);
    text.with_context(|| format!("the server's answer has no {field}"))
}

/// Waits until this moment; one that has passed is not waited for.
pub(super) async fn wait_until(at: Time) {
    let ms = at.since(now());
    if let Ok(ms) = u64::try_from(ms) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_question_with_its_right_answer() {
        let text = "# the harbour\n\n The sea is salt | true \nA|B has two bars | FALSE\r\n";
        let question = |text: &str, right| Question {
            text: text.to_owned(),
            right,
        };
        assert_eq!(
            read(text).expect("questions"),
            [
                question("The sea is salt", true),
                question("A|B has two bars", false)
            ]
        );
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        let long = format!("{} | true", "x".repeat(61));
        for bad in [
            "No answer",
            "Maybe? | perhaps",
            "| true",
            long.as_str(),
            "# nothing",
        ] {
            let error = read(&format!("Fine | true\n{bad}").replace("Fine | true\n# ", "# "));
            let error = format!("{:#}", error.expect_err(bad));
            assert!(
                error.contains("line 2") || error.contains("no question"),
                "{error}"
            );
        }
    }
}
