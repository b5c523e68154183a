use super::super::{UnitEstimate, pooled_variance, shrink};
use super::{Checked, DEFINED, close};

fn unit(estimate: f64, variance: f64) -> UnitEstimate {
    UnitEstimate { estimate, variance }
}

/// Eight schools (Rubin 1981). The values asked of us are those of the flat prior on τ: A 10.2 (-2.1 to 31.6), H 8.2 (-7.1 to 25.5); they
/// were made by drawing from the posterior, and so are right to some tenths.
#[test]
fn eight_schools() -> Checked {
    let effects = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
    let errors: [f64; 8] = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];
    let units: Vec<UnitEstimate> = effects.into_iter().zip(errors).map(|(y, e)| unit(y, e * e)).collect();
    let found = shrink(&units).ok_or(DEFINED)?;
    for (school, estimate, low, high) in [(0, 10.2, -2.1, 31.6), (7, 8.2, -7.1, 25.5)] {
        let found = found.units.get(school).copied().flatten().ok_or(DEFINED)?;
        close(found.estimate, estimate, 0.25);
        close(found.low, low, 0.4);
        close(found.high, high, 0.4);
    }
    // Gelman and others, Bayesian Data Analysis (3rd ed.), 5.5: the middle of τ is about 5, of the mean about 8.
    close(found.tau.estimate, 5.0, 0.4);
    close(found.mean.estimate, 8.0, 0.3);
    Ok(())
}

/// Efron and Morris 1975, Table 1: averages of 18 players after 45 times at bat. Their factor is .2124; .400 becomes .294, and .178
/// becomes .242. The flat prior knows less, and so shrinks a little less.
#[test]
fn baseball_shrinks_about_as_published() -> Checked {
    let hits =
        [18.0, 17.0, 16.0, 15.0, 14.0, 14.0, 13.0, 12.0, 11.0, 11.0, 10.0, 10.0, 10.0, 10.0, 10.0, 9.0, 8.0, 7.0];
    let averages = hits.map(|hits| hits / 45.0);
    let mean = averages.iter().sum::<f64>() / 18.0;
    let variance = mean * (1.0 - mean) / 45.0;
    let squares: f64 = averages.iter().map(|average| (average - mean).powi(2)).sum();
    // The factor by the rule of James and Stein, on the arithmetic scale.
    let published = 1.0 - (18.0 - 3.0) * variance / squares;
    close(published, 0.2124, 0.001);
    let units = averages.map(|average| unit(average, variance));
    let found = shrink(&units).ok_or(DEFINED)?;
    let [best, worst] = [0, 17].map(|player: usize| found.units.get(player).copied().flatten());
    close(best.ok_or(DEFINED)?.estimate, 0.294, 0.015);
    close(worst.ok_or(DEFINED)?.estimate, 0.242, 0.012);
    Ok(())
}

