use statrs::distribution::{Binomial, Discrete as _};

use super::super::{Z_95, normal_interval, round_five_up, round_to_nearest_five, share_interval, t_interval, wilson};
use super::{Checked, DEFINED, close};

/// statistics.md 4 (Newcombe 1998, Table I, method 3).
#[test]
fn newcombe_1998() -> Checked {
    let published = [
        (81.0, 263.0, 0.2553, 0.3662),
        (15.0, 148.0, 0.0624, 0.1605),
        (0.0, 20.0, 0.0, 0.1611),
        (1.0, 29.0, 0.0061, 0.1718),
    ];
    for (successes, n, low, high) in published {
        let found = wilson(successes, n).ok_or(DEFINED)?;
        close(found.low, low, 0.000_05);
        close(found.high, high, 0.000_05);
    }
    Ok(())
}

#[test]
fn wilson_holds_its_estimate_within_nought_and_one() -> Checked {
    for n in [0.3, 1.0, 2.5, 17.2, 400.0, 1e12] {
        for share in [0.0, 0.001, 0.37, 0.5, 0.999, 1.0] {
            let found = wilson(share * n, n).ok_or(DEFINED)?;
            close(found.estimate, share, 1e-12);
            assert!(0.0 <= found.low && found.low <= found.estimate);
            assert!(found.estimate <= found.high && found.high <= 1.0);
            let other = wilson(n - share * n, n).ok_or(DEFINED)?;
            close(found.low, 1.0 - other.high, 1e-9);
        }
    }
    for (successes, n) in [(0.0, 0.0), (1.0, -1.0), (2.0, 1.0), (-1.0, 5.0), (f64::NAN, 5.0), (1.0, f64::INFINITY)] {
        assert_eq!(wilson(successes, n), None);
    }
    Ok(())
}

/// Quantiles of Student's t from printed tables (Fisher & Yates).
#[test]
fn students_t() -> Checked {
    let table = [(1.0, 12.706), (2.0, 4.303), (5.0, 2.571), (11.0, 2.201), (30.0, 2.042), (99.0, 1.984), (1e9, Z_95)];
    for (df, quantile) in table {
        close(t_interval(0.0, 1.0, df).ok_or(DEFINED)?.high, quantile, 0.000_5);
    }
    // The expansion joins the bisection.
    let (below, above) = (t_interval(0.0, 1.0, 999.999_9), t_interval(0.0, 1.0, 1_000.000_1));
    close(below.ok_or(DEFINED)?.high, above.ok_or(DEFINED)?.high, 1e-8);
    for df in [0.5, 0.0, -3.0, f64::NAN] {
        assert_eq!(t_interval(0.0, 1.0, df), None);
    }
    assert_eq!(normal_interval(0.0, -1.0), None);
    assert_eq!(normal_interval(f64::NAN, 1.0), None);
    close(normal_interval(1.0, 2.0).ok_or(DEFINED)?.low, 1.0 - 2.0 * Z_95, 1e-12);
    Ok(())
}

/// statistics.md 7: the examples of dfeR.
#[test]
fn dfer_round_five_up() {
    let published = [
        (0.5, 0, 1.0),
        (2.5, 0, 3.0),
        (2485.85, 0, 2486.0),
        (2485.85, 1, 2485.9),
        (2485.85, -1, 2490.0),
        (2485.85, -2, 2500.0),
        (-2.5, 0, -3.0),
        (2.675, 2, 2.68),
        (1.4, 0, 1.0),
    ];
    for (value, places, expected) in published {
        close(round_five_up(value, places), expected, 1e-12);
    }
    assert!(round_five_up(-0.2, 0).is_sign_positive());
    assert!(round_five_up(f64::NAN, 0).is_nan());
    for places in [i32::MIN, -400, 400, i32::MAX] {
        assert!(round_five_up(12.5, places).is_finite());
        assert!(round_five_up(f64::MAX, places).is_finite());
    }
}

#[test]
fn nearest_five() {
    let cases = [(0.0, 0.0), (2.0, 0.0), (2.5, 5.0), (3.0, 5.0), (7.0, 5.0), (8.0, 10.0), (-3.0, -5.0), (102.0, 100.0)];
    for (value, expected) in cases {
        close(round_to_nearest_five(value), expected, 0.0);
    }
    assert!(round_to_nearest_five(f64::MAX).is_finite());
}

/// What an interval covers at a share, exactly: the chance of all counts whose interval holds it.
fn covers(intervals: &[(f64, f64)], share: f64) -> Result<f64, &'static str> {
    let n = intervals.len() as u64 - 1;
    let binomial = Binomial::new(share, n).map_err(|_| DEFINED)?;
    let held = intervals.iter().zip(0..).filter(|((low, high), _)| *low <= share && share <= *high);
    Ok(held.map(|(_, count)| binomial.pmf(count)).sum())
}

/// The interval of a share covers 93 % at least for every number of judgements and every share tried. Wilson's does not.
#[test]
fn a_share_is_covered_exactly() -> Checked {
    let (mut worst, mut worst_of_wilson): (f64, f64) = (1.0, 1.0);
    for n in (1..=12).chain([30, 100]) {
        let all = |interval: fn(f64, f64) -> Option<super::super::Estimate>| -> Result<Vec<(f64, f64)>, &'static str> {
            let ends = |count| interval(f64::from(count), f64::from(n)).map(|found| (found.low, found.high));
            (0..=n).map(|count| ends(count).ok_or(DEFINED)).collect()
        };
        let (ours, wilsons) = (all(share_interval)?, all(wilson)?);
        for step in 0..=96 {
            let share = 0.5 + 0.005 * f64::from(step);
            worst = worst.min(covers(&ours, share)?);
            worst_of_wilson = worst_of_wilson.min(covers(&wilsons, share)?);
        }
    }
    println!("least coverage {worst:.4}; Wilson's {worst_of_wilson:.4}");
    assert!(worst > 0.93 && worst_of_wilson < 0.85, "{worst} {worst_of_wilson}");
    Ok(())
}
