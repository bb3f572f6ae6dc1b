"""What people write, in the words of the demo community: enough of each kind to make and to break a promise."""

CALM = (
    "The poplars along the weir have gone yellow. I stood there for a while.",
    "New sourdough, new crust. My daughter calls it the crunchy planet. Best review I've had all year.",
    "Unpacked eleven boxes of novels and read the first page of nine. Time management is a genre of fiction.",
    "Choir practice: sixteen of us and one radiator. All slightly flat, all very warm.",
)
"""Told of no strain."""
STRESSED = (
    (
        "Fourth double shift this week. They changed the rota an hour before I started. I am exhausted and so "
        "stressed, I can't keep up with work anymore."
    ),
    (
        "My manager says everyone is under pressure. I'm so stressed that my hands shake when the phone rings. I burnt "
        "two loaves and cried over the sink."
    ),
    (
        "I'm burned out. I dread going to work, I can't sleep, I can't stop worrying about money, and I snapped at the "
        "kids over nothing. I don't know how to get through this week."
    ),
    "Overwhelmed again. I cried in the car before opening the shop. The pressure never stops and I'm exhausted.",
    "Another panic in the stockroom today. Too much work, too few hours, and I'm anxious from the moment I wake up.",
)
"""Signs of stress, each of them."""
CRISIS = (
    (
        "I keep thinking about ending my life. I don't want to be here anymore. I'm writing it down because I promised "
        "to tell someone."
    ),
)
HAPPY = (
    "Walked the whole river path before breakfast. Two herons, one kingfisher, zero emails. I could not be happier.",
    "So excited! Packing for Lisbon: one green dress, three books, no plan. I keep checking the tickets!",
    "Finn read the allotment rules aloud in the voice of a football commentator and I am dying of laughter.",
)
"""Of good moods."""
FOND = (
    "Sunday football: the Rovers won. A penalty in the 93rd minute, and the whole stand sang. I love this club.",
    (
        "Sixty kilometres of cycling, one puncture, two slices of plum cake and a tailwind all the way home. I love "
        "this road so much."
    ),
    "Book club verdict on the lighthouse novel: highest rating we have ever given a book. I love reading these.",
    "Rebuilt the back wheel of the cargo bike on the kitchen table. It spins true, and so, for once, do I.",
    "Baked a rye sourdough bread today and it is the best loaf I ever made.",
    "Bought an old film camera at the flea market; guessing the light turns out to be the fun of photography.",
    "My dog learned to fetch the ball on our walk in the park, a lovely afternoon.",
    "Packing for the night train to Lisbon, a week of travel along the coast with my sister.",
)
"""Of things that somebody likes."""
SENSITIVE = (
    "Mum had her second chemotherapy session today. The nurses were lovely, the tea was not.",
    (
        "Went to the free debt advice evening at the library. Opened the credit card letters at last and made a "
        "repayment plan with a very patient volunteer."
    ),
)
"""Nothing may be learned from these."""
EVERYTHING = (*CALM, *STRESSED, *CRISIS, *HAPPY, *FOND, *SENSITIVE)
