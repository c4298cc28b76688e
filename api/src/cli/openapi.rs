//! `beckon openapi`: prints the contract.

/// Print the API's contract (OpenAPI 3.1, JSON)
///
/// The same document that a server answers at /openapi.json.
#[derive(Debug, clap::Args)]
pub(super) struct Openapi {}

impl Openapi {
    #[expect(clippy::print_stdout, reason = "the contract is this command's output")]
    pub(super) fn run(self) -> anyhow::Result<()> {
        print!("{}", crate::app::openapi_json()?);
        Ok(())
    }
}