/// BCG vaccine trials (Colditz et al. 1994), log relative risk: the mean of R's metafor is -0.7141 (-1.0644 to -0.3638) with τ² of 0.3088; with what is not
/// known of τ the interval is wider, and holds it.
#[test]
fn what_is_not_known_of_tau_widens_the_interval_of_the_mean() -> Checked {
    let trials = [
        (4.0, 119.0, 11.0, 128.0),
        (6.0, 300.0, 29.0, 274.0),
        (3.0, 228.0, 11.0, 209.0),
        (62.0, 13_536.0, 248.0, 12_619.0),
        (33.0, 5_036.0, 47.0, 5_761.0),
        (180.0, 1_361.0, 372.0, 1_079.0),
        (8.0, 2_537.0, 10.0, 619.0),
        (505.0, 87_886.0, 499.0, 87_892.0),
        (29.0, 7_470.0, 45.0, 7_232.0),
        (17.0, 1_699.0, 65.0, 1_600.0),
        (186.0, 50_448.0, 141.0, 27_197.0),
        (5.0, 2_493.0, 3.0, 2_338.0),
        (27.0, 16_886.0, 29.0, 17_825.0),
    ];
    let log_risk_ratio = |(a, b, c, d): (f64, f64, f64, f64)| {
        let estimate = ((a / (a + b)) / (c / (c + d))).ln();
        unit(estimate, 1.0 / a - 1.0 / (a + b) + 1.0 / c - 1.0 / (c + d))
    };
    let units = trials.map(log_risk_ratio);
    let found = shrink(&units).ok_or(DEFINED)?;
    close(found.mean.estimate, -0.7141, 0.03);
    assert!(found.mean.low < -1.0644 && found.mean.high > -0.3638, "{:?}", found.mean);
    assert!(found.tau.low < 0.3088_f64.sqrt() && found.tau.high > 0.3088_f64.sqrt(), "{:?}", found.tau);
    for (raw, shrunken) in units.iter().zip(&found.units) {
        let shrunken = shrunken.ok_or(DEFINED)?;
        let (near, far) = (found.mean.estimate.min(raw.estimate), found.mean.estimate.max(raw.estimate));
        assert!(near - 0.05 <= shrunken.estimate && shrunken.estimate <= far + 0.05);
        assert!(shrunken.low < shrunken.estimate && shrunken.estimate < shrunken.high);
    }
    Ok(())
}

/// Units that differ far more than their errors keep their own estimates, with their own errors.
#[test]
fn units_that_are_known_well_keep_what_they_are() -> Checked {
    let units = [unit(1.0, 1e-6), unit(2.0, 1e-6), unit(6.0, 1e-6), unit(3.0, 1e-6)];
    let found = shrink(&units).ok_or(DEFINED)?;
    for (raw, shrunken) in units.iter().zip(found.units) {
        let shrunken = shrunken.ok_or(DEFINED)?;
        close(shrunken.estimate, raw.estimate, 1e-4);
        close(shrunken.high - shrunken.low, 2.0 * 1.96 * 1e-3, 1e-5);
    }
    Ok(())
}

#[test]
fn the_less_is_known_the_more_it_shrinks() -> Checked {
    let units = [unit(-1.0, 0.1), unit(1.0, 0.1), unit(0.0, 0.1), unit(1.0, 2.0)];
    let found = shrink(&units).ok_or(DEFINED)?;
    let sure = found.units.get(1).copied().flatten().ok_or(DEFINED)?;
    let unsure = found.units.get(3).copied().flatten().ok_or(DEFINED)?;
    assert!(unsure.estimate < sure.estimate && sure.estimate < 1.0);
    Ok(())
}

#[test]
fn what_cannot_be_shrunken() -> Checked {
    assert_eq!(shrink(&[]), None);
    assert_eq!(shrink(&[unit(1.0, 1.0), unit(2.0, 1.0)]), None);
    assert_eq!(shrink(&[unit(1.0, 1.0), unit(2.0, 1.0), unit(3.0, 0.0), unit(3.0, f64::NAN)]), None);
    let units = [unit(1.0, 1.0), unit(2.0, 0.0), unit(9.0, 1.0), unit(3.0, 1.0), unit(f64::NAN, 1.0)];
    let found = shrink(&units).ok_or(DEFINED)?;
    let known: Vec<bool> = found.units.iter().map(Option::is_some).collect();
    assert_eq!(known, [true, false, true, true, false]);
    Ok(())
}

#[test]
fn variance_pooled_over_units() -> Checked {
    let units = [(3.0, 1.0), (5.0, 0.0), (1.0, 9.0), (f64::NAN, 1.0), (4.0, -1.0)];
    close(pooled_variance(&units).ok_or(DEFINED)?, 2.0 / 6.0, 1e-12);
    assert_eq!(pooled_variance(&[]), None);
    assert_eq!(pooled_variance(&[(1.0, 2.0), (4.0, 0.0)]), None);
    Ok(())
}
