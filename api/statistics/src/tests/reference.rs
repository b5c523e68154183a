//! Values of R's survey package on its own data, as `tests/reference/survey.R` prints them.

use super::super::{StratumSample, Whole, mean};
use super::{Checked, DEFINED, close};

const PRINTED: &str = include_str!("../../../../tests/reference/survey.txt");

/// A figure and its error, by the name under which R printed it.
fn printed(name: &str) -> Option<(f64, f64)> {
    let line = PRINTED.lines().find_map(|line| line.strip_prefix(name))?;
    let mut numbers = line.split_whitespace().map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// The strata: how large, and each school's score with whether it met its target.
fn strata() -> Vec<(f64, Vec<(f64, bool)>)> {
    let mut strata: Vec<(f64, Vec<(f64, bool)>)> = Vec::new();
    for line in PRINTED.lines() {
        if let Some(stratum) = line.strip_prefix("stratum ") {
            let size = stratum.split_whitespace().nth(1).and_then(|size| size.parse().ok());
            strata.extend(size.map(|size| (size, Vec::new())));
        } else if let Some((_, schools)) = strata.last_mut() {
            let school =
                |text: &str| text.split_once(':').and_then(|(score, met)| Some((score.parse().ok()?, met == "1")));
            schools.extend(line.split_whitespace().filter_map(school));
        }
    }
    strata
}

/// Each stratum as it is seen from a domain.
fn domain(value: impl Fn(f64, bool) -> Option<f64>) -> Vec<StratumSample> {
    let sample = |(population, schools): (f64, Vec<(f64, bool)>)| StratumSample {
        population,
        sampled: schools.len() as f64,
        values: schools.iter().filter_map(|(score, met)| Some((value(*score, *met)?, 1.0))).collect(),
    };
    strata().into_iter().map(sample).collect()
}

#[test]
fn r_survey_apistrat() -> Checked {
    let score_if = |wanted: bool| domain(move |score, met| (met == wanted).then_some(score));
    let cases = [
        ("mean ", domain(|score, _| Some(score))),
        ("mean where sch.wide is No", score_if(false)),
        ("mean where sch.wide is Yes", score_if(true)),
        ("share where sch.wide is Yes", domain(|_, met| Some(f64::from(u8::from(met))))),
    ];
    for (name, samples) in cases {
        assert_eq!(samples.iter().map(|sample| sample.sampled).sum::<f64>(), 200.0);
        let (value, error) = printed(name).ok_or(DEFINED)?;
        let found = mean(&samples).ok_or(DEFINED)?;
        close(found.mean, value, 1e-6);
        close(found.variance.sqrt(), error, 1e-6);
    }
    Ok(())
}

/// The rest of a domain is the other domain. Taken for independent, the two give the difference an error of 21.386; R, which counts what
/// the sample says of both at once, has 21.400.
#[test]
fn r_survey_difference_of_domains() -> Checked {
    let [no, yes] = [false, true]
        .map(|wanted| (0..).zip(domain(move |score, met| (met == wanted).then_some(score))).collect::<Vec<_>>());
    let mut whole = Whole::default();
    for (number, sample) in no.iter().chain(&yes) {
        whole.add(*number, sample);
    }
    let (rest_of_yes, rest_of_no) = (whole.without(&yes).ok_or(DEFINED)?, whole.without(&no).ok_or(DEFINED)?);
    for (name, found) in [("mean where sch.wide is No", rest_of_yes), ("mean where sch.wide is Yes", rest_of_no)] {
        let (value, error) = printed(name).ok_or(DEFINED)?;
        close(found.mean, value, 1e-6);
        close(found.variance.sqrt(), error, 1e-6);
    }
    let (value, error) = printed("difference of the domains").ok_or(DEFINED)?;
    close(rest_of_no.mean - rest_of_yes.mean, value, 1e-6);
    let taken = (rest_of_no.variance + rest_of_yes.variance).sqrt();
    close(taken, 21.386, 1e-3);
    assert!((taken / error - 1.0).abs() < 0.002, "{taken} where R has {error}");
    Ok(())
}
