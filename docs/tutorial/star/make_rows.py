"""Write rows of the same shape as Project STAR's file, wholly invented: `make_rows.py OUT.csv`.

For those who do not have the data set. The numbers that come out are not those of the tutorial.
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path

GRADES = ("k", "1", "2", "3")
# Middle of each year's scores: reading, mathematics. All stay well within the contract's ranges.
MIDDLE = {"k": (440, 485), "1": (525, 535), "2": (590, 580), "3": (620, 620)}
CLASSES = ("regular", "small", "regular+aide")
COLUMNS = ["rownames", "gender", "ethnicity", "birth"] + [
    f"{name}{grade}"
    for name in (
        "star", "read", "math", "lunch", "school", "degree", "ladder",
        "experience", "tethnicity", "system", "schoolid",
    )
    for grade in GRADES
]  # fmt: skip


def pupil(draw: random.Random, number: int) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "")
    row["rownames"] = str(1000 + number)
    row["gender"] = draw.choice(["female", "male"])
    row["ethnicity"] = draw.choices(["cauc", "afam", "asian"], [66, 33, 1])[0]
    row["birth"] = f"1980 Q{draw.randint(1, 4)}"
    taught = draw.choice(CLASSES)
    for grade in GRADES:
        if draw.random() < 0.45:
            continue
        lift = 7 if taught == "small" else 0
        reading, maths = (
            min(max(draw.gauss(middle + lift, 28), middle - 80), middle + 80)
            for middle in MIDDLE[grade]
        )
        row |= {
            f"star{grade}": taught,
            f"read{grade}": f"{reading:.0f}.0",
            f"math{grade}": f"{maths:.0f}.0",
            f"lunch{grade}": draw.choice(["free", "non-free"]),
            f"school{grade}": draw.choice(["inner-city", "suburban", "rural", "urban"]),
            f"degree{grade}": draw.choice(["bachelor", "master"]),
            f"ladder{grade}": "level1",
            f"experience{grade}": f"{draw.randint(0, 25)}.0",
            f"tethnicity{grade}": draw.choice(["cauc", "afam"]),
            f"system{grade}": f"{draw.randint(1, 42)}.0",
            f"schoolid{grade}": f"{draw.randint(1, 80)}.0",
        }
    return row


def main(path: str, pupils: int = 6000, seed: int = 1985) -> None:
    draw = random.Random(seed)
    with Path(path).open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(pupil(draw, number) for number in range(pupils))


if __name__ == "__main__":
    main(sys.argv[1])
