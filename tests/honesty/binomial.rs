//! Exact bounds of a share.

/// Returns the bounds of a share of which `so` of `of` were seen, each leaving as much beyond it as told (Clopper and
/// Pearson 1934).
pub fn bounds(so: u64, of: u64, beyond: f64) -> (f64, f64) {
    // The likelihood of at most `most` of `of`, where each is so with a likelihood.
    let at_most = |most: u64, likely: f64| -> f64 {
        (0..=most)
            .map(|k| {
                let ways = libm::lgamma((of + 1) as f64)
                    - libm::lgamma((k + 1) as f64)
                    - libm::lgamma((of - k + 1) as f64);
                libm::exp(ways + k as f64 * libm::log(likely) + (of - k) as f64 * libm::log1p(-likely))
            })
            .sum()
    };
    let solve = |is_low: &dyn Fn(f64) -> bool| {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if is_low(middle) { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    };
    let low = if so == 0 { 0.0 } else { solve(&|p| 1.0 - at_most(so - 1, p) < beyond) };
    let high = if so == of { 1.0 } else { solve(&|p| at_most(so, p) > beyond) };
    (low, high)
}

#[test]
fn the_bounds_are_those_of_the_tables() {
    let near = |a: f64, b: f64| (a - b).abs() < 1e-4;
    let (low, high) = bounds(5, 100, 0.025);
    assert!(near(low, 0.01643) && near(high, 0.11284), "{low} {high}");
    let (low, high) = bounds(0, 10, 0.025);
    assert!(near(low, 0.0) && near(high, 0.30850), "{low} {high}");
}
