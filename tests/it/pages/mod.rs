//! The page of the service, as people look at it: in a browser.

mod browser;
