use super::super::kappa::kappa_by;
use super::super::{AgreementMatrix, AgreementWeights, gwet_agreement, weighted_kappa};
use super::{Checked, DEFINED, close};
use AgreementWeights::{Identity, Linear, Quadratic};

const FLEISS: [[f64; 3]; 3] = [[106.0, 10.0, 4.0], [22.0, 28.0, 10.0], [2.0, 12.0, 6.0]];
const ABSTRACTORS: [[f64; 3]; 3] = [[13.0, 0.0, 0.0], [0.0, 20.0, 7.0], [0.0, 4.0, 56.0]];
const VISION: [[f64; 4]; 4] = [
    [1520.0, 266.0, 124.0, 66.0],
    [234.0, 1512.0, 432.0, 78.0],
    [117.0, 362.0, 1772.0, 205.0],
    [36.0, 82.0, 179.0, 492.0],
];
const ANXIETY_2: [usize; 20] = [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4];
const ANXIETY_3: [usize; 20] = [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2];

fn matrix<const K: usize>(rows: &[[f64; K]]) -> Result<AgreementMatrix, &'static str> {
    AgreementMatrix::from_rows(rows).ok_or(DEFINED)
}

/// The anxiety ratings, each level put at the place that `place` gives it.
fn anxiety(categories: usize, place: impl Fn(usize) -> usize) -> Result<AgreementMatrix, &'static str> {
    let mut found = AgreementMatrix::new(categories).ok_or(DEFINED)?;
    for (first, second) in ANXIETY_2.into_iter().zip(ANXIETY_3) {
        assert!(found.add(place(first), place(second), 1.0));
    }
    Ok(found)
}

/// statistics.md 1b: kappa .429, weighted .507 published; errors recomputed.
#[test]
fn fleiss_cohen_everitt_1969() -> Checked {
    let table = matrix(&FLEISS)?;
    let plain = weighted_kappa(&table, Identity, 200.0).ok_or(DEFINED)?;
    close(plain.kappa, 0.428_571, 1e-6);
    close(plain.standard_error.ok_or(DEFINED)?, 0.053_711, 1e-6);
    close(plain.null_standard_error.ok_or(DEFINED)?, 0.055_512, 1e-6);

    let weights = [[1.0, 0.0, 0.4444], [0.0, 1.0, 0.6667], [0.4444, 0.6667, 1.0]];
    let by_table = |i: usize, j: usize| weights.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0.0);
    let weighted = kappa_by(&table, 200.0, by_table).ok_or(DEFINED)?;
    close(weighted.kappa, 0.507_070, 1e-6);
    close(weighted.standard_error.ok_or(DEFINED)?, 0.056_994, 1e-6);
    close(weighted.null_standard_error.ok_or(DEFINED)?, 0.065_336, 1e-6);
    Ok(())
}

/// statistics.md 1d: irr drops the unused level 5, so its scale has five grades.
#[test]
fn irr_anxiety_without_the_unused_level() -> Checked {
    let table = anxiety(5, |level| if level == 6 { 4 } else { level - 1 })?;
    let published = [
        (Identity, -0.006_289_308, -0.060_406_7),
        (Linear, 0.145_907_5, 1.282_472),
        (Quadratic, 0.252_032_5, 1.437_451),
    ];
    for (weights, kappa, z) in published {
        let found = weighted_kappa(&table, weights, 20.0).ok_or(DEFINED)?;
        close(found.kappa, kappa, 1e-7);
        close(found.kappa / found.null_standard_error.ok_or(DEFINED)?, z, 1e-6);
    }
    Ok(())
}

/// The trap of 1d: over the declared scale of six the weighted values differ, the unweighted one
/// does not. Values recomputed independently (check/kappa.py).
#[test]
fn anxiety_over_the_declared_scale() -> Checked {
    let table = anxiety(6, |level| level - 1)?;
    let expected = [
        (Identity, -0.006_289_308, 0.055_768_663_3),
        (Linear, 0.126_213_592_2, 0.386_247_395_3),
        (Quadratic, 0.229_797_979_8, 0.589_709_097_0),
    ];
    for (weights, kappa, gwet) in expected {
        close(weighted_kappa(&table, weights, 20.0).ok_or(DEFINED)?.kappa, kappa, 1e-9);
        close(gwet_agreement(&table, weights, 20.0, 0.0).ok_or(DEFINED)?.coefficient, gwet, 1e-9);
    }
    Ok(())
}

