//! Honesty, measured: how often advice is given where there is nothing to say, how often it is given where there is, and how
//! often its intervals have the truth in them.
//!
//! The short look runs always. The long one prints the tables that the README shows:
//!
//! ```text
//! cargo test --release --test honesty -- --ignored --nocapture
//! ```

#![expect(clippy::unwrap_used, reason = "this is a test, whole")]
#![expect(clippy::disallowed_macros, reason = "the tables are what it is for")]

#[path = "honesty/binomial.rs"]
mod binomial;
#[path = "honesty/year.rs"]
mod year;

use kalends::advice::{Effort, Judged, Table, family, judge, residuals, test};
use kalends::chance::Seed;

use binomial::bounds;
use year::{Plant, Year, year};

/// The planted effect: 40 % more.
const EFFECT: f64 = 0.336_472_236_621_212_9;

const EFFORT: Effort = Effort { permutations: 199, resamples: 199 };

/// Does the same for many seeds, side by side.
fn months<T: Send>(count: u64, name: &str, look: impl Fn(Seed) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let (seed, look) = (Seed::of(name.as_bytes()), &look);
    std::thread::scope(|scope| {
        let share = |thread: u64| (0..count).filter(move |number| number % threads == thread);
        let of_share =
            move |thread| share(thread).map(|n| (n, look(seed.part(&n.to_string())))).collect::<Vec<_>>();
        let all: Vec<_> = (0..threads).map(|thread| scope.spawn(move || of_share(thread))).collect();
        let mut done: Vec<(u64, T)> = all.into_iter().flat_map(|one| one.join().unwrap()).collect();
        done.sort_by_key(|(number, _)| *number);
        done.into_iter().map(|(_, one)| one).collect()
    })
}

/// How often something was so.
#[derive(Clone, Copy)]
struct Share {
    so: u64,
    of: u64,
}

impl Share {
    fn of(all: impl IntoIterator<Item = bool>) -> Share {
        let (mut so, mut of) = (0, 0);
        for one in all {
            so += u64::from(one);
            of += 1;
        }
        Share { so, of }
    }

    /// The exact bounds (Clopper and Pearson 1934) that leave 2.5 % on each side.
    fn bounds(self) -> (f64, f64) {
        bounds(self.so, self.of, 0.025)
    }

    fn show(self) -> String {
        let (low, high) = self.bounds();
        let share = if self.of == 0 { f64::NAN } else { self.so as f64 / self.of as f64 };
        format!(
            "{:>5} of {:>5} = {:>5.1} %  (exactly {:>4.1} % to {:>5.1} %)",
            self.so,
            self.of,
            100.0 * share,
            100.0 * low,
            100.0 * high
        )
    }
}

/// How many of some months without any effect have advice, and how many intervals of such advice have no effect in them.
fn false_alarms(count: u64) -> (Share, Share) {
    let all = months(count, "no effect", |seed| {
        let table = year(seed, Year::wild(seed));
        let ends = |ends: (f64, f64)| (ends.0..=ends.1).contains(&0.0);
        judge(&table, EFFORT).found.iter().map(|one| ends(one.interval.ends)).collect::<Vec<_>>()
    });
    (Share::of(all.iter().map(|found| !found.is_empty())), Share::of(all.into_iter().flatten()))
}

/// What came of a month with a planted effect.
struct Planted {
    /// Whether the planted cell was found.
    is_found: bool,
    /// Whether anything else was.
    is_other: bool,
    /// Whether the plain interval of the planted cell has the truth in it, where there was enough to compare.
    is_covered: Option<bool>,
    /// Of each reported cell, whether its interval has its truth in it, and whether it is the planted one.
    reported: Vec<(bool, bool)>,
    /// By how much the reported effect of the planted cell is off: as it was measured, and as it is said.
    off: Option<(f64, f64)>,
}

