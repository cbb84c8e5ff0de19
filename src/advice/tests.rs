use super::*;
use crate::chance::Seed;

/// Posts of two accounts over so many weeks: in each week two of the cell and two others, with what a post of the cell earns more.
fn table(weeks: i32, more: f64) -> Table {
    let cell = |level: &str| Cell { platform: "p".to_owned(), factor: Factor::Form, level: level.to_owned() };
    let mut chance = Seed::of(b"table").stream(0);
    let mut samples = Vec::new();
    for week in 0..weeks {
        for account in 0..2 {
            // A week, and an account, may be as good as it likes.
            let level = f64::from(account) * 5.0 + f64::from(week % 7);
            for place in 0..4 {
                let own = u32::from(place >= 2);
                let outcome = level + chance.unit() + if own == 0 { more } else { 0.0 };
                samples.push(Sample { account, week, outcome, cells: vec![own], unknown: Vec::new() });
            }
        }
    }
    Table::new(vec![cell("film"), cell("picture")], samples)
}

const EFFORT: Effort = Effort { permutations: 499, resamples: 199 };

#[test]
fn what_is_planted_is_found_once_and_as_more_of_it() {
    let table = table(20, 0.5);
    let judged = judge(&table, EFFORT);
    assert_eq!(judged.family.len(), 2);
    // The pictures are as much below as the films are above: that is said once.
    assert_eq!(judged.found.len(), 1);
    let found = &judged.found[0];
    assert_eq!(table.cells[judged.family[found.comparison].cell].level, "film");
    assert!((found.adjusted - 1.0 / 500.0).abs() < 1e-12);
    let (low, high) = found.interval.ends;
    assert!(low < 0.5 && 0.5 < high && low > 0.3 && high < 0.7, "{found:?}");
    assert_eq!(judge(&table, EFFORT), judged, "the same rows, the same advice");
}

#[test]
fn what_differs_from_week_to_week_is_no_effect() {
    let table = table(20, 0.0);
    let judged = judge(&table, EFFORT);
    assert!(judged.found.is_empty());
    // Without the weeks' and the accounts' levels the cell's posts are the others'.
    let outcomes: Vec<f64> = table.samples.iter().map(|sample| sample.outcome).collect();
    let effect = effect(&table, &judged.family[0], &outcomes, (table.seed(), 99));
    assert!(effect.estimate.abs() < 0.15, "{effect:?}");
    assert!(judge(&Table::default(), EFFORT).found.is_empty());
}

#[test]
fn few_posts_are_not_compared_and_unknown_ones_on_neither_side() {
    assert_eq!(family(&table(7, 1.0)).len(), 0, "seven weeks are too few");
    assert_eq!(family(&table(8, 1.0)).len(), 2);
    let mut some = table(8, 1.0);
    for sample in &mut some.samples {
        if sample.cells == [1] && sample.account == 1 {
            (sample.cells, sample.unknown) = (Vec::new(), vec![0, 1]);
        }
    }
    let all = comparisons(&some);
    assert_eq!(all.iter().map(|one| (one.posts, one.others)).collect::<Vec<_>>(), [(16, 16), (16, 16)]);
    // Everybody of a block in the cell, or nobody: nothing to compare.
    some.samples.iter_mut().for_each(|sample| sample.cells = vec![0]);
    some.samples.iter_mut().for_each(|sample| sample.unknown = Vec::new());
    assert_eq!(comparisons(&some), []);
}

#[test]
fn an_interval_knows_that_it_was_chosen() {
    let effect = Effect { estimate: 0.4, error: 0.1, few: 1.0 };
    let plain = effect.plain();
    assert!((plain.ends.0 - (0.4 - 0.164_485)).abs() < 1e-5 && (plain.middle - 0.4).abs() < 1e-12);
    // Far beyond the cut it is the plain one; at the cut nothing is left of it.
    let far = Effect { estimate: 1.0, error: 0.1, few: 1.0 }.chosen(10.0, 3.0);
    assert!((far.middle - 1.0).abs() < 1e-6 && (far.ends.0 - (1.0 - 0.164_485)).abs() < 1e-3, "{far:?}");
    let near = effect.chosen(4.0, 3.999);
    // Beyond either cut by a hair: the odds of the two sides are e^(2·4·effect), whose 5 % and 95 % lie at ∓0.0368.
    assert!(near.middle.abs() < 0.001 && (near.ends.0 + 0.0368).abs() < 0.003, "{near:?}");
    assert!((near.ends.1 - 0.0368).abs() < 0.003, "{near:?}");
    let between = effect.chosen(4.0, 3.0);
    assert!((0.2..0.4).contains(&between.middle), "{between:?}");
    let below = Effect { estimate: -0.4, ..effect }.chosen(-4.0, 3.0);
    assert!((below.middle + between.middle).abs() < 1e-9 && (below.ends.0 + between.ends.1).abs() < 1e-9);
}

#[test]
fn the_draw_itself_says_how_likely_a_difference_is() {
    // One week, two posts against two: of the six ways to draw them one is as far up.
    let cell = Cell { platform: "p".to_owned(), factor: Factor::Form, level: "film".to_owned() };
    let sample =
        |outcome: f64, cells: Vec<u32>| Sample { account: 0, week: 0, outcome, cells, unknown: Vec::new() };
    let samples = vec![sample(3.0, vec![0]), sample(2.0, vec![0]), sample(1.0, vec![]), sample(0.5, vec![])];
    let table = Table::new(vec![cell], samples);
    let one = comparisons(&table).remove(0);
    let residuals: Vec<f64> = table.samples.iter().map(|sample| sample.outcome).collect();
    let (above, below) = orders((&one, &table.blocks()), &residuals, (table.seed(), 5_999));
    assert!((900..1_100).contains(&above), "{above} of 6,000");
    assert_eq!(below, 6_000);
}

#[test]
fn likelihoods_and_cuts_agree() {
    let maxima: Vec<f64> = (1..=199).map(f64::from).collect();
    let tested = Tested { scores: Vec::new(), maxima };
    assert!((tested.adjusted(500.0) - 1.0 / 200.0).abs() < 1e-12);
    assert!((tested.adjusted(0.0) - 1.0).abs() < 1e-12);
    let cut = tested.cut(0.05);
    assert!(
        tested.adjusted(cut) <= 0.05
            && tested.adjusted(cut - 0.5) <= 0.05
            && tested.adjusted(cut - 1.0) > 0.05
    );
}
