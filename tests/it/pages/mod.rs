//! What people read and look at: the questions and links of the documents, and the page of the service in a browser.

mod browser;
mod commands;
mod examples;
mod links;
mod questions;
mod releases;
mod samples;
