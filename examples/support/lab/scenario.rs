//! The scenarios that systems are compared in.

use super::scale::Scale;

/// One scenario: the same owners every time, and an attack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// For a heading.
    pub(crate) title: &'static str,
    pub(crate) attack: Attack,
}

/// What attackers do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Attack {
    None,
    /// 100 guesses a week from each of as many addresses as there are accounts.
    Botnet {
        strategy: Strategy,
        /// So many of the addresses in a hundred are people's homes as well.
        overlap_percent: u32,
    },
    /// A few passwords at every account, each guess from an address of its own.
    Spray,
    /// Pairs of a leak, each from an address of its own.
    Stuffing,
}

/// How a botnet chooses its guesses.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Strategy {
    /// The most common password at every account, then the next.
    BreadthFirst,
    /// A random account, and a password as likely as people choose it.
    Weighted,
    /// A random account, and no password more than 25 times.
    AvoidPopular,
}

impl Attack {
    /// How many guesses it makes.
    pub(crate) fn guesses(self, scale: Scale) -> u32 {
        match self {
            Self::None => 0,
            Self::Botnet { .. } => scale.guesses(),
            Self::Spray | Self::Stuffing => scale.single_guesses(),
        }
    }
}

impl Scenario {
    /// All of them, in the order of the tables.
    pub(crate) const ALL: [Self; 9] = [
        Self::botnet("breadth-1", "breadth first, 1 % homes", Strategy::BreadthFirst, 1),
        Self::botnet("breadth-10", "breadth first, 10 % homes", Strategy::BreadthFirst, 10),
        Self::botnet("weighted-1", "weighted, 1 % homes", Strategy::Weighted, 1),
        Self::botnet("weighted-10", "weighted, 10 % homes", Strategy::Weighted, 10),
        Self::botnet("avoid-1", "avoid popular, 1 % homes", Strategy::AvoidPopular, 1),
        Self::botnet("avoid-10", "avoid popular, 10 % homes", Strategy::AvoidPopular, 10),
        Self { name: "spray", title: "spray, one guess per address", attack: Attack::Spray },
        Self {
            name: "stuffing",
            title: "stuffing, one pair per address",
            attack: Attack::Stuffing,
        },
        Self { name: "calm", title: "calm, no attacker", attack: Attack::None },
    ];

    const fn botnet(
        name: &'static str,
        title: &'static str,
        strategy: Strategy,
        overlap_percent: u32,
    ) -> Self {
        Self { name, title, attack: Attack::Botnet { strategy, overlap_percent } }
    }
}
