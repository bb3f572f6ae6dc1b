"""Words by which nobody may be found: an ad asks for no page because somebody on it suffers."""

import re

_WORDS = re.compile(
    r"""
    abus(e|ed|ive) | addict(ion|ed|s)? | afraid | agoraphobia | alone | anorexi[ac] | anxi(ety|ous) |
    bereave(d|ment) | bipolar | break\W?down | broken\W?hearted | bulimi[ac] | burn(t|ed)?\W?out | burnout |
    crisis | cry(ing)? | depress(ed|ion|ive) | desperat(e|ion) | despair | devastated | distress(ed)? | emotional |
    exhausted | grie(f|ve|ving) | helpless | hopeless | insecure | insomnia | kill\ (myself|me) | lonel(y|iness) |
    lost\ (my|his|her)\ .* | low\ mood | mental(ly)?(\ (health|ill(ness)?))? | miserable | mourn(ing)? | nervous |
    overwhelmed | panic | phobia | ptsd | sad(ness)? | scared | self\W?harm | sorrow | stress(ed|ful)? |
    struggling | suicid(e|al) | trauma(tic|tized|tised)? | unhappy | upset | vulnerable | want\ to\ die |
    worr(y|ied) | allein | angst | ängstlich | depression(en)? | depressiv | einsam(keit)? | erschöpft | kummer |
    krise | panik | selbstmord | stress | suizid | trauer | traurig | trauma | überfordert | unglücklich |
    verzweifel(t|ung) | ansiedad | angustia | deprimid[oa] | depresión | desesperad[oa] | duelo | estrés |
    estresad[oa] | miedo | soledad | suicidio | triste(za)? | dépression | déprimé(e)? | détresse | deuil |
    suicide | solitude | anxiété | angoisse
    """,
    re.VERBOSE,
)


def names_distress(keyword: str) -> bool:
    """Whether a keyword, in lower case, or a word of it names how somebody suffers.

    >>> names_distress("trail running"), names_distress("depression"), names_distress("feeling lonely tonight")
    (False, True, True)
    """
    return any(_WORDS.fullmatch(part) for part in (keyword, *keyword.split()))
