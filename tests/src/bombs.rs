//! Documents of up to 2 KB that are made to cost a server much: a thousand of them, of many kinds, always the same
//! ones. None may be answered.

/// A document that must be refused, and what kind it is of.
#[derive(Clone, Debug)]
pub struct Bomb {
    /// What it tries.
    pub kind: &'static str,
    /// The document.
    pub document: String,
}

/// Longest document, in bytes.
const LONGEST: usize = 2_048;

type Make = fn(usize) -> String;

/// The kinds, each with the function that makes its `n`th document; `n` runs from 0 to about 40.
const KINDS: [(&str, Make); 26] = [
    ("a chain of fragments that double", doubling),
    ("fragments that meet again", diamonds),
    ("fragments in a circle", circle),
    ("a long chain of fragments", chain),
    ("many aliases", |n| format!("{{ trust {{ {} }} }}", filled(n, |at| format!("{}:id ", short(at))))),
    ("many aliases in a fragment", |n| {
        format!(
            "{{ ...F ...F ...F }} fragment F on Query {{ {} }}",
            filled(n + 40, |at| format!("{}:__typename ", short(at)))
        )
    }),
    ("deep fields", |n| nested("{ classes { nodes { school ", " } } }", 6 + n)),
    ("deep inline fragments", |n| nested("{ ... ", " }", 65 + 4 * n)),
    ("deep lists", |n| {
        format!("{{ pupils(first: {}1{}) {{ totalCount }} }}", "[".repeat(13 + 20 * n), "]".repeat(13 + 20 * n))
    }),
    ("deep objects", |n| {
        format!("{{ pupils(filter: {}1{}) {{ totalCount }} }}", "{ a: ".repeat(13 + 5 * n), " }".repeat(13 + 5 * n))
    }),
    ("deep types", |n| {
        format!(
            "query ($a: {}Int{}) {{ pupils(first: $a) {{ totalCount }} }}",
            "[".repeat(2 + 20 * n),
            "]".repeat(2 + 20 * n)
        )
    }),
    ("directives on a field", |n| format!("{{ trust {} {{ id }} }}", filled(n, |_| "@skip(if:1) ".to_owned()))),
    ("unknown directives", |n| format!("query {} {{ trust {{ id }} }}", filled(n, |at| format!("@{} ", short(at))))),
    ("directives on fragments", |n| {
        format!(
            "{{ ...F }} fragment F on Query {} {{ trust {{ id }} }}",
            filled(n, |_| "@include(if:true) ".to_owned())
        )
    }),
    ("fields that conflict", |n| {
        format!("{{ {} }}", filled(n, |at| format!("pupils(first:{}){{totalCount}} ", at % 100)))
    }),
    ("fields that conflict deep down", |n| {
        format!("{{ trust {{ {} }} }}", filled(n, |at| format!("... on Trust{{x:{}}} ", ["id", "name"][at % 2])))
    }),
    ("many variables", |n| format!("query ({}) {{ trust {{ id }} }}", filled(n, |at| format!("${}:Int ", short(at))))),
    ("the schema's account of itself in circles", |n| {
        nested("{ __schema { types { fields { type { fields { type { fields { name ", " } } } } } } } }", 1 + n % 3)
    }),
    ("the schema asked for itself again and again", |n| {
        let asked = "__schema{types{name fields{name type{name ofType{name fields{name}}}}}}";
        let one = |at: usize| format!("{}:{asked} ", short(at));
        format!("{{ {} }}", (0..20 + n % 6).map(one).collect::<String>())
    }),
    ("numbers without end", |n| {
        let number = ["9", "1.5e9", "-8", "0.0", "1e9"][n % 5].to_owned() + &"9".repeat(40 * n + 20);
        format!("{{ pupils(first: {number}) {{ totalCount }} }}")
    }),
    ("letters that are none", |n| {
        let letter = ["\u{1F4A3}", "\u{202E}", "é", "\u{0}", "\u{FEFF}a", "\u{FFFF}", "a\u{301}"][n % 7];
        format!("{{ {} }}", letter.repeat(n + 1))
    }),
    ("texts that do not end", |n| {
        let begin = ["\"", "\"\"\"", "\"\\u", "\"\\uD800", "\"\"\"\\\"\"\""][n % 5];
        format!("{{ pupils(after: {begin}{}", "x".repeat(45 * n))
    }),
    ("brackets that do not close", |n| ["{", "(", "[", "{a(b:[{", "{a", "{...{"][n % 6].repeat(20 + 8 * n)),
    ("nothing but punctuation", |n| ["!", "$", "@", "...", "=", "|", "&", ":", "} "][n % 9].repeat(100 + 10 * n)),
    ("many operations", |n| filled(n, |at| format!("query {}{{__typename}} ", short(at)))),
    ("pages in pages", |n| {
        let first = 90 + n % 11;
        let inside = "enrolments(first:100){nodes{pupil{judgements(first:100){nodes{id}}}}}";
        let many: String = (0..1 + n % 8).map(|at| format!("{}:{inside} ", short(at))).collect();
        format!("{{ classes(first:{first}) {{ nodes {{ {many} }} }} }}")
    }),
];

