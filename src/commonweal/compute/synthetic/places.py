"""The invented region: councils, communities, groups, names, and what the generator knows is true.

Nothing here stands for a real place, organisation or person. Shares are chosen to look like a
mid-sized English region, not taken from one.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Community:
    """`deprivation`: 1 most deprived fifth to 5 least. `without_bed`: share of newborns."""

    name: str
    council: str
    postcode: str
    deprivation: int
    share: float
    without_bed: float
    pilot: str
    pilot_from: int


# One newborn in nine in Hollin Bank has no bed of its own. Pilots begin in the seventh month and
# later, staggered, so that before and after as well as with and without can be compared.
COMMUNITIES = (
    Community("Hollin Bank", "aldmoor", "ZA1", 1, 0.12, 1 / 9, "hospital", 6),
    Community("Staithe Row", "aldmoor", "ZA2", 1, 0.10, 0.08, "health visitor", 6),
    Community("Minster Green", "aldmoor", "ZA3", 3, 0.09, 0.04, "no pilot", 0),
    Community("Oughty Brow", "aldmoor", "ZA4", 5, 0.08, 0.01, "no pilot", 0),
    Community("Brackwater Quay", "brackwater", "ZB1", 1, 0.11, 0.09, "charity", 7),
    Community("Ferrygate", "brackwater", "ZB2", 2, 0.09, 0.06, "hospital", 9),
    Community("Lowfield", "brackwater", "ZB3", 3, 0.08, 0.03, "no pilot", 0),
    Community("Sandal Heath", "brackwater", "ZB4", 4, 0.06, 0.02, "no pilot", 0),
    Community("Calder Wharf", "calderby", "ZC1", 2, 0.10, 0.07, "family hub", 6),
    Community("Nether Ings", "calderby", "ZC2", 2, 0.07, 0.06, "charity", 10),
    Community("Thornhill Rise", "calderby", "ZC3", 4, 0.06, 0.02, "no pilot", 0),
    Community("Wath Meadow", "calderby", "ZC4", 5, 0.04, 0.01, "no pilot", 0),
)

# Group, share, share that speaks another language than English at home, and which.
ETHNIC_GROUPS = (
    ("white british", 0.62, 0.00, "english"),
    ("white other", 0.09, 0.55, "polish"),
    ("asian or asian british", 0.13, 0.45, "urdu"),
    ("black or black british", 0.06, 0.25, "somali"),
    ("mixed", 0.06, 0.05, "urdu"),
    ("roma or traveller", 0.006, 0.60, "polish"),
    ("other", 0.034, 0.45, "arabic"),
)

# Added to the chance of sleeping safely at six weeks once a pilot runs where the child lives.
PILOT_EFFECTS = {
    "no pilot": 0.0,
    "hospital": 0.20,
    "health visitor": 0.15,
    "charity": 0.10,
    "family hub": 0.0,
}
BED_REACHES = {
    "no pilot": 0.35,
    "hospital": 0.95,
    "health visitor": 0.80,
    "charity": 0.75,
    "family hub": 0.50,
}

FIRST_NAMES = (
    "Aaliyah Adam Aisha Alfie Amelia Amina Anaya Archie Arthur Ava Ayaan Bartek Bea Caleb Chloé"
    " Daisy Dominik Edie Elif Eliza Ella Emily Erin Esme Evelyn Ezra Faith Finley Florence Freddie"
    " Freya George Grace Hafsa Hana Harry Hassan Hugo Ibrahim Imogen Isaac Isla Ivy Jack Jakub Jude"
    " Khadija Layla Leo Lily Luca Lucía Luna Maisie Maja Maryam Mateusz Maya Mia Mila Musa Noah Nora"
    " Oliver Olivia Omar Oskar Phoebe Poppy Ravi Reuben Rory Rosie Ruby Safiya Samira Sienna Sofia"
    " Sumaya Theo Thomas Toby Umar Willow Yusuf Zahra Zainab Zofia Zoë"
).split()
FAMILY_NAMES = (
    "Abdi Ahmed Akhtar Ali Allott Aziz Bailey Baker Barraclough Begum Booth Brook Carter Chowdhury"
    " Clarke Cooper Crossley Davies Dyson Earnshaw Evans Farah Fearnley Firth Foster Green Hall"
    " Hanif Harrison Hassan Haigh Hinchliffe Hirst Hughes Hussain Ibrahim Iqbal Jackson Johnson Jones"
    " Kaczmarek Kamiński Kaur Khan King Kowalski Lewis Lindley Mahmood Malik Marsden Mirza Mohamed"
    " Moore Nowak O'Brien Okafor Osman Parker Patel Pickles Rahman Rhodes Roberts Robinson Saleh"
    " Senior Shah Shaw Siddiqui Singh Smith Sykes Taylor Thackray Thompson Turner Walker Ward"
    " Warsame White Wilson Wiśniewski Wood Wójcik Wright Yusuf"
).split()
