use super::*;
use chrono::Days;

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(number)
}

fn readings(rows: &[(&str, &str)]) -> Readings {
    let rows = rows.iter().map(|(at, count)| format!("{at},account/a,followers,f,{count},,,,\n"));
    let text = format!("{}\n{}", crate::reading::HEAD, rows.collect::<String>());
    Readings::read([("readings/a.csv", text.as_str())])
}

fn points(counts: &[i64]) -> Vec<Point> {
    let rows: Vec<(String, String)> = (0..)
        .zip(counts)
        .map(|(number, count)| (format!("{}T12:00:00Z", day(number)), count.to_string()))
        .collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(at, count)| (at.as_str(), count.as_str())).collect();
    let readings = readings(&rows);
    assert_eq!(readings.flaws, []);
    series(&readings, &AccountId::new("a").unwrap(), &Zone::utc(), DateTime::<Utc>::MAX_UTC)
}

/// Chance of its own, so that the forecast is not judged by its own dice.
fn chance(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    f64::from(u32::try_from(*state >> 33).unwrap()) / f64::from(1_u32 << 31)
}

/// About normal: the sum of twelve chances.
fn normal(state: &mut u64) -> f64 {
    (0..12).map(|_| chance(state)).sum::<f64>() - 6.0
}

#[test]
fn a_day_has_the_number_read_last_and_a_month_what_it_began_with() {
    let readings = readings(&[
        ("2026-12-30T08:00:00Z", "100"),
        ("2026-12-31T23:30:00Z", "103"),
        ("2027-01-01T00:00:00Z", "104"),
        ("2027-01-15T08:00:00Z", "-5"),
        ("2027-01-20T08:00:00Z", "120"),
        ("2027-03-10T08:00:00Z", "150"),
        ("2027-03-10T09:00:00Z", "151"),
    ]);
    let account = AccountId::new("a").unwrap();
    let of = |zone: &str, until: &str| {
        let points = series(&readings, &account, &Zone::named(zone).unwrap(), until.parse().unwrap());
        let months = months(&points).into_iter().map(|month| {
            let shown = |point: Option<Point>| point.map_or("-".to_owned(), |point| point.count.to_string());
            let rate = month.rate().map_or("-".to_owned(), |rate| rate.times(100).show(1));
            let growth = month.growth().map_or("-".to_owned(), |growth| growth.to_string());
            format!("{} {} {} {growth} {rate}", month.first, shown(month.start), shown(month.end))
        });
        months.collect::<Vec<_>>()
    };
    // Midnight's number is the last of December's; February has none, and March begins with its own first.
    assert_eq!(
        of("UTC", "2028-01-01T00:00:00Z"),
        ["2026-12-01 100 104 4 4.0", "2027-01-01 104 120 16 15.4", "2027-03-01 151 151 - -"]
    );
    assert_eq!(
        of("Pacific/Auckland", "2027-01-21T00:00:00Z"),
        ["2026-12-01 100 100 - -", "2027-01-01 100 120 20 20.0"]
    );
}

#[test]
fn a_rounded_count_is_known_by_its_figures() {
    let step = |counts: &[i64]| rounding(&points(counts)).map(|step| step.to_string());
    assert_eq!(step(&[12_300, 12_300, 12_400, 12_400, 12_500, 12_500]), Some("100".to_owned()));
    assert_eq!(step(&[998, 1_010, 1_020, 1_020, 1_030, 1_040, 1_050]), Some("10".to_owned()));
    assert_eq!(step(&[12_300, 12_300, 12_400, 12_400, 12_500, 12_501]), None);
    assert_eq!(
        step(&[12_300, 12_300, 12_300, 12_300, 12_300, 12_300]),
        None,
        "one number alone may be round"
    );
    assert_eq!(step(&[100, 200, 300, 400, 500, 600]), None, "three figures are all there are");
}

