use super::super::{StratumSample, Whole, mean, share_interval, t_interval};
use super::{Checked, DEFINED, close, mean_interval, proportion};

fn stratum(population: f64, sampled: f64, values: &[(f64, f64)]) -> StratumSample {
    StratumSample { population, sampled, values: values.to_vec() }
}

/// Three strata, the first a part of which lies outside the domain.
fn example() -> Vec<StratumSample> {
    vec![
        stratum(100.0, 10.0, &[(1.0, 4.0), (0.0, 2.0)]),
        stratum(60.0, 12.0, &[(1.0, 5.0), (0.0, 7.0)]),
        stratum(8.0, 1.0, &[(1.0, 1.0)]),
    ]
}

/// The same by spelling out every moderated judgement: y, whether it is in the domain, its stratum.
#[test]
fn agrees_with_the_formula_written_out_by_judgements() -> Checked {
    let strata = example();
    let found = mean(&strata).ok_or(DEFINED)?;
    let weight_sum = 6.0 * 10.0 + 12.0 * 5.0 + 8.0;
    let expected = (4.0 * 10.0 + 5.0 * 5.0 + 8.0) / weight_sum;
    close(found.mean, expected, 1e-12);
    close(found.weight_sum, weight_sum, 1e-12);
    close(found.n, 19.0, 0.0);

    let mut variance = 0.0;
    for part in &strata {
        let mut deviations: Vec<f64> = Vec::new();
        for (y, count) in &part.values {
            deviations.extend((0..*count as usize).map(|_| y - expected));
        }
        deviations.resize(part.sampled as usize, 0.0);
        let n = part.sampled;
        let centre = if n > 1.0 { deviations.iter().sum::<f64>() / n } else { 0.0 };
        let squares: f64 = deviations.iter().map(|e| (e - centre).powi(2)).sum();
        let freedom = if n > 1.0 { n / (n - 1.0) } else { 1.0 };
        let weight = part.population / n;
        variance += (1.0 - n / part.population) * weight * weight * freedom * squares / weight_sum.powi(2);
    }
    close(found.variance, variance, 1e-12);
    // The variance of each stratum and that of all, the latter as one degree of freedom; and what the population shows of the process.
    let element = expected * (1.0 - expected) * 19.0 / 18.0;
    let mut steadied = 0.0;
    for part in &strata {
        let inside: f64 = part.values.iter().map(|(_, count)| count).sum();
        let deviations =
            |power: i32| -> f64 { part.values.iter().map(|(y, count)| count * (y - expected).powi(power)).sum() };
        let (n, weight) = (part.sampled, part.population / part.sampled);
        let own = deviations(2) - deviations(1).powi(2) / n;
        let within = ((n - 1.0) * (own / (n - 1.0).max(1.0)) + element * inside / n) / n;
        steadied += (1.0 - n / part.population) * weight * weight * n * within / weight_sum.powi(2);
    }
    close(found.effective_n, (element / (steadied + element / weight_sum)).min(19.0), 1e-9);
    close(found.process_variance().ok_or(DEFINED)?, steadied + element / weight_sum, 1e-12);
    let share = proportion(&strata).ok_or(DEFINED)?;
    close(share.estimate, expected, 1e-12);
    assert!(0.0 <= share.low && share.low < share.estimate && share.estimate < share.high && share.high <= 1.0);
    Ok(())
}

/// Cochran 1977, ch. 5: the whole population as domain gives `Σ W²(1 - f) s² / n`.
#[test]
fn the_whole_population_gives_cochrans_stratified_mean() -> Checked {
    let strata = [
        stratum(40.0, 4.0, &[(-1.0, 1.0), (0.0, 2.0), (1.0, 1.0)]),
        stratum(60.0, 3.0, &[(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)]),
    ];
    let found = mean(&strata).ok_or(DEFINED)?;
    close(found.mean, 0.6, 1e-12);
    let expected = 0.16 * 0.9 * (2.0 / 3.0) / 4.0 + 0.36 * 0.95 * 1.0 / 3.0;
    close(found.variance, expected, 1e-12);
    Ok(())
}

