//! What names and passwords are made of.

pub(super) const FIRST: [&str; 40] = [
    "ada", "ben", "cleo", "dora", "emil", "finn", "greta", "hugo", "ines", "jonas", "karin", "leo",
    "mira", "nils", "olga", "pavel", "quinn", "rosa", "sven", "tara", "ugo", "vera", "wim",
    "xenia", "yara", "zeno", "anouk", "boris", "carla", "denis", "elsa", "fritz", "gina", "henk",
    "irma", "jade", "kuno", "lotte", "maud", "noel",
];

pub(super) const LAST: [&str; 40] = [
    "abbot", "baker", "carver", "dyer", "eaton", "fisher", "glover", "hunter", "irving", "joiner",
    "keeler", "lister", "mason", "naylor", "ostler", "potter", "quill", "roper", "sawyer",
    "tanner", "usher", "vintner", "walker", "yeoman", "archer", "bowman", "cooper", "draper",
    "ember", "fuller", "granger", "hooper", "ironside", "jagger", "kemp", "lorimer", "mercer",
    "nutter", "osler", "parker",
];

pub(super) const WORDS: [&str; 40] = [
    "amber", "birch", "candle", "delta", "ember", "fern", "gravel", "harbour", "island", "juniper",
    "kettle", "lantern", "meadow", "nettle", "orchard", "pebble", "quarry", "river", "saddle",
    "timber", "umbra", "velvet", "willow", "yonder", "zephyr", "anchor", "basket", "copper",
    "dune", "engine", "falcon", "garnet", "hazel", "ivory", "jacket", "kernel", "ladder", "marble",
    "nickel", "oyster",
];

/// What the spray tries, and how many people have chosen it.
pub(super) const COMMON: [(&str, usize); 3] =
    [("Summer2026!", 6), ("Welcome123", 4), ("Password1!", 2)];