#[test]
fn a_jump_stands_out_and_rounding_is_none() {
    let mut counts: Vec<i64> = (0..40).map(|n| 5_003 + n * 3 + n % 4).collect();
    assert_eq!(jumps(&points(&counts)), []);
    counts.iter_mut().skip(20).for_each(|count| *count += 60);
    let found = jumps(&points(&counts));
    assert_eq!(
        found.iter().map(|jump| (jump.day, jump.growth.to_string())).collect::<Vec<_>>(),
        [(day(20), "60".to_owned())]
    );
    // Where a day is missing, it is not known which day it was.
    let mut holey = points(&counts);
    holey.remove(20);
    assert_eq!(jumps(&holey), []);
    assert_eq!(jumps(&points(&counts[..25])), [], "too few days to say");
    // A quiet account: its spread is nothing, and nine more are no jump.
    let quiet = |more: i64| (0..40).map(|n| 700 + if n >= 20 { more } else { 0 }).collect::<Vec<_>>();
    assert_eq!((jumps(&points(&quiet(9))).len(), jumps(&points(&quiet(10))).len()), (0, 1));
    let rounded: Vec<i64> = (0..40).map(|n| (12_345 + n * 33) / 100 * 100).collect();
    assert_eq!(jumps(&points(&rounded)), []);
    let jumped: Vec<i64> = rounded.iter().zip(0..).map(|(c, n)| c + if n >= 20 { 900 } else { 0 }).collect();
    assert_eq!(jumps(&points(&jumped)).len(), 1);
}

#[test]
fn where_too_little_is_known_nothing_is_foretold() {
    let weekly = |count: u64| (0..count).map(|n| (day(n * 7), 100.0)).collect::<Vec<_>>();
    assert!(forecast(&weekly(8), day(60), 1).is_none(), "seven weeks");
    assert!(forecast(&weekly(9), day(60), 1).is_some());
    assert!(forecast(&weekly(9), day(56), 1).is_none(), "the day is there already");
    assert!(forecast(&weekly(9), day(56 + 57), 1).is_none(), "further than it reaches back");
    assert!(forecast(&[], day(1), 1).is_none());
    let few: Vec<_> = (0..7).map(|n| (day(n * 10), 100.0)).collect();
    assert!(forecast(&few, day(70), 1).is_none(), "seven readings");
    let mut broken = weekly(12);
    broken[3].1 = f64::NAN;
    assert!(forecast(&broken, day(90), 1).is_none());
    broken[3] = broken[2];
    assert!(forecast(&broken, day(90), 1).is_none(), "a day twice");
    let huge = [(NaiveDate::MIN, 1.0), (NaiveDate::MAX, 2.0)];
    assert!(forecast(&huge, NaiveDate::MAX, 1).is_none());
}

#[test]
fn a_straight_line_goes_on_and_flattens() {
    let line: Vec<_> =
        (0..20).map(|n| (day(n * 7), 1_000.0 + 10.0 * f64::from(u32::try_from(n).unwrap()))).collect();
    let soon = forecast(&line, day(19 * 7 + 28), 7).unwrap();
    assert!((1_215.0..1_235.0).contains(&soon.middle), "{soon:?}");
    assert!(soon.low <= soon.middle && soon.middle <= soon.high);
    assert_eq!(Some(soon), forecast(&line, day(19 * 7 + 28), 7), "one seed, one forecast");
    let falling: Vec<_> = line.iter().rev().zip(&line).map(|(value, at)| (at.0, value.1 - 1_000.0)).collect();
    let later = forecast(&falling, day(19 * 7 + 130), 7).unwrap();
    assert!(later.low >= 0.0, "{later:?}");
}

/// Of 400 made-up series each, how many end within what was foretold six weeks ahead: about 90 in a hundred, as the interval
/// says.
#[test]
fn nine_times_in_ten_it_is_within() {
    for (name, weeks, drift, noise) in [
        ("a walk", 26_u64, 0.0, 12.0),
        ("growth", 40, 9.0, 14.0),
        ("short", 12, 5.0, 10.0),
        ("a year", 52, 4.0, 20.0),
    ] {
        let mut state = 42;
        let mut within = 0;
        for seed in 0..400 {
            let mut value = 2_000.0;
            let mut walk: Vec<(NaiveDate, f64)> = Vec::new();
            for week in 0..weeks + 6 {
                walk.push((day(week * 7), value));
                value += drift + noise * normal(&mut state);
            }
            let (known, later) = walk.split_at(usize::try_from(weeks).unwrap());
            let (to, end) = later[5];
            let foretold = forecast(known, to, seed).unwrap();
            within += u32::from(foretold.low <= end && end <= foretold.high);
        }
        let share = f64::from(within) / 400.0;
        assert!((0.85..=0.98).contains(&share), "{name}: {share}");
    }
}