/// One stratum, a negligible sampling fraction: all reduces to the unweighted formulas.
#[test]
fn equal_weights_reduce_to_the_unweighted_formula() -> Checked {
    let share = [stratum(1e12, 20.0, &[(1.0, 13.0), (0.0, 7.0)])];
    let found = mean(&share).ok_or(DEFINED)?;
    close(found.variance, 0.65 * 0.35 / 19.0, 1e-9);
    close(found.effective_n, 20.0, 1e-9);
    let (design, plain) = (proportion(&share).ok_or(DEFINED)?, share_interval(13.0, 20.0).ok_or(DEFINED)?);
    close(design.low, plain.low, 1e-9);
    close(design.high, plain.high, 1e-9);

    let shift = [stratum(1e12, 4.0, &[(-1.0, 1.0), (0.0, 2.0), (2.0, 1.0)])];
    let found = mean_interval(&shift).ok_or(DEFINED)?;
    let standard_error = ((4.75_f64 / 3.0) / 4.0).sqrt();
    let plain = t_interval(0.25, standard_error, 3.0).ok_or(DEFINED)?;
    close(found.low, plain.low, 1e-9);
    close(found.high, plain.high, 1e-9);
    Ok(())
}

/// A domain of a simple random sample: Cochran 1977, ch. 2, with n / (n - 1) where he takes n for
/// large.
#[test]
fn a_domain_of_a_single_stratum() -> Checked {
    let found = mean(&[stratum(200.0, 50.0, &[(1.0, 9.0), (0.0, 3.0)])]).ok_or(DEFINED)?;
    let squares = 12.0 * 0.75 * 0.25;
    close(found.variance, 0.75 * (50.0 / 49.0) * squares / 144.0, 1e-12);
    Ok(())
}

#[test]
fn a_census_has_no_sampling_error_but_an_interval() -> Checked {
    let census = [stratum(12.0, 12.0, &[(1.0, 9.0), (0.0, 3.0)]), stratum(8.0, 8.0, &[(1.0, 8.0)])];
    let found = mean(&census).ok_or(DEFINED)?;
    close(found.variance, 0.0, 0.0);
    close(found.effective_n, 20.0, 1e-12);
    assert_eq!(proportion(&census), share_interval(17.0, 20.0));
    let interval = mean_interval(&census).ok_or(DEFINED)?;
    assert!(interval.low < interval.estimate && interval.estimate < interval.high);

    // No jump as the sample grows into the census.
    let nearly = [stratum(12.000_001, 12.0, &[(1.0, 9.0), (0.0, 3.0)]), stratum(8.0, 8.0, &[(1.0, 8.0)])];
    close(mean(&nearly).ok_or(DEFINED)?.effective_n, 20.0, 1e-4);
    Ok(())
}

#[test]
fn no_variation_falls_back_on_kish() -> Checked {
    let all_agree = [stratum(100.0, 10.0, &[(1.0, 10.0)]), stratum(10.0, 10.0, &[(1.0, 10.0)])];
    let found = mean(&all_agree).ok_or(DEFINED)?;
    close(found.variance, 0.0, 0.0);
    close(found.effective_n, 110.0 * 110.0 / 1_010.0, 1e-9);
    let share = proportion(&all_agree).ok_or(DEFINED)?;
    assert!(share.estimate >= 1.0 && share.low > 0.5 && share.low < 0.9);
    assert_eq!(mean_interval(&all_agree), None);
    assert_eq!(found.process_variance(), None);

    let alone = mean(&[stratum(5.0, 1.0, &[(1.0, 1.0)])]).ok_or(DEFINED)?;
    assert_eq!((alone.element_variance, alone.effective_n), (None, 1.0));
    Ok(())
}

#[test]
fn lone_judgements_still_carry_variance() -> Checked {
    let lone =
        [stratum(10.0, 1.0, &[(1.0, 1.0)]), stratum(10.0, 1.0, &[(0.0, 1.0)]), stratum(10.0, 1.0, &[(1.0, 1.0)])];
    let found = mean(&lone).ok_or(DEFINED)?;
    close(found.variance, 0.9 * 100.0 * (2.0 / 9.0 + 4.0 / 9.0) / 900.0, 1e-12);
    assert!(found.effective_n > 0.0 && found.effective_n <= 3.0);
    Ok(())
}

