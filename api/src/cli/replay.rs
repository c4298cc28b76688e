//! `beckon replay`: decides a golden case, without a server.

use std::path::PathBuf;

use anyhow::Context;

use crate::decisions::case::{Case, rules};

/// Print the decision of a golden case
///
/// The case brings its world along: what was seen, what may run, who watches, and when. It is decided by the server's own
/// code; a decision that is not the expected one ends with status 1 and says what was expected.
#[derive(Debug, clap::Args)]
pub(super) struct Replay {
    /// The case, such as `api/tests/fixtures/decisions/frequency_cap.json`
    #[arg(long, value_name = "FILE")]
    case: PathBuf,
    /// Decide as if there were no such rule
    #[arg(long, value_name = "RULE", value_parser = clap::builder::PossibleValuesParser::new(rules()))]
    without: Option<String>,
    /// Choose so many times instead and print how many overlays were chosen: for those who measure
    #[arg(long, value_name = "N", conflicts_with = "without")]
    times: Option<u32>,
}

impl Replay {
    #[expect(clippy::print_stdout, reason = "the answer that was asked for")]
    pub(super) fn run(self) -> anyhow::Result<()> {
        let at = self.case.display();
        let text =
            std::fs::read_to_string(&self.case).with_context(|| format!("cannot read {at}"))?;
        let case = Case::read(&text).with_context(|| format!("{at} is no case"))?;
        if let Some(times) = self.times {
            let choose =
                |choose: &mut dyn FnMut() -> usize| (0..times).map(|_| choose()).sum::<usize>();
            println!("{}", case.choosing(choose)?);
            return Ok(());
        }
        let decided = case.decide(self.without.as_deref())?;
        println!("{}", decided.json);
        match decided.missed {
            Some(missed) => anyhow::bail!("{}: {missed}", case.what),
            None => Ok(()),
        }
    }
}
