//! Rounding as in the statistics of the Department for Education.

/// Rounds to `places` decimal places (0 whole, below 0 tens, hundreds, ...), a half going AWAY from
/// zero: `0.5 -> 1`, `2.5 -> 3`, `-2.5 -> -3`.
///
/// Like its model it takes what lies within about 1.5e-8 (in units of the last place) below a half
/// for a half, so that binary fractions such as 2.675 round as written. A value that is not finite,
/// or has no such places left, comes back as it is.
/// Source: `round_five_up` of the Department's R package dfeR: `trunc(|x| 10^dp + 0.5 + sqrt(eps))
/// / 10^dp`.
#[must_use]
pub fn round_five_up(value: f64, places: i32) -> f64 {
    if !value.is_finite() {
        return value;
    }
    // Powers of ten above one are exact, so for places below 0 divide instead of multiplying by
    // 0.1.
    let unit = 10_f64.powi(places.saturating_abs());
    let size = value.abs();
    let scaled = if places >= 0 { size * unit } else { size / unit };
    if !scaled.is_finite() || (places >= 0 && scaled >= 9.0e15) {
        return value;
    }
    let whole = (scaled + 0.5 + f64::EPSILON.sqrt()).trunc();
    if whole == 0.0 {
        return 0.0;
    }
    let rounded = if places >= 0 { whole / unit } else { whole * unit };
    rounded.copysign(value)
}

/// Rounds to the nearest multiple of five, half a step going away from zero: 2 -> 0, 2.5 -> 5, 3 ->
/// 5, 7 -> 5, 8 -> 10.
///
/// For published counts. Round each count, and its total, from the unrounded values: rows then need
/// not sum.
/// Source: rounding rule of the Department for Education's statistical releases, with
/// [`round_five_up`].
#[must_use]
pub fn round_to_nearest_five(value: f64) -> f64 {
    let rounded = 5.0 * round_five_up(value / 5.0, 0);
    if rounded.is_finite() { rounded } else { value }
}
