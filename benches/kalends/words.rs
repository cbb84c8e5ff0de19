//! What the made-up museum talks about.

/// Things in its rooms: the name for people, the name in addresses, a tag.
pub const OBJECTS: [(&str, &str, &str); 8] = [
    ("brass sextant", "brass-sextant", "Sextant"),
    ("whaler's diary", "whalers-diary", "Diary"),
    ("ship in a bottle", "ship-in-a-bottle", "ShipInABottle"),
    ("lighthouse lens", "lighthouse-lens", "Lighthouse"),
    ("sea chart of the Azores", "sea-chart", "SeaChart"),
    ("diver's helmet", "divers-helmet", "DiversHelmet"),
    ("fisherman's knot board", "knot-board", "Knots"),
    ("signal flag", "signal-flag", "SignalFlags"),
];

/// Where they came from.
pub const ORIGINS: [&str; 8] = [
    "left to us by a tram driver's widow",
    "found under the floor of the rope-walk",
    "bought at a fair for the price of a lunch",
    "brought up by a trawler's net in 1957",
    "lent by a school that has no room for it",
    "mended by hand over one long winter",
    "carried here in a pram by two sisters",
    "kept for forty years in a biscuit tin",
];

/// What can be done with them.
pub const THINGS_TO_DO: [&str; 8] = [
    "Come and hold it on Saturday.",
    "Ask for it at the desk, by its number.",
    "It stands in the tower room until spring.",
    "Our conservator talks about it at noon.",
    "Draw it with us, pencils are free.",
    "Tell us if you know its maker.",
    "Children may turn the handle once.",
    "It goes back to the store on Monday.",
];

/// What one can say at more length.
pub const ASIDES: [&str; 8] = [
    "It was written down in the great book in green ink, and the page has a coffee ring that is older than the ink.",
    "Nobody here agrees on what the second hole is for; a visitor from Vigo thinks that it held a candle, and he is probably right.",
    "When the light falls on it at four in the afternoon, the whole room turns the colour of weak tea.",
    "We had it X-rayed at the hospital between two broken arms, and found a coin that nobody had missed.",
    "The label was wrong for thirty years. We are keeping the wrong label too, because it is now part of the story.",
    "Its twin is in Bergen, and once a year the two museums write to each other about the dust.",
    "If you put your ear near it, you hear nothing at all, which is more than can be said of the ventilation.",
    "It weighs as much as a large dog, and was carried up four floors by people who were promised soup.",
];

/// Small words of another language, for the accents.
pub const PORTUGUESE: [&str; 8] = [
    "Está na sala da torre até à primavera.",
    "A entrada é livre aos domingos de manhã.",
    "Venha vê-lo de perto, com as crianças.",
    "Há visita guiada às onze e às três.",
    "Foi restaurado à mão, durante um inverno.",
    "Pergunte por ele na receção, pelo número.",
    "É o mais antigo da nossa coleção.",
    "Ninguém sabe ao certo para que servia.",
];

/// Pictures, shared by many posts: the file in the sample calendar, and what it shows.
pub const PICTURES: [(&str, &str); 4] = [
    ("2026/anchor.jpg", "A dark blue anchor on a pale disc, a golden rope winding around its shaft"),
    ("2026/astrolabe.jpg", "A brass astrolabe, its rings crossing over a dark cloth"),
    ("2026/lantern.jpg", "A ship's lantern, lit, hanging from a beam"),
    ("2027/compass-rose.jpg", "A compass rose with sixteen points on cream paper, a lily at north"),
];

/// Departments, each with the accounts that its posts go to.
pub const DEPARTMENTS: [(&str, &str, &[&str]); 5] = [
    ("collections", "Collections", &["news", "mastodon", "bluesky", "instagram", "linkedin"]),
    ("education", "Education", &["news", "learning", "mastodon", "bluesky", "x"]),
    ("events", "Events", &["news", "mastodon", "bluesky", "x", "instagram"]),
    ("exhibitions", "Exhibitions", &["news", "mastodon", "bluesky", "x", "instagram"]),
    ("research", "Research", &["news", "mastodon", "bluesky", "linkedin"]),
];

/// The people of every department.
pub const PEOPLE: [(&str, &str); 4] = [
    ("lead", "department-coordinator"),
    ("writer", "contributor"),
    ("photographer", "contributor"),
    ("guest", "freelancer"),
];
