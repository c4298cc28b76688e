//! Categories: what instruments advertise, as a taxonomy with ids, and which of them are restricted.

use std::fmt;

use crate::words::Invalid;

/// One category of the taxonomy. `alcohol.beer` lies within `alcohol`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category(u8);

/// What must be kept where something restricted is advertised. On top of it, it needs a listed country, never runs on
/// media for children, and never near detected minors, injuries or moderation labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restriction {
    /// Viewers must have declared at least this age.
    pub least_age: u8,
    /// Countries that ask for more.
    pub least_age_in: &'static [(&'static str, u8)],
    /// What its mandatory text must say.
    pub mandatory_text: &'static str,
}

struct Entry {
    id: &'static str,
    title: &'static str,
    restriction: Option<&'static Restriction>,
}

const fn free(id: &'static str, title: &'static str) -> Entry {
    Entry {
        id,
        title,
        restriction: None,
    }
}

const fn restricted(
    id: &'static str,
    title: &'static str,
    restriction: &'static Restriction,
) -> Entry {
    Entry {
        id,
        title,
        restriction: Some(restriction),
    }
}

const ALCOHOL: &Restriction = &Restriction {
    least_age: 18,
    least_age_in: &[("JP", 20), ("LT", 20), ("TH", 20), ("US", 21)],
    mandatory_text: "that it is to be drunk responsibly, and not by minors",
};
const GAMBLING: &Restriction = &Restriction {
    least_age: 18,
    least_age_in: &[("BE", 21), ("GR", 21), ("US", 21)],
    mandatory_text: "that gambling can be addictive, and where to find help",
};
const TOBACCO: &Restriction = &Restriction {
    least_age: 18,
    least_age_in: &[("IE", 21), ("JP", 20), ("TH", 20), ("US", 21)],
    mandatory_text: "the health warning of the country",
};
const CANNABIS: &Restriction = &Restriction {
    least_age: 18,
    least_age_in: &[("CA", 19), ("US", 21)],
    mandatory_text: "the health warning of the country",
};
const PHARMACY: &Restriction = &Restriction {
    least_age: 18,
    least_age_in: &[],
    mandatory_text: "to read the leaflet, and to ask a doctor or pharmacist",
};
const POLITICS: &Restriction = &Restriction {
    least_age: 18,
    least_age_in: &[],
    mandatory_text: "who pays for it, and that it is political",
};
const RISKY_MONEY: &Restriction = &Restriction {
    least_age: 18,
    least_age_in: &[("US", 21)],
    mandatory_text: "the risk of losing money, or what the credit costs",
};
const BODY: &Restriction = &Restriction {
    least_age: 18,
    least_age_in: &[],
    mandatory_text: "the risks of the treatment",
};
const WEAPONS: &Restriction = &Restriction {
    least_age: 18,
    least_age_in: &[("US", 21)],
    mandatory_text: "who may buy it",
};
const ADULT: &Restriction = &Restriction {
    least_age: 18,
    least_age_in: &[("US", 21)],
    mandatory_text: "that it is for adults only",
};

