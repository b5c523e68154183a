//! Invented names: of people, as diverse as an English town, and of schools that do not exist.

use plumbline_entity::pupil::Sex;

use super::chance::{Chance, Purpose};

/// Names that go together.
struct Heritage {
    female: &'static [&'static str],
    male: &'static [&'static str],
    family: &'static [&'static str],
}

const BRITISH: Heritage = Heritage {
    female: &[
        "Olivia", "Amelia", "Isla", "Ava", "Lily", "Freya", "Florence", "Willow", "Poppy", "Evie", "Elsie", "Ivy",
        "Matilda", "Daisy", "Rosie", "Phoebe", "Harriet", "Millie", "Grace", "Sophie", "Ruby", "Ella", "Erin", "Molly",
        "Eliza", "Orla", "Niamh", "Megan", "Cerys", "Imogen", "Martha", "Edith", "Heidi", "Beatrice", "Jessica",
        "Lucy", "Zara", "Chloe", "Emily", "Hannah", "Bonnie", "Lola", "Thea", "Violet", "Robyn", "Summer", "Lottie",
        "Nancy",
    ],
    male: &[
        "Oliver", "George", "Arthur", "Noah", "Leo", "Harry", "Oscar", "Archie", "Henry", "Theo", "Freddie", "Jack",
        "Charlie", "Alfie", "Thomas", "Finley", "Jacob", "Isaac", "Edward", "Joshua", "Max", "Logan", "Reuben", "Toby",
        "Rory", "Callum", "Dylan", "Rhys", "Owen", "Ewan", "Harvey", "Stanley", "Ralph", "Felix", "Hugo", "Jude",
        "Albie", "Louis", "Samuel", "Ethan", "Bobby", "Sonny", "Frankie", "Jasper", "Elliot", "Dexter", "Tommy",
        "Seth",
    ],
    family: &[
        "Smith",
        "Jones",
        "Taylor",
        "Brown",
        "Williams",
        "Wilson",
        "Johnson",
        "Davies",
        "Robinson",
        "Wright",
        "Thompson",
        "Evans",
        "Walker",
        "White",
        "Roberts",
        "Green",
        "Hall",
        "Wood",
        "Jackson",
        "Clarke",
        "Harris",
        "Clark",
        "Turner",
        "Hill",
        "Cooper",
        "Ward",
        "Moore",
        "Morris",
        "Baker",
        "Harrison",
        "King",
        "Watson",
        "Carter",
        "Parker",
        "Bennett",
        "Cook",
        "Shaw",
        "Bailey",
        "Mitchell",
        "Webb",
        "Rogers",
        "Ellis",
        "Chapman",
        "Mason",
        "Hunt",
        "Palmer",
        "Holmes",
        "Gibson",
        "Fletcher",
        "Barker",
        "Fisher",
        "Murphy",
        "Kelly",
        "Byrne",
        "Campbell",
        "Stewart",
        "Fraser",
        "Griffiths",
        "Pritchard",
        "Lloyd",
        "Poole",
        "Skinner",
        "Atkins",
        "Burrows",
        "Hartley",
        "Thorpe",
        "Whitaker",
        "Ainsworth",
        "Bradshaw",
        "Garside",
        "Ogden",
        "Sutcliffe",
    ],
};

