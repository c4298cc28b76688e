//! The options of campaigns' budgets.

/// How campaigns' budgets are cut into slices. Every node has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Args)]
pub struct BudgetOptions {
    /// How long a node sells impressions from one slice of a campaign's budget, in ms
    #[arg(
        long,
        env = "BECKON_SLICE_SELLS_MS",
        default_value_t = 60_000,
        value_parser = clap::value_parser!(u32).range(1_500..),
        value_name = "MS"
    )]
    pub slice_sells_ms: u32,
    /// How long after that what was reserved of it waits for impressions, in ms; what was not drawn by then returns to the
    /// budget. A shorter time than the 15 minutes in which receipts can be billed leaves late impressions unbilled
    #[arg(
        long,
        env = "BECKON_SLICE_RETURNS_MS",
        default_value_t = 900_000,
        value_name = "MS"
    )]
    pub slice_returns_ms: u32,
    /// How long a decision waits, at the most, for a slice of a campaign that its node holds none of, in ms; past it something
    /// else is shown
    #[arg(
        long,
        env = "BECKON_SLICE_WAITS_MS",
        default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(..=10_000),
        value_name = "MS"
    )]
    pub slice_waits_ms: u32,
}

impl Default for BudgetOptions {
    /// As the command line has them.
    fn default() -> Self {
        Self {
            slice_sells_ms: 60_000,
            slice_returns_ms: 900_000,
            slice_waits_ms: 50,
        }
    }
}
