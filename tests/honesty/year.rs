//! Years of posts whose truth is known.

use kalends::advice::{Cell, Factor, Sample, Table};
use kalends::chance::{Chance, Seed};

/// The level that an effect is planted in.
pub const PLANTED: &str = "form-1";

/// An effect.
#[derive(Clone, Copy)]
pub struct Plant {
    /// On the logarithmic scale.
    pub effect: f64,
}

/// How counts vary.
#[derive(Clone, Copy, PartialEq)]
pub enum Noise {
    /// Log-normal, with a Pareto tail of its exponent: now and then a post goes round the world.
    Tail(f64),
    /// Negative binomial with a small mean: mostly a handful, often none.
    Few,
}

/// A kind of year.
#[derive(Clone, Copy)]
pub struct Year {
    /// How many posts, about.
    pub posts: u32,
    /// On how many accounts.
    pub accounts: u32,
    /// Of how many platforms.
    pub platforms: u32,
    pub noise: Noise,
    /// How far the weeks differ, for all accounts at once.
    pub wave: f64,
    /// How far what a department tells of in a week differs: its posts of the week share it.
    pub subject: f64,
    /// How far posts differ that go to several accounts at once: they share it too.
    pub shared: f64,
    /// Whether the accounts grow, and forms and tags have their seasons.
    pub is_seasonal: bool,
    pub plant: Option<Plant>,
}

impl Year {
    /// A year of no effect, in which much goes up and down together.
    pub fn wild(seed: Seed) -> Year {
        let mut chance = seed.part("kind").stream(0);
        let sizes = [100, 150, 250, 400, 800];
        let accounts = 1 + chance.below(4);
        Year {
            posts: sizes[chance.below(5) as usize],
            accounts,
            platforms: 1 + chance.below(accounts),
            noise: [Noise::Tail(1.2), Noise::Tail(2.0), Noise::Few][chance.below(3) as usize],
            wave: 0.2 + 0.6 * chance.unit(),
            subject: 0.5 * chance.unit(),
            shared: 0.5 * chance.unit(),
            is_seasonal: chance.below(2) == 0,
            plant: None,
        }
    }

    /// A year as a museum has it.
    pub fn plain(posts: u32, accounts: u32, plant: Option<Plant>) -> Year {
        Year {
            posts,
            accounts,
            platforms: accounts,
            noise: Noise::Tail(2.5),
            wave: 0.3,
            subject: 0.15,
            shared: 0.2,
            is_seasonal: true,
            plant,
        }
    }
}

fn normal(chance: &mut Chance) -> f64 {
    let (radius, turn) = (1.0 - chance.unit(), chance.unit());
    (-2.0 * libm::log(radius)).sqrt() * libm::cos(2.0 * std::f64::consts::PI * turn)
}

fn poisson(chance: &mut Chance, mean: f64) -> u32 {
    let (mut count, mut product) = (0, 1.0 - chance.unit());
    let end = libm::exp(-mean);
    while product > end && count < 10_000 {
        product *= 1.0 - chance.unit();
        count += 1;
    }
    count
}

/// Draws one of some levels by their weights.
fn pick(chance: &mut Chance, weights: &[f64]) -> usize {
    let mut left = chance.unit() * weights.iter().sum::<f64>();
    for (at, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return at;
        }
    }
    weights.len() - 1
}

const DEPARTMENTS: [f64; 4] = [5.0, 3.0, 2.0, 1.0];

/// Forms are no accident: each department has its own habits, and so have the hours.
const FORMS: [[f64; 5]; 4] = [
    [4.0, 3.0, 1.0, 1.0, 0.3],
    [1.0, 3.0, 3.0, 0.5, 0.1],
    [5.0, 1.0, 1.0, 1.0, 1.0],
    [0.5, 0.5, 6.0, 1.0, 0.1],
];
const HOURS: [[f64; 5]; 5] = [
    [4.0, 3.0, 1.0, 1.0, 0.3],
    [1.0, 1.0, 3.0, 3.0, 1.0],
    [2.0, 2.0, 2.0, 1.0, 1.0],
    [3.0, 1.0, 1.0, 1.0, 1.0],
    [1.0, 1.0, 1.0, 4.0, 1.0],
];
const LENGTHS: [f64; 3] = [2.0, 5.0, 1.0];

