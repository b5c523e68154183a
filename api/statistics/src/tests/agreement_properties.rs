use super::super::{AgreementMatrix, AgreementWeights, gwet_agreement, weighted_kappa};
use super::{Checked, DEFINED, close};
use AgreementWeights::{Identity, Linear, Quadratic};

const COUNTS: [[f64; 3]; 3] = [[106.0, 10.0, 4.0], [22.0, 28.0, 10.0], [2.0, 12.0, 6.0]];

fn matrix<const K: usize>(rows: &[[f64; K]]) -> Result<AgreementMatrix, &'static str> {
    AgreementMatrix::from_rows(rows).ok_or(DEFINED)
}

#[test]
fn only_proportions_of_the_matrix_count() -> Checked {
    let shares: Vec<Vec<f64>> = COUNTS.iter().map(|row| row.iter().map(|x| x / 200.0).collect()).collect();
    let weighted = AgreementMatrix::from_rows(&shares).ok_or(DEFINED)?;
    let counts = matrix(&COUNTS)?;
    let (a, b) = (weighted_kappa(&weighted, Quadratic, 50.0), weighted_kappa(&counts, Quadratic, 200.0));
    let (a, b) = (a.ok_or(DEFINED)?, b.ok_or(DEFINED)?);
    close(a.kappa, b.kappa, 1e-12);
    close(a.standard_error.ok_or(DEFINED)?, 2.0 * b.standard_error.ok_or(DEFINED)?, 1e-12);
    let interval = a.interval.ok_or(DEFINED)?;
    assert!(interval.low <= a.kappa && a.kappa <= interval.high && interval.high <= 1.0);
    Ok(())
}

#[test]
fn undefined_is_none_and_not_nought() -> Checked {
    let one_grade = matrix(&[[9.0, 0.0], [0.0, 0.0]])?;
    assert_eq!(weighted_kappa(&one_grade, Quadratic, 9.0), None);
    let gwet = gwet_agreement(&one_grade, Quadratic, 9.0, 0.0).ok_or(DEFINED)?;
    close(gwet.coefficient, 1.0, 1e-12);
    assert_eq!((gwet.standard_error, gwet.interval), (None, None));

    let full = matrix(&[[5.0, 0.0], [0.0, 4.0]])?;
    let kappa = weighted_kappa(&full, Linear, 9.0).ok_or(DEFINED)?;
    close(kappa.kappa, 1.0, 1e-12);
    assert_eq!((kappa.standard_error, kappa.interval), (None, None));

    let empty = AgreementMatrix::new(4).ok_or(DEFINED)?;
    let single = matrix(&[[3.0]])?;
    for weights in [Identity, Linear, Quadratic] {
        for table in [&empty, &single] {
            assert_eq!(weighted_kappa(table, weights, 3.0), None);
            assert_eq!(gwet_agreement(table, weights, 3.0, 0.0), None);
        }
        for n in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(weighted_kappa(&full, weights, n), None);
            assert_eq!(gwet_agreement(&full, weights, n, 0.0), None);
        }
        assert_eq!(gwet_agreement(&full, weights, 9.0, 1.5), None);
    }
    Ok(())
}

#[test]
fn matrices_refuse_what_is_off_the_scale() -> Checked {
    assert_eq!(AgreementMatrix::new(0), None);
    assert_eq!(AgreementMatrix::new(usize::MAX), None);
    assert_eq!(AgreementMatrix::from_rows(&[vec![1.0, 2.0], vec![3.0]]), None);
    assert_eq!(AgreementMatrix::from_rows(&[[-1.0]]), None);
    let mut table = AgreementMatrix::new(3).ok_or(DEFINED)?;
    assert!(!table.add(3, 0, 1.0) && !table.add(0, 3, 1.0));
    assert!(!table.add(0, 0, f64::NAN) && !table.add(0, 0, f64::INFINITY));
    assert!(table.add(0, 2, 2.5));
    close(table.get(0, 2), 2.5, 0.0);
    close(table.get(7, 7), 0.0, 0.0);
    assert_eq!((table.agreement_within(0), table.agreement_within(2)), (Some(0.0), Some(1.0)));
    assert_eq!(table.mean_shift(), Some(2.0));
    assert_eq!(AgreementMatrix::new(3).and_then(|empty| empty.mean_shift()), None);
    Ok(())
}

#[test]
fn a_symmetric_matrix_has_no_shift() -> Checked {
    let table = matrix(&[[4.0, 2.0, 1.0], [2.0, 9.0, 3.0], [1.0, 3.0, 5.0]])?;
    close(table.mean_shift().ok_or(DEFINED)?, 0.0, 1e-12);
    close(table.agreement_within(0).ok_or(DEFINED)?, 0.6, 1e-12);
    close(table.agreement_within(1).ok_or(DEFINED)?, 28.0 / 30.0, 1e-12);
    Ok(())
}
