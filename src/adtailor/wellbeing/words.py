"""What the cards say, calm and without a diagnosis: in English, German and Spanish, else in English.

Most cards will be wrong: few people are in a crisis, and words are easily misread. So each says what it rests on, that
it may not fit, and that hiding it is all there is to do; none says what somebody feels.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's copy."""

    rest_title: str
    rest_body: str
    sustained_body: str
    quarter: str
    hour: str
    today: str
    dismiss: str
    stop: str
    support_title: str
    support_body: str
    hide: str
    limit_title: str
    limit_body: str


WORDS: dict[str, Words] = {
    "en": Words(
        rest_title="A heavy few days? A breather is an option.",
        rest_body="If not, never mind. The feed will still be here, with fewer ads for now, and none while you rest.",
        sustained_body="The feed will still be here, without ads for now. A limit for the day can help, too.",
        quarter="15 minutes",
        hour="1 hour",
        today="For today",
        dismiss="Not now",
        stop="No more suggestions",
        support_title="If it is a lot right now, talking can help.",
        support_body="There are people who listen, free of charge. A few words in a post brought this up, and a "
        "program easily takes words wrong. If it does not fit, just hide it; nobody else sees it.",
        hide="Hide",
        limit_title="That is the time you set yourself for today.",
        limit_body="The feed will still be here, without ads until tomorrow. You can change the limit on your page.",
    ),
    "de": Words(
        rest_title="Anstrengende Tage? Eine Pause ist eine Möglichkeit.",
        rest_body="Wenn nicht, umso besser. Der Feed läuft nicht weg; vorerst mit weniger Werbung, in der Pause ohne.",
        sustained_body="Der Feed läuft nicht weg, vorerst ohne Werbung. Auch ein Limit für den Tag kann helfen.",
        quarter="15 Minuten",
        hour="1 Stunde",
        today="Für heute",
        dismiss="Jetzt nicht",
        stop="Keine Vorschläge mehr",
        support_title="Wenn es gerade viel ist: Reden kann helfen.",
        support_body="Es gibt Menschen, die zuhören, kostenlos. Ein paar Wörter in einem Beitrag haben das "
        "hierher gebracht, und ein Programm versteht Wörter leicht falsch. Passt es nicht, blende es einfach aus; "
        "niemand sonst sieht es.",
        hide="Ausblenden",
        limit_title="Das ist die Zeit, die du dir für heute gesetzt hast.",
        limit_body="Der Feed läuft nicht weg, bis morgen ohne Werbung. Das Limit kannst du auf deiner Seite ändern.",
    ),
    "es": Words(
        rest_title="¿Unos días pesados? Un respiro es una opción.",
        rest_body="Si no, mejor así. Todo seguirá aquí, por ahora con menos anuncios, y sin ninguno durante la pausa.",
        sustained_body="Todo seguirá aquí, por ahora sin anuncios. Ponerse un límite para el día también puede ayudar.",
        quarter="15 minutos",
        hour="1 hora",
        today="Por hoy",
        dismiss="Ahora no",
        stop="No más sugerencias",
        support_title="Si ahora mismo es mucho, hablar puede ayudar.",
        support_body="Hay personas que escuchan, sin coste. Unas palabras de una publicación trajeron esto aquí, y un "
        "programa entiende mal las palabras con facilidad. Si no encaja, ocúltalo y ya está; nadie más lo ve.",
        hide="Ocultar",
        limit_title="Este es el tiempo que te pusiste para hoy.",
        limit_body="Todo seguirá aquí, sin anuncios hasta mañana. Puedes cambiar el límite en tu página.",
    ),
}


def words_in(language: str | None) -> Words:
    """The copy in a language, by its tag; in English where there is none.

    >>> words_in("de-AT").dismiss, words_in("pt").dismiss, words_in(None).dismiss
    ('Jetzt nicht', 'Not now', 'Not now')
    """
    return WORDS.get((language or "en").replace("_", "-").split("-")[0].lower(), WORDS["en"])