/// A thousand documents, no two of them alike.
#[must_use]
pub fn bombs() -> Vec<Bomb> {
    let made = (0..).flat_map(|n| KINDS.iter().map(move |(kind, make)| (*kind, make(n), n)));
    let numbered = made.map(|(kind, document, n)| {
        // Some kinds have fewer shapes than there are turns. A comment makes the text another one.
        let document = if document.len() + 8 <= LONGEST { format!("{document} #{n}") } else { document };
        Bomb { kind, document }
    });
    let mut seen = std::collections::HashSet::new();
    let fits = |bomb: &Bomb| bomb.document.len() <= LONGEST && seen.insert(bomb.document.clone());
    numbered.filter(fits).take(1_000).collect()
}

/// The `at`th of the short names: a, b, ..., z, aa, ab, ...
fn short(at: usize) -> String {
    let letter = |at: usize| char::from(b'a' + u8::try_from(at % 26).unwrap_or(0));
    if at < 26 { letter(at).into() } else { format!("{}{}", short(at / 26 - 1), letter(at)) }
}

/// As many items as fit, less a few for each `n`.
fn filled(n: usize, item: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for at in 0.. {
        let next = item(at);
        if text.len() + next.len() > LONGEST - 100 - n {
            break;
        }
        text.push_str(&next);
    }
    text
}

fn nested(open: &str, close: &str, times: usize) -> String {
    let most = (LONGEST - 100) / (open.len() + close.len());
    let times = times.min(most.max(1));
    format!("{}{{ __typename }}{}", open.repeat(times), close.repeat(times))
}

fn doubling(n: usize) -> String {
    let links = 14 + n % 28;
    let link = |at: usize| format!("fragment F{at} on Query{{...F{0} ...F{0}}}", at + 1);
    format!("{{...F0}}{}fragment F{links} on Query{{__typename}}", (0..links).map(link).collect::<String>())
}

fn diamonds(n: usize) -> String {
    let (links, wide) = (7 + n % 4, 4 + n % 5);
    let link = |at: usize| format!("fragment F{at} on Query{{{}}}", format!("...F{} ", at + 1).repeat(wide));
    let links_text: String = (0..links).map(link).collect();
    format!("{{...F0}}{links_text}fragment F{links} on Query{{__typename}}")
}

fn circle(n: usize) -> String {
    let links = 1 + n;
    let link = |at: usize| format!("fragment F{at} on Query{{...F{}}}", (at + 1) % links);
    format!("{{...F0}}{}", (0..links).map(link).collect::<String>())
}

fn chain(n: usize) -> String {
    let links = 64 + n % 6;
    let link = |at: usize| format!("fragment {} on Query{{...{}}}", short(at + 100), short(at + 101));
    let last = short(links + 100);
    format!("{{...{}}}{}", short(100), (0..links).map(link).collect::<String>())
        .chars()
        .take(LONGEST - 60)
        .collect::<String>()
        + &format!(" fragment {last} on Query{{id}}")
}