/// What a post is, on all accounts that it goes to.
struct Post {
    levels: [(Factor, String); 4],
    tags: Vec<String>,
    shared: f64,
}

fn post(chance: &mut Chance, kind: &Year, week: i32) -> (usize, Post) {
    let department = pick(chance, &DEPARTMENTS);
    let mut forms = FORMS[department];
    if kind.is_seasonal && (20..34).contains(&week) {
        forms[1] *= 3.0;
    }
    let form = pick(chance, &forms);
    let hour = pick(chance, &HOURS[form]);
    let mut tags = Vec::new();
    for tag in 0..4 {
        // Two tags come and go with campaigns of six weeks.
        let likely = match tag {
            0 => 0.5,
            1 => 0.15,
            tag if kind.is_seasonal && (week / 6) % 4 == tag => 0.7,
            _ => 0.1,
        };
        if chance.unit() < likely {
            tags.push(format!("tag-{tag}"));
        }
    }
    let levels = [
        (Factor::Department, format!("department-{department}")),
        (Factor::Form, format!("form-{form}")),
        (Factor::When, format!("hour-{hour}-{}", u8::from(chance.below(7) > 4))),
        (Factor::Length, format!("length-{}", pick(chance, &LENGTHS))),
    ];
    (department, Post { levels, tags, shared: kind.shared * normal(chance) })
}

fn count(chance: &mut Chance, noise: Noise, level: f64) -> f64 {
    match noise {
        Noise::Tail(exponent) => {
            let tail = libm::pow(1.0 - chance.unit(), -1.0 / exponent);
            libm::floor(libm::exp(level + 0.5 * normal(chance)) * tail)
        }
        Noise::Few => {
            // A Gamma of shape 1 over a Poisson is a negative binomial of as many failures.
            let mean = libm::exp(level - 3.0) * -libm::log(1.0 - chance.unit());
            f64::from(poisson(chance, mean.min(500.0)))
        }
    }
}

/// Makes up a year.
pub fn year(seed: Seed, kind: Year) -> Table {
    let mut chance = seed.part("year").stream(0);
    let mut cells: Vec<Cell> = Vec::new();
    let mut samples = Vec::new();
    let mut wave = 0.0;
    for week in 0..52 {
        wave = 0.6 * wave + 0.8 * kind.wave * normal(&mut chance);
        let subjects: Vec<f64> = DEPARTMENTS.iter().map(|_| kind.subject * normal(&mut chance)).collect();
        // A post goes to two thirds of the accounts.
        let rate = f64::from(kind.posts) / 52.0 / (f64::from(kind.accounts) * 0.667).max(1.0);
        for _ in 0..poisson(&mut chance, rate) {
            let (department, post) = post(&mut chance, &kind, week);
            for account in 0..kind.accounts {
                if kind.accounts > 1 && chance.unit() > 0.667 {
                    continue;
                }
                let platform = format!("p{}", account % kind.platforms);
                let growth = if kind.is_seasonal { 0.01 * f64::from(week) } else { 0.0 };
                let mut level =
                    4.5 + f64::from(account) * 0.7 + growth + wave + subjects[department] + post.shared;
                let is_planted = platform == "p0" && post.levels.iter().any(|(_, level)| level == PLANTED);
                if let Some(plant) = kind.plant.filter(|_| is_planted) {
                    level += plant.effect;
                }
                let outcome = libm::log1p(count(&mut chance, kind.noise, level));
                let tags = post.tags.iter().map(|tag| (Factor::Tag, tag.clone()));
                let mut own: Vec<u32> = Vec::new();
                for (factor, level) in post.levels.iter().cloned().chain(tags) {
                    let cell = Cell { platform: platform.clone(), factor, level };
                    let at = cells.iter().position(|other| *other == cell).unwrap_or_else(|| {
                        cells.push(cell);
                        cells.len() - 1
                    });
                    own.push(u32::try_from(at).unwrap());
                }
                own.sort_unstable();
                samples.push(Sample { account, week, outcome, cells: own, unknown: Vec::new() });
            }
        }
    }
    Table::new(cells, samples)
}
