//! The tokens of a document, looked at one by one before the parser makes a tree of them.
//!
//! Counts the tokens, and how deep brackets nest, because the parser goes down as deep as they do. It also checks that
//! each argument and input field has its colon: the parser takes `first 1` for `first: 1` without a value and reports
//! nothing.

use apollo_parser::{Lexer, Token, TokenKind as Kind};

use super::limits::Broken;
use super::validation::{PARSE_FAILED, VALIDATION_FAILED};
use crate::config::Limits;

/// What comes next inside brackets in which names have values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Name,
    Colon,
    Value,
    VariableName,
}

/// What a bracket that is open holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Selections: the parser looks at them well enough.
    Selections,
    /// Declarations of variables: likewise, but for the values in them.
    Variables,
    /// A round bracket in which nothing was read yet.
    Round,
    /// Arguments or input fields.
    Named(Next),
    /// The items of a list, or of the type of one.
    List,
}

/// Goes through all tokens.
pub(super) fn scan(text: &str, limits: &Limits) -> Result<(), (Broken, &'static str)> {
    let mut open: Vec<Open> = Vec::new();
    let mut tokens = 0_usize;
    for token in Lexer::new(text) {
        // What is no token at all is the parser's to report.
        let Ok(token) = token else { continue };
        let kind = token.kind();
        if matches!(kind, Kind::Whitespace | Kind::Comment | Kind::Comma | Kind::Eof) {
            continue;
        }
        tokens += 1;
        if tokens > limits.tokens {
            return Err((at(&token, Broken::beyond(limits.tokens, "tokens", None)), VALIDATION_FAILED));
        }
        if open.last() == Some(&Open::Round) {
            let inside = if kind == Kind::Dollar { Open::Variables } else { Open::Named(Next::Name) };
            open.pop();
            open.push(inside);
        }
        step(&mut open, &token).map_err(|broken| (at(&token, broken), PARSE_FAILED))?;
        if open.len() > limits.nesting {
            let broken = Broken::beyond(limits.nesting, "brackets inside each other", None);
            return Err((at(&token, broken), VALIDATION_FAILED));
        }
    }
    Ok(())
}

fn at(token: &Token<'_>, broken: Broken) -> Broken {
    Broken { place: Some(token.index()), ..broken }
}

fn step(open: &mut Vec<Open>, token: &Token<'_>) -> Result<(), Broken> {
    let inside = open.last_mut();
    match token.kind() {
        Kind::LParen => open.push(Open::Round),
        kind @ (Kind::LCurly | Kind::LBracket) => {
            if let Some(Open::Named(next)) = inside
                && *next != Next::Value
            {
                return Err(expected(if *next == Next::Colon { "a colon" } else { "a name" }));
            }
            // Braces are an object where a value may stand; else they hold selections.
            let value = matches!(inside, Some(Open::Named(_) | Open::List | Open::Variables));
            open.push(match (kind, value) {
                (Kind::LBracket, _) => Open::List,
                (_, true) => Open::Named(Next::Name),
                (_, false) => Open::Selections,
            });
        }
        Kind::RParen | Kind::RCurly | Kind::RBracket => {
            if let Some(Open::Named(Next::Colon | Next::Value | Next::VariableName)) = inside {
                return Err(expected("a colon and a value"));
            }
            open.pop();
            // If this was a value that the bracket around it waited for, a name comes next.
            if let Some(Open::Named(next)) = open.last_mut() {
                *next = Next::Name;
            }
        }
        kind => {
            if let Some(Open::Named(next)) = inside {
                *next = follow(*next, kind)?;
            }
        }
    }
    Ok(())
}

fn follow(next: Next, kind: Kind) -> Result<Next, Broken> {
    match (next, kind) {
        (Next::Name, Kind::Name) => Ok(Next::Colon),
        (Next::Colon, Kind::Colon) => Ok(Next::Value),
        (Next::Value, Kind::Dollar) => Ok(Next::VariableName),
        (Next::VariableName, Kind::Name) => Ok(Next::Name),
        (Next::Value, Kind::Name | Kind::StringValue | Kind::Int | Kind::Float) => Ok(Next::Name),
        (Next::Name | Next::VariableName, _) => Err(expected("a name")),
        (Next::Colon, _) => Err(expected("a colon")),
        (Next::Value, _) => Err(expected("a value")),
    }
}

fn expected(what: &str) -> Broken {
    Broken::new(format!("Syntax error: {what} was expected."), None)
}