#[test]
fn what_is_no_sample_gives_none() -> Checked {
    let wrong = [
        stratum(10.0, 11.0, &[(1.0, 2.0)]),
        stratum(10.0, 5.0, &[(1.0, 6.0)]),
        stratum(10.0, 5.0, &[(1.0, -1.0)]),
        stratum(10.0, 5.0, &[(f64::NAN, 1.0)]),
        stratum(f64::NAN, 5.0, &[(1.0, 1.0)]),
        stratum(f64::INFINITY, 5.0, &[(1.0, 1.0)]),
        stratum(-1.0, -2.0, &[]),
    ];
    for stratum in wrong {
        assert_eq!(mean(&[stratum]), None);
    }
    assert_eq!(mean(&[]), None);
    assert_eq!(proportion(&[stratum(10.0, 5.0, &[])]), None);
    assert_eq!(mean_interval(&[stratum(0.0, 0.0, &[])]), None);
    assert_eq!(proportion(&[stratum(10.0, 5.0, &[(3.0, 5.0)])]), None);

    // A stratum that nobody moderated is left out.
    let mut strata = example();
    let before = mean(&strata).ok_or(DEFINED)?;
    strata.push(stratum(500.0, 0.0, &[]));
    assert_eq!(mean(&strata), Some(before));
    Ok(())
}

#[test]
fn the_rest_is_the_mean_of_what_is_left() -> Checked {
    // Strata that only the row, only the others, and both have; a census, and one with a lone judgement.
    let rows = [
        vec![(0, stratum(100.0, 10.0, &[(1.0, 4.0), (0.0, 2.0)])), (1, stratum(8.0, 1.0, &[(1.0, 1.0)]))],
        vec![(0, stratum(100.0, 10.0, &[(-1.0, 1.0), (0.0, 2.0)])), (2, stratum(5.0, 5.0, &[(0.0, 4.0), (2.0, 1.0)]))],
        vec![(3, stratum(60.0, 12.0, &[(1.0, 3.0), (0.0, 9.0)])), (4, stratum(4.0, 1.0, &[(-1.0, 1.0)]))],
    ];
    let mut whole = Whole::default();
    for (number, sample) in rows.iter().flatten() {
        whole.add(*number, sample);
    }
    for (at, row) in rows.iter().enumerate() {
        let mut others: std::collections::BTreeMap<usize, StratumSample> = std::collections::BTreeMap::new();
        let rest = rows.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, row)| row);
        for (number, sample) in rest {
            let found = others.entry(*number).or_insert_with(|| stratum(sample.population, sample.sampled, &[]));
            found.values.extend(&sample.values);
        }
        let expected = mean(&others.into_values().collect::<Vec<_>>()).ok_or(DEFINED)?;
        let found = whole.without(row).ok_or(DEFINED)?;
        close(found.mean, expected.mean, 1e-12);
        close(found.variance, expected.variance, 1e-12);
        close(found.element_variance.ok_or(DEFINED)?, expected.element_variance.ok_or(DEFINED)?, 1e-12);
        close(found.effective_n, expected.effective_n, 1e-9);
        assert_eq!(found.process_variance().is_some(), expected.process_variance().is_some());
        close(found.process_variance().unwrap_or(0.0), expected.process_variance().unwrap_or(0.0), 1e-9);
        close(found.weight_sum, expected.weight_sum, 1e-9);
        assert_eq!((found.n, found.strata), (expected.n, expected.strata));
    }
    let mut alone = Whole::default();
    for (number, sample) in &rows[0] {
        alone.add(*number, sample);
    }
    assert!(alone.without(&rows[0]).is_none(), "nothing is left");
    Ok(())
}