/// statistics.md 1e, kappa: published by irrCAC.
#[test]
fn irrcac_abstractors_kappa() -> Checked {
    let table = matrix(&ABSTRACTORS)?;
    let expected = [
        (Identity, 0.796_409_4, 1e-7, 0.058_910_72, 1e-8),
        (Linear, 0.842_902, 1e-6, 0.047_872, 1e-6),
        (Quadratic, 0.892_157, 1e-6, 0.035_352, 1e-6),
    ];
    for (weights, kappa, kappa_error, error, error_error) in expected {
        let found = weighted_kappa(&table, weights, 100.0).ok_or(DEFINED)?;
        close(found.kappa, kappa, kappa_error);
        close(found.standard_error.ok_or(DEFINED)?, error, error_error);
    }
    Ok(())
}

/// statistics.md 1e, AC1 and AC2: published by irrCAC, with intervals by t(n - 1).
#[test]
fn irrcac_abstractors_gwet() -> Checked {
    let table = matrix(&ABSTRACTORS)?;
    let first = gwet_agreement(&table, Identity, 100.0, 0.0).ok_or(DEFINED)?;
    close(first.coefficient, 0.849_330_5, 1e-7);
    close(first.standard_error.ok_or(DEFINED)?, 0.043_217_47, 1e-8);
    close(first.observed, 0.89, 1e-12);
    // Five digits from the doctest of the Python port.
    close(first.interval.ok_or(DEFINED)?.low, 0.763_58, 0.000_005);
    close(first.interval.ok_or(DEFINED)?.high, 0.935_08, 0.000_005);
    let published = [(Identity, 0.849, 0.764, 0.935), (Linear, 0.900, 0.842, 0.958), (Quadratic, 0.940, 0.905, 0.976)];
    for (weights, coefficient, low, high) in published {
        let interval = gwet_agreement(&table, weights, 100.0, 0.0).and_then(|found| found.interval).ok_or(DEFINED)?;
        close(interval.estimate, coefficient, 0.000_5);
        close(interval.low, low, 0.000_5);
        close(interval.high, high, 0.000_5);
    }
    let quarter = gwet_agreement(&table, Identity, 100.0, 0.75).ok_or(DEFINED)?;
    close(quarter.standard_error.ok_or(DEFINED)?, 0.043_217_47 / 2.0, 1e-8);
    Ok(())
}

/// statistics.md 1f: recomputed independently (check/kappa.py; its Gwet error by subjects, with n -
/// 1).
#[test]
fn irr_vision() -> Checked {
    let table = matrix(&VISION)?;
    let n = table.total();
    close(n, 7_477.0, 0.0);
    let expected = [
        (Identity, 0.595_388_828_1, 0.007_286_851_1, 0.007_039_275_5, 0.616_043_995_4, 0.006_935_933_6),
        (Linear, 0.652_380_429_5, 0.007_075_263_6, 0.008_140_557_7, 0.717_282_735_6, 0.005_834_904_8),
        (Quadratic, 0.702_334_252_5, 0.008_381_936_6, 0.011_559_146_8, 0.795_916_343_4, 0.005_971_187_2),
    ];
    for (weights, kappa, error, null_error, gwet, gwet_error) in expected {
        let found = weighted_kappa(&table, weights, n).ok_or(DEFINED)?;
        close(found.kappa, kappa, 1e-9);
        close(found.standard_error.ok_or(DEFINED)?, error, 1e-9);
        close(found.null_standard_error.ok_or(DEFINED)?, null_error, 1e-9);
        let found = gwet_agreement(&table, weights, n, 0.0).ok_or(DEFINED)?;
        close(found.coefficient, gwet, 1e-9);
        close(found.standard_error.ok_or(DEFINED)?, gwet_error * ((n - 1.0) / n).sqrt(), 1e-9);
    }
    Ok(())
}
