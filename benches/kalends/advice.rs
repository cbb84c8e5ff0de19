//! The one test over a family of comparisons, held against a plain sum over the same rows.

use std::time::Duration;

use kalends::advice::{Cell, Factor, Sample, Table, family, residuals, test};
use kalends::chance::{Chance, Seed};
use kalends::rim::clock::instant;

/// The arguments by which this program measures itself.
pub const FAMILY: &str = "--advice-family";
pub const SUM: &str = "--advice-sum";

/// How many orders of the rows are tried, and how many sums are made.
pub const PERMUTATIONS: u32 = 1_999;

const PLATFORMS: u32 = 5;
/// How many cells each factor has on a platform.
const LEVELS: [(Factor, u32); 4] =
    [(Factor::When, 4), (Factor::Form, 4), (Factor::Department, 3), (Factor::Length, 3)];

/// Makes a year of so many posts.
fn year(posts: u32) -> Table {
    let mut chance: Chance = Seed::of(b"bench").stream(0);
    let (mut cells, mut firsts) = (Vec::new(), Vec::new());
    for platform in 0..PLATFORMS {
        for (factor, levels) in LEVELS {
            firsts.push(cells.len() as u32);
            cells.extend((0..levels).map(|level| Cell {
                platform: format!("p{platform}"),
                factor,
                level: format!("level-{level}"),
            }));
        }
    }
    let sample = |post: u32| {
        let account = post % PLATFORMS;
        let own = LEVELS
            .iter()
            .enumerate()
            .map(|(at, (_, levels))| firsts[account as usize * LEVELS.len() + at] + chance.below(*levels));
        let cells = own.collect();
        Sample {
            account,
            week: (post / PLATFORMS % 52) as i32,
            outcome: 8.0 * chance.unit(),
            cells,
            unknown: Vec::new(),
        }
    };
    Table::new(cells, (0..posts).map(sample).collect())
}

/// Says how long something took, and what came of it.
fn line(wall: Duration, came: f64) -> String {
    format!("{} {came}", wall.as_nanos())
}

/// Reads how long something took.
pub fn wall(line: &str) -> Option<Duration> {
    line.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Tests the whole family.
pub fn permutations(posts: u32) -> String {
    let table = year(posts);
    let (comparisons, blocks) = (family(&table), table.blocks());
    let outcomes: Vec<f64> = table.samples.iter().map(|sample| sample.outcome).collect();
    let residuals = residuals(&table, &blocks, &outcomes);
    let began = instant();
    let tested = test((&comparisons, &blocks), &residuals, (table.seed(), PERMUTATIONS));
    line(began.elapsed(), tested.cut(0.05))
}

/// Adds the rows up as often as they are put in order.
pub fn sums(posts: u32) -> String {
    let table = year(posts);
    let began = instant();
    let mut whole = 0.0;
    for _ in 0..PERMUTATIONS {
        whole += std::hint::black_box(&table.samples).iter().map(|sample| sample.outcome).sum::<f64>();
    }
    line(began.elapsed(), whole)
}