/// The taxonomy, in the order of its ids. Ids are stored and told: they never change their meaning, and none is removed.
const TABLE: &[Entry] = &[
    restricted("adult", "Adult content", ADULT),
    restricted("adult.dating", "Dating", ADULT),
    restricted("alcohol", "Alcohol", ALCOHOL),
    restricted("alcohol.beer", "Beer and cider", ALCOHOL),
    restricted("alcohol.spirits", "Spirits", ALCOHOL),
    restricted("alcohol.wine", "Wine", ALCOHOL),
    free("automotive", "Cars and motorcycles"),
    free("automotive.electric", "Electric cars"),
    free("automotive.services", "Repair, tyres, fuel"),
    free("beauty", "Beauty and care"),
    free("beauty.fragrance", "Fragrance"),
    restricted("cannabis", "Cannabis", CANNABIS),
    free("charity", "Charities"),
    free("children", "Products for children"),
    free("children.baby", "Products for babies"),
    free("children.toys", "Toys"),
    free("education", "Education"),
    free("electronics", "Electronics"),
    free("electronics.phones", "Phones"),
    free("entertainment", "Entertainment"),
    free("entertainment.books", "Books"),
    free("entertainment.film", "Film and television"),
    free("entertainment.games", "Games"),
    free("entertainment.music", "Music"),
    free("fashion", "Fashion"),
    free("fashion.jewellery", "Jewellery and watches"),
    free("fashion.shoes", "Shoes"),
    free("finance", "Banks and payment"),
    restricted("finance.credit", "Credit", RISKY_MONEY),
    restricted("finance.crypto", "Crypto assets", RISKY_MONEY),
    free("finance.insurance", "Insurance"),
    restricted("finance.investing", "Investing", RISKY_MONEY),
    free("food", "Food and drink"),
    free("food.confectionery", "Sweets and snacks"),
    free("food.drinks", "Drinks without alcohol"),
    free("food.fast", "Fast food"),
    restricted("gambling", "Gambling", GAMBLING),
    restricted("gambling.betting", "Betting on sport", GAMBLING),
    restricted("gambling.casino", "Casino and poker", GAMBLING),
    restricted("gambling.lottery", "Lottery", GAMBLING),
    free("health", "Health and fitness"),
    restricted("health.cosmetic_surgery", "Cosmetic surgery", BODY),
    restricted("health.weight_loss", "Weight loss", BODY),
    free("home", "Home and garden"),
    free("home.energy", "Energy"),
    free("jobs", "Jobs"),
    free("media", "Press, broadcasters and streaming"),
    free("pets", "Pets"),
    restricted("pharmacy", "Medicines", PHARMACY),
    restricted(
        "pharmacy.over_the_counter",
        "Medicines without prescription",
        PHARMACY,
    ),
    restricted("pharmacy.prescription", "Prescription medicines", PHARMACY),
    restricted("politics", "Politics", POLITICS),
    restricted("politics.elections", "Elections", POLITICS),
    restricted("politics.issues", "Political issues", POLITICS),
    free("property", "Property"),
    free("religion", "Religion"),
    free("retail", "Retail"),
    free("retail.grocery", "Groceries"),
    free("sport", "Sport"),
    free("sport.clubs", "Clubs and merchandise"),
    free("sport.equipment", "Sports equipment"),
    free("sport.tickets", "Tickets"),
    free("telecom", "Telecommunications"),
    restricted("tobacco", "Tobacco and nicotine", TOBACCO),
    restricted("tobacco.cigarettes", "Cigarettes", TOBACCO),
    restricted("tobacco.vaping", "Vaping and pouches", TOBACCO),
    free("travel", "Travel"),
    free("travel.airlines", "Airlines"),
    free("travel.hotels", "Hotels"),
    restricted("weapons", "Weapons", WEAPONS),
];

/// A set of categories has a bit for each.
const _: () = assert!(TABLE.len() <= 128, "a set holds 128 categories");