const OTHERS: [Heritage; 7] = [
    Heritage {
        female: &["Aisha", "Fatima", "Zainab", "Maryam", "Hafsa", "Iqra", "Amina", "Sana", "Noor", "Alisha"],
        male: &["Mohammed", "Ibrahim", "Yusuf", "Hamza", "Bilal", "Zayn", "Adam", "Haris", "Umar", "Idris"],
        family: &["Khan", "Ahmed", "Hussain", "Begum", "Malik", "Iqbal", "Akhtar", "Mahmood", "Rahman", "Chowdhury"],
    },
    Heritage {
        female: &["Anaya", "Diya", "Kavya", "Simran", "Jasmin", "Meera", "Riya", "Harleen", "Priya", "Saanvi"],
        male: &["Arjun", "Aarav", "Rohan", "Jaspreet", "Dev", "Ishaan", "Karan", "Vivaan", "Gurdeep", "Nikhil"],
        family: &["Patel", "Singh", "Kaur", "Sharma", "Gill", "Mistry", "Shah", "Desai", "Sandhu", "Nair"],
    },
    Heritage {
        female: &["Zuzanna", "Maja", "Oliwia", "Hanna", "Lena", "Emilia", "Gabija", "Nikola", "Daria", "Ioana"],
        male: &["Jakub", "Szymon", "Filip", "Kacper", "Antoni", "Lukas", "Mateusz", "Andrei", "Stefan", "Matei"],
        family: &[
            "Nowak",
            "Wozniak",
            "Lis",
            "Zielinska",
            "Mazur",
            "Kowalczyk",
            "Popescu",
            "Ionescu",
            "Petrauskas",
            "Krol",
        ],
    },
    Heritage {
        female: &["Temi", "Ama", "Chiamaka", "Abena", "Folake", "Zuri", "Esi", "Adaeze", "Blessing", "Ngozi"],
        male: &["Kwame", "Tobi", "Emeka", "Kofi", "Ayo", "Chidi", "Samson", "Femi", "Kojo", "Daniel"],
        family: &["Adeyemi", "Mensah", "Okafor", "Boateng", "Osei", "Balogun", "Eze", "Asante", "Okonkwo", "Owusu"],
    },
    Heritage {
        female: &["Layla", "Salma", "Hodan", "Ifrah", "Yasmin", "Rania", "Ayaan", "Leila", "Samira", "Dalia"],
        male: &["Ahmad", "Karim", "Abdi", "Omar", "Khalid", "Sami", "Yasin", "Tariq", "Liban", "Mustafa"],
        family: &["Ali", "Hassan", "Abdullahi", "Farah", "Mohamud", "Saleh", "Haddad", "Warsame", "Nasser", "Aziz"],
    },
    Heritage {
        female: &["Mei", "Lihua", "Xin", "Jia", "Yuna", "Linh", "Angelica", "Hoa", "Ying", "Kim"],
        male: &["Wei", "Jun", "Hao", "Minh", "Ryan", "Lok", "Bao", "Jason", "Anton", "Duc"],
        family: &["Chen", "Wong", "Li", "Nguyen", "Lam", "Cheung", "Tran", "Santos", "Reyes", "Zhang"],
    },
    Heritage {
        female: &["Sofia", "Beatriz", "Camila", "Shanice", "Aaliyah", "Lara", "Ines", "Naomi", "Tiana", "Luana"],
        male: &["Mateo", "Tiago", "Jayden", "Malachi", "Rafael", "Micah", "Diego", "Joao", "Tyrell", "Enzo"],
        family: &["Silva", "Santana", "Ferreira", "Powell", "Grant", "Bailey", "Costa", "Morgan", "Rivera", "Francis"],
    },
];

/// A given and a family name. Where English is not the first language, mostly from another heritage.
pub(super) fn person(chance: &mut Chance, sex: Sex, other_language: bool) -> (&'static str, &'static str) {
    let british = chance.hits(if other_language { 0.04 } else { 0.86 });
    let heritage = if british { &BRITISH } else { &OTHERS[chance.below(OTHERS.len())] };
    let given = match sex {
        Sex::Female => chance.pick(heritage.female),
        Sex::Male => chance.pick(heritage.male),
    };
    (given, chance.pick(heritage.family))
}

const BEGINNINGS: [&str; 24] = [
    "Lark", "Ash", "Elm", "Hazel", "Thorn", "Fern", "Mill", "Stone", "Wind", "Heron", "Bram", "Clover", "Swan",
    "Holly", "Raven", "Marl", "Orchard", "Willow", "Penny", "Summer", "Quarry", "Barley", "Fox", "Linden",
];
const ENDINGS: [&str; 12] =
    ["field", "croft", "bridge", "ford", "mead", "hurst", "leigh", "wick", "dale", "brook", "well", "combe"];
const KINDS: [&str; 6] = [
    "Primary School",
    "Primary School",
    "Community Primary School",
    "Primary Academy",
    "Church of England Primary School",
    "Primary School",
];

/// The name of the `number`th school, and the word that stands for it in email addresses. Both are the same for every
/// seed, so that what is written about the demo stays true.
pub(super) fn school(number: usize) -> (String, String) {
    // Every beginning comes once before any comes twice, each time with another ending.
    let (round, at) = (number / BEGINNINGS.len(), number % BEGINNINGS.len());
    let place = format!("{}{}", BEGINNINGS[at], ENDINGS[(at * 5 + round) % ENDINGS.len()]);
    let kind = Chance::new(0, Purpose::SchoolNames, number as u64).pick(&KINDS);
    let kind = if number == 0 { KINDS[0] } else { kind };
    (format!("{place} {kind}"), place.to_lowercase())
}

/// How many schools have a name of their own: more than a demo may have.
#[cfg(test)]
const MOST_SCHOOLS: usize = BEGINNINGS.len() * ENDINGS.len();

/// Names of classes of mixed age, youngest first.
pub(super) const BIRDS: [&str; 12] = [
    "Wren",
    "Robin",
    "Goldfinch",
    "Swallow",
    "Lapwing",
    "Skylark",
    "Kingfisher",
    "Magpie",
    "Kestrel",
    "Barn Owl",
    "Osprey",
    "Red Kite",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schools_have_names_of_their_own() {
        let mut slugs: Vec<String> = (0..MOST_SCHOOLS).map(|number| school(number).1).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), MOST_SCHOOLS);
        assert_eq!(school(0).0, "Larkfield Primary School");
    }
}
