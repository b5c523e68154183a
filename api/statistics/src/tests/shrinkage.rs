use super::super::{UnitEstimate, pooled_variance, shrink};
use super::{Checked, DEFINED, close};

fn unit(estimate: f64, variance: f64) -> UnitEstimate {
    UnitEstimate { estimate, variance }
}

/// BCG vaccine trials (Colditz et al. 1994), log relative risk. Published in the documentation of
/// R's metafor (`rma(yi, vi, method = "DL")`): τ² 0.3088, mean -0.7141, interval -1.0644 to
/// -0.3638.
#[test]
fn bcg_trials_dersimonian_laird() -> Checked {
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
    close(found.tau_squared, 0.3088, 0.000_05);
    close(found.mean.estimate, -0.7141, 0.000_05);
    close(found.mean.low, -1.0644, 0.000_05);
    close(found.mean.high, -0.3638, 0.000_05);
    for (raw, shrunken) in units.iter().zip(&found.units) {
        let shrunken = shrunken.ok_or(DEFINED)?;
        let (near, far) = (found.mean.estimate.min(raw.estimate), found.mean.estimate.max(raw.estimate));
        assert!(near <= shrunken.estimate && shrunken.estimate <= far);
        assert!(shrunken.low < shrunken.estimate && shrunken.estimate < shrunken.high);
    }
    Ok(())
}

/// Eight schools (Rubin 1981; Gelman et al., Bayesian Data Analysis, §5.5): pooled 7.7, error 4.1,
/// no τ².
#[test]
fn eight_schools_shrink_to_their_mean() -> Checked {
    let effects = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
    let errors: [f64; 8] = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];
    let units: Vec<UnitEstimate> = effects.into_iter().zip(errors).map(|(y, e)| unit(y, e * e)).collect();
    let found = shrink(&units).ok_or(DEFINED)?;
    close(found.tau_squared, 0.0, 0.0);
    close(found.mean.estimate, 7.7, 0.05);
    close((found.mean.high - found.mean.low) / (2.0 * 1.96), 4.1, 0.05);
    for shrunken in found.units {
        close(shrunken.ok_or(DEFINED)?.estimate, found.mean.estimate, 1e-9);
    }
    Ok(())
}

#[test]
fn equal_variances_reduce_to_the_plain_formula() -> Checked {
    let units = [unit(1.0, 0.5), unit(2.0, 0.5), unit(6.0, 0.5), unit(3.0, 0.5)];
    let found = shrink(&units).ok_or(DEFINED)?;
    // Mean 3; sum of squares 14; between variance 14 / 3 - 0.5.
    let between = 14.0 / 3.0 - 0.5;
    close(found.mean.estimate, 3.0, 1e-12);
    close(found.tau_squared, between, 1e-12);
    let factor = 0.5 / (0.5 + between);
    let third = found.units.get(2).copied().flatten().ok_or(DEFINED)?;
    close(third.estimate, 3.0 * factor + 6.0 * (1.0 - factor), 1e-12);
    Ok(())
}

#[test]
fn the_less_is_known_the_more_it_shrinks() -> Checked {
    let units = [unit(-1.0, 0.1), unit(1.0, 0.1), unit(0.0, 0.1), unit(1.0, 2.0)];
    let found = shrink(&units).ok_or(DEFINED)?;
    let sure = found.units.get(1).copied().flatten().ok_or(DEFINED)?;
    let unsure = found.units.get(3).copied().flatten().ok_or(DEFINED)?;
    assert!(found.tau_squared > 0.0 && unsure.estimate < sure.estimate && sure.estimate < 1.0);
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