impl Category {
    /// The whole taxonomy, in the order of its ids.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).take(TABLE.len()).map(Self)
    }

    /// Finds a category by its id.
    ///
    /// # Errors
    /// When the taxonomy has none of this id.
    pub fn parse(id: &str) -> Result<Self, Invalid> {
        let found = Self::all().find(|category| category.id() == id);
        found.ok_or_else(|| Invalid {
            detail: format!("the taxonomy has no category `{id}`"),
            bound: "an id that GET /v1/categories lists",
        })
    }

    fn entry(self) -> &'static Entry {
        &TABLE[usize::from(self.0)]
    }

    /// Its id, which never changes its meaning.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.entry().title
    }

    /// The category that it lies in.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        let (parent, _) = self.id().rsplit_once('.')?;
        Self::parse(parent).ok()
    }

    /// What must be kept where it is advertised.
    #[must_use]
    pub fn restriction(self) -> Option<&'static Restriction> {
        self.entry().restriction
    }

    /// Itself and all that lie in it: what an opt-out from it covers.
    #[must_use]
    pub fn covers(self) -> Categories {
        let within = |category: &Self| {
            let rest = category.id().strip_prefix(self.id());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        Self::all().filter(within).collect()
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Restriction {
    /// The least age of viewers in this country.
    #[must_use]
    pub fn least_age_in(&self, country: &str) -> u8 {
        let exception = self.least_age_in.iter().find(|(of, _)| *of == country);
        exception.map_or(self.least_age, |(_, age)| *age)
    }
}

/// A set of categories: a bit for each, so that the hot path compares numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Categories(u128);

impl Categories {
    /// All that are restricted.
    pub const RESTRICTED: Self = {
        let (mut bits, mut at) = (0, 0);
        while at < TABLE.len() {
            if TABLE[at].restriction.is_some() {
                bits |= 1 << at;
            }
            at += 1;
        }
        Self(bits)
    };

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it holds this one.
    #[must_use]
    pub const fn contains(self, category: Category) -> bool {
        self.0 & (1 << category.0) != 0
    }

    /// Whether both hold one.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What either holds.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those in it, in the order of their ids.
    pub fn iter(self) -> impl Iterator<Item = Category> {
        Category::all().filter(move |category| self.contains(*category))
    }

    /// These and all that lie in them: what opting out of them covers.
    #[must_use]
    pub fn covers(self) -> Self {
        self.iter().map(Category::covers).fold(self, Self::and)
    }

    /// The restrictions that it comes under.
    pub fn restrictions(self) -> impl Iterator<Item = &'static Restriction> {
        self.iter().filter_map(Category::restriction)
    }
}

impl FromIterator<Category> for Categories {
    fn from_iter<T: IntoIterator<Item = Category>>(categories: T) -> Self {
        let bits = categories.into_iter().map(|category| 1 << category.0);
        Self(bits.fold(0, |set, bit: u128| set | bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(id: &str) -> Category {
        Category::parse(id).expect("a category")
    }

    #[test]
    fn ids_are_in_order_unique_and_their_parents_are_there() {
        let ids: Vec<&str> = Category::all().map(Category::id).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        for category in Category::all() {
            assert_eq!(
                category.parent().is_some(),
                category.id().contains('.'),
                "{category}"
            );
            assert_eq!(Category::parse(category.id()), Ok(category));
        }
        assert!(Category::parse("alcohol.milk").is_err() && Category::parse("").is_err());
    }

    #[test]
    fn what_lies_in_a_restricted_category_is_restricted_as_much() {
        let inner = Category::all().filter_map(|c| Some((c, c.parent()?.restriction()?)));
        let mut checked = 0;
        for (category, outer) in inner {
            let own = category.restriction().expect("restricted like its parent");
            assert!(own.least_age >= outer.least_age, "{category}");
            checked += 1;
        }
        assert!(checked > 10, "only {checked}");
    }

    #[test]
    fn an_opt_out_of_a_parent_covers_its_children_and_nothing_else() {
        let alcohol = category("alcohol").covers();
        assert_eq!(alcohol.iter().count(), 4);
        assert!(alcohol.contains(category("alcohol.beer")));
        assert!(
            !category("alcohol.beer")
                .covers()
                .contains(category("alcohol"))
        );
        assert!(!alcohol.meets(category("food").covers()));
        let both: Categories = [category("alcohol"), category("home")]
            .into_iter()
            .collect();
        assert_eq!(both.covers().iter().count(), 6);
        assert!(Categories::default().covers().is_empty());
    }

    #[test]
    fn a_country_may_ask_for_more_years() {
        let alcohol = category("alcohol.wine").restriction().expect("restricted");
        let ages = ["DE", "US", "JP"].map(|country| alcohol.least_age_in(country));
        assert_eq!(ages, [18, 21, 20]);
        let set: Categories = Category::all().collect();
        let restricted = Category::all().filter(|category| category.restriction().is_some());
        assert_eq!(restricted.collect::<Categories>(), Categories::RESTRICTED);
        assert!(set.restrictions().all(|r| r.least_age >= 18));
    }
}
