//! Currencies: the codes in which money is told.

use std::fmt;

use crate::words::Invalid;

/// A currency that is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u8);

/// ISO 4217, list one (current currencies and funds) as SIX published it on 1 January 2026, without the codes that count no
/// money in units of their own: metals, baskets, tests and "no currency". In the order of the alphabet.
const TABLE: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BHD",
    "BIF", "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF",
    "CHE", "CHF", "CHW", "CLF", "CLP", "CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DJF",
    "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP",
    "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR",
    "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT",
    "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP",
    "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR",
    "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB",
    "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN",
    "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH",
    "UGX", "USD", "USN", "UYI", "UYU", "UYW", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAD",
    "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWG",
];

impl Currency {
    /// Finds a currency by its code.
    ///
    /// # Errors
    /// When no currency in use has it.
    pub fn parse(code: &str) -> Result<Self, Invalid> {
        let found = TABLE.binary_search(&code).ok();
        let place = found.and_then(|at| u8::try_from(at).ok());
        place.map(Self).ok_or_else(|| Invalid {
            detail: format!("`{code}` is no currency in use"),
            bound: "a code of ISO 4217, such as EUR",
        })
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        TABLE[usize::from(self.0)]
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_finds_its_own_currency() {
        assert!(TABLE.is_sorted());
        for code in TABLE {
            assert!(code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()));
            assert_eq!(Currency::parse(code).map(Currency::code), Ok(*code));
        }
    }

    #[test]
    fn what_only_looks_like_a_currency_is_none() {
        // Left since: the mark, the kuna, the lev. Never money: gold, special drawing rights, tests.
        for code in [
            "DEM", "HRK", "BGN", "XAU", "XDR", "XTS", "ABC", "eur", "EURO", "", " EUR",
        ] {
            assert!(Currency::parse(code).is_err(), "{code}");
        }
    }
}
