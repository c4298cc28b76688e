//! Names interned to small numbers, so that the hot path compares no text.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, RwLock};

/// A name of this process; names that differ only in case are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(u32);

impl NameId {
    /// The number, for indexes by name.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Debug, Default)]
struct Table {
    ids: HashMap<Arc<str>, NameId>,
    texts: Vec<Arc<str>>,
}

/// One table a process: the numbers mean nothing outside it and are never stored.
static TABLE: LazyLock<RwLock<Table>> = LazyLock::new(RwLock::default);

/// The process's names.
#[derive(Debug)]
pub struct Names;

impl Names {
    /// The number of a name, as it was first written.
    #[must_use]
    pub fn intern(name: &str) -> NameId {
        Self::number(name.trim().to_lowercase(), name)
    }

    /// The number of a text in which case counts, such as an id. It is never the number of a name.
    #[must_use]
    pub fn intern_exact(text: &str) -> NameId {
        // No name has this character.
        Self::number(format!("\0{text}"), text)
    }

    fn number(folded: String, name: &str) -> NameId {
        if let Some(id) = read().ids.get(folded.as_str()) {
            return *id;
        }
        let mut table = TABLE
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(id) = table.ids.get(folded.as_str()) {
            return *id;
        }
        let id = NameId(u32::try_from(table.texts.len()).unwrap_or(u32::MAX));
        table.texts.push(name.into());
        table.ids.insert(folded.into(), id);
        id
    }

    /// The name of a number.
    #[must_use]
    pub fn text(id: NameId) -> Arc<str> {
        read().texts.get(id.index()).cloned().unwrap_or_default()
    }
}

fn read() -> std::sync::RwLockReadGuard<'static, Table> {
    // A table of names has no half-made state: a panic elsewhere leaves it whole.
    TABLE
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_differ_in_case_are_two_and_never_a_name() {
        let id = Names::intern_exact("1SK7cR8M-Test");
        assert_eq!(id, Names::intern_exact("1SK7cR8M-Test"));
        assert_ne!(id, Names::intern_exact("1sk7cr8m-test"));
        assert_ne!(id, Names::intern("1SK7cR8M-Test"));
        assert_eq!(&*Names::text(id), "1SK7cR8M-Test");
    }

    #[test]
    fn names_that_differ_in_case_are_one_and_keep_their_first_writing() {
        let first = Names::intern("Kingfisher-Test");
        assert_eq!(first, Names::intern(" kingfisher-test"));
        assert_ne!(first, Names::intern("Kingfisher-Other"));
        assert_eq!(&*Names::text(first), "Kingfisher-Test");
    }
}
