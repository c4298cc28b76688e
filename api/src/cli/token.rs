//! `beckon token`: signs a token.

use crate::auth::{Auth, Keys, Role};
use crate::config::{StoreOptions, now};
use crate::words::ViewerId;

/// Print a token of this installation
///
/// Signs with the key of the data folder, which is made where it is not there yet. A viewer's subject is the
/// viewer's id; another role's is who the program or colleague is.
#[derive(Debug, clap::Args)]
pub(super) struct Token {
    #[command(flatten)]
    store: StoreOptions,
    /// What the caller may do
    #[arg(long, env = "BECKON_ROLE", value_enum)]
    role: Role,
    /// Who the caller is: 1 to 128 of A-Za-z0-9._:-
    #[arg(long, env = "BECKON_SUBJECT", required_unless_present = "anonymous")]
    subject: Option<String>,
    /// For a viewer who is nobody in particular: nothing is kept of who uses it
    #[arg(long, conflicts_with = "subject")]
    anonymous: bool,
    /// A viewer who tries out: decisions are real, and nothing of them is counted, capped, billed or learnt
    #[arg(long, env = "BECKON_TEST", conflicts_with = "anonymous")]
    test: bool,
    /// How long it is good for, in seconds
    #[arg(long, env = "BECKON_TOKEN_LENGTH_S", default_value_t = 3600, value_name = "SECONDS",
          value_parser = clap::value_parser!(i64).range(1..=31_536_000))]
    length_s: i64,
}

impl Token {
    #[expect(clippy::print_stdout, reason = "the token is this command's output")]
    pub(super) fn run(self) -> anyhow::Result<()> {
        let auth = Auth::new(Keys::load_or_make(&self.store.keys_dir())?);
        if self.anonymous {
            anyhow::ensure!(
                self.role == Role::Viewer,
                "only a viewer can be anonymous: what colleagues do is known by their names"
            );
            println!("{}", auth.issue_anonymous(self.length_s, now())?);
            return Ok(());
        }
        let subject = ViewerId::parse(self.subject.as_deref().unwrap_or_default())
            .map_err(|invalid| anyhow::anyhow!("the subject is {}", invalid.bound))?;
        anyhow::ensure!(
            !self.test || self.role == Role::Viewer,
            "--test is for viewers: nobody else is shown anything"
        );
        let token = match self.test {
            true => auth.issue_test(subject.as_str(), self.length_s, now())?,
            false => auth.issue(subject.as_str(), self.role, self.length_s, now())?,
        };
        println!("{token}");
        Ok(())
    }
}