fn planted(seed: Seed, posts: u32, accounts: u32) -> Planted {
    let plant = Plant { effect: EFFECT };
    let table = year(seed, Year::plain(posts, accounts, Some(plant)));
    let Judged { family, found, .. } = judge(&table, EFFORT);
    let is_planted = |cell: usize| {
        let cell = &table.cells[cell];
        cell.platform == "p0" && cell.level == year::PLANTED
    };
    let outcomes: Vec<f64> = table.samples.iter().map(|sample| sample.outcome).collect();
    let own = family.iter().find(|comparison| is_planted(comparison.cell));
    let is_covered = own.map(|own| {
        let seed = seed.part("plain");
        let (low, high) = kalends::advice::effect(&table, own, &outcomes, (seed, 199)).plain().ends;
        (low..=high).contains(&EFFECT)
    });
    let truth = |cell: usize| if is_planted(cell) { EFFECT } else { 0.0 };
    let mut reported = Vec::new();
    let (mut is_found, mut is_other, mut off) = (false, false, None);
    for one in &found {
        let cell = family[one.comparison].cell;
        let (low, high) = one.interval.ends;
        reported.push(((low..=high).contains(&truth(cell)), is_planted(cell)));
        is_found |= is_planted(cell);
        is_other |= !is_planted(cell);
        if is_planted(cell) {
            off = Some((one.effect.estimate - EFFECT, one.interval.middle - EFFECT));
        }
    }
    Planted { is_found, is_other, is_covered, reported, off }
}

/// Prints one line of the power curve, and returns the coverages.
fn power(count: u64, posts: u32, accounts: u32) -> (Share, Share, Share) {
    let name = format!("planted {posts} {accounts}");
    let all = months(count, &name, |seed| planted(seed, posts, accounts));
    let found = Share::of(all.iter().map(|one| one.is_found));
    let plain = Share::of(all.iter().filter_map(|one| one.is_covered));
    let reported = Share::of(all.iter().flat_map(|one| one.reported.iter().map(|one| one.0)));
    let of = |planted: bool| {
        let all = all.iter().flat_map(|one| one.reported.iter().copied());
        Share::of(all.filter(|one| one.1 == planted).map(|one| one.0))
    };
    let others = Share::of(all.iter().map(|one| one.is_other));
    let offs: Vec<(f64, f64)> = all.iter().filter_map(|one| one.off).collect();
    let mean = |of: fn(&(f64, f64)) -> f64| offs.iter().map(of).sum::<f64>() / offs.len().max(1) as f64;
    println!("{posts:>5} posts a year on {accounts} account(s)");
    println!("    the effect is found      {}", found.show());
    println!("    something else is said   {}", others.show());
    println!("    intervals, all           {}", plain.show());
    println!("    intervals, reported only {}", reported.show());
    println!("        of the planted effect {}", of(true).show());
    println!("        of anything else     {}", of(false).show());
    println!(
        "    where it is found: measured {:+.3} off on the log scale, said {:+.3} off",
        mean(|off| off.0),
        mean(|off| off.1)
    );
    (found, plain, reported)
}

#[test]
fn where_nothing_has_an_effect_little_is_said() {
    let (said, _) = false_alarms(150);
    println!("no effect at all: advice in {}", said.show());
    assert!(said.bounds().0 <= 0.05, "{}", said.show());
}