/// A difference to the rest spelt out: four works that all stayed, beside ten of which four were raised.
#[test]
fn the_variance_of_a_row_is_moderated_by_that_of_the_rest() -> Checked {
    let row = mean(&[stratum(1e12, 4.0, &[(0.0, 4.0)])]).ok_or(DEFINED)?;
    let rest = mean(&[stratum(1e12, 10.0, &[(1.0, 4.0), (0.0, 6.0)])]).ok_or(DEFINED)?;
    assert_eq!(row.process_variance(), None, "of its own the row shows none");
    let found = row.apart_from(&rest);
    close(found.estimate, -0.4, 1e-12);
    // The rest's variance counts as nine degrees of freedom, for it has no more; the row's as three.
    let of_rest = 0.4 * 0.6 * 10.0 / 9.0;
    let own = t_interval(0.0, (9.0 / 12.0 * of_rest / 4.0_f64).sqrt(), 12.0).ok_or(DEFINED)?.high;
    let others = t_interval(0.0, (of_rest / 10.0 + 0.5 / 100.0_f64).sqrt(), 9.0).ok_or(DEFINED)?.high;
    let (low, high) = found.interval.map_err(|_| DEFINED)?;
    close(low, -0.4 - own.hypot(others), 1e-6);
    close(high, -0.4 + own.hypot(others), 1e-6);

    // Of a single work, and of two that moved alike, nothing is known.
    for few in [1.0, 2.0] {
        let row = mean(&[stratum(1e12, few, &[(1.0, few)])]).ok_or(DEFINED)?;
        assert!(row.apart_from(&rest).interval.is_err(), "{few}");
    }
    Ok(())
}

/// A share whose few disagreements are of the heaviest weights tells less than Kish's number of judgements.
#[test]
fn the_few_that_disagree_may_be_the_heaviest() -> Checked {
    let light = (900.0, 90.0);
    let heavy = stratum(900.0, 10.0, &[(1.0, 9.0), (0.0, 1.0)]);
    let found = mean(&[stratum(light.0, light.1, &[(1.0, light.1)]), heavy]).ok_or(DEFINED)?;
    // One of weight 90 among 1,800: as one of twenty.
    let (low, high) = found.as_share().ok_or(DEFINED)?.interval.map_err(|_| DEFINED)?;
    let plain = share_interval(19.0, 20.0).ok_or(DEFINED)?;
    close(low, plain.low, 1e-9);
    close(high, plain.high, 1e-9);
    // None: between all weights being alike (Kish) and each being the heaviest.
    let none =
        mean(&[stratum(light.0, light.1, &[(1.0, light.1)]), stratum(900.0, 10.0, &[(1.0, 10.0)])]).ok_or(DEFINED)?;
    let (low, _) = none.as_share().ok_or(DEFINED)?.interval.map_err(|_| DEFINED)?;
    let n = 2.0 / ((90.0 * 100.0 + 10.0 * 8_100.0) / 1_800.0_f64.powi(2) + 90.0 / 1_800.0);
    close(low, share_interval(n, n).ok_or(DEFINED)?.low, 1e-9);
    Ok(())
}

/// Two phases: of 100 first judgements, 40 were judged again, by strata of the first grade. Share at the second grade or above, and its error with what 100
/// judgements show of the process (Cochran 1977, 12.2).
#[test]
fn a_sample_of_what_is_a_sample_itself() -> Checked {
    let moderated = [(20.0, [8.0, 2.0, 0.0]), (60.0, [1.0, 15.0, 4.0]), (20.0, [0.0, 6.0, 4.0])];
    let strata = moderated.map(|(population, [below, at, above])| {
        stratum(population, below + at + above, &[(0.0, below), (1.0, at + above)])
    });
    let found = mean(&strata).ok_or(DEFINED)?;
    close(found.mean, 0.81, 1e-12);
    close((found.variance + 0.81 * 0.19 / 100.0).sqrt(), 0.0499, 0.000_05);
    // The third stratum shows no variation, and counts as if it showed some: the error is larger by 2.6 %.
    close(found.process_variance().ok_or(DEFINED)?.sqrt(), 0.0512, 0.000_05);
    Ok(())
}