/// A measure that no test can fail is none: two tests that people use are dishonest, and it says so.
#[test]
fn the_measure_sees_a_test_that_is_not_honest() {
    let each_by_itself = months(150, "no effect", |seed| {
        let table = year(seed, Year::wild(seed));
        let (family, blocks) = (family(&table), table.blocks());
        let outcomes: Vec<f64> = table.samples.iter().map(|sample| sample.outcome).collect();
        let tested = test((&family, &blocks), &residuals(&table, &blocks, &outcomes), (seed, 1));
        tested.scores.iter().any(|score| score.abs() > 1.96)
    });
    let said = Share::of(each_by_itself);
    println!("each comparison at 5 % by itself: advice in {}", said.show());
    assert!(said.bounds().0 > 0.05, "{}", said.show());
    // A year in which the weeks differ much more than the posts of a week, and tags have their seasons.
    let wavy = |seed: Seed| {
        let kind = Year::plain(800, 1, None);
        year(seed, Year { wave: 1.0, ..kind })
    };
    let weeks_forgotten = months(150, "waves", |seed| {
        let table = wavy(seed);
        let all: Vec<f64> = table.samples.iter().map(|sample| sample.outcome).collect();
        let every = (0..table.cells.len()).filter_map(|cell| shuffled_one_by_one(&table, &all, cell));
        let scores: Vec<f64> = every.collect();
        // Bonferroni's bound of the family, so that only the weeks are forgotten.
        scores.iter().any(|score| libm::erfc(score.abs() / 2.0_f64.sqrt()) * scores.len() as f64 <= 0.05)
    });
    let said = Share::of(weeks_forgotten);
    println!("posts shuffled one by one, weeks forgotten: advice in {}", said.show());
    assert!(said.bounds().0 > 0.05, "{}", said.show());
    let ours = Share::of(months(150, "waves", |seed| !judge(&wavy(seed), EFFORT).found.is_empty()));
    println!("the same years, weeks kept: advice in {}", ours.show());
    assert!(ours.bounds().0 <= 0.05, "{}", ours.show());
}

/// The score of a cell if each order of all posts of the year were as likely: what a permutation of single posts comes to.
fn shuffled_one_by_one(table: &Table, outcomes: &[f64], cell: usize) -> Option<f64> {
    let cell = u32::try_from(cell).unwrap();
    let own = table.samples.iter().map(|sample| sample.cells.contains(&cell));
    let (all, inside) = (outcomes.len() as f64, own.clone().filter(|is_in| *is_in).count() as f64);
    let mean = outcomes.iter().sum::<f64>() / all;
    let spread = outcomes.iter().map(|one| (one - mean) * (one - mean)).sum::<f64>() / (all - 1.0);
    let sum: f64 = own.zip(outcomes).filter(|(is_in, _)| *is_in).map(|(_, one)| one - mean).sum();
    (inside >= 12.0 && all - inside >= 12.0).then(|| sum / (spread * inside * (all - inside) / all).sqrt())
}

#[test]
fn a_large_effect_in_many_posts_is_found_and_its_interval_has_it() {
    let (found, plain, reported) = power(40, 800, 1);
    assert!(found.so >= 30, "{}", found.show());
    assert!(plain.bounds().1 >= 0.9, "{}", plain.show());
    assert!(reported.bounds().1 >= 0.9, "{}", reported.show());
}

#[test]
#[ignore = "minutes: 2,000 months, and the whole power curve"]
fn two_thousand_months_and_the_power_curve() {
    let (said, none) = false_alarms(2_000);
    println!("no effect at all, heavy tails: advice in {}", said.show());
    println!("    intervals with no effect in them     {}", none.show());
    let (mut plain_all, mut reported_all) = (Share { so: 0, of: 0 }, Share { so: 0, of: 0 });
    for (posts, accounts) in [(100, 1), (200, 1), (400, 1), (800, 1), (400, 4), (800, 4), (1_600, 4)] {
        let (_, plain, reported) = power(400, posts, accounts);
        plain_all = Share { so: plain_all.so + plain.so, of: plain_all.of + plain.of };
        reported_all = Share { so: reported_all.so + reported.so, of: reported_all.of + reported.of };
    }
    println!("all intervals together           {}", plain_all.show());
    println!("all reported intervals together  {}", reported_all.show());
    assert!(said.bounds().0 <= 0.05);
    assert!(plain_all.bounds().1 >= 0.9);
    assert!(reported_all.bounds().1 >= 0.9);
}
