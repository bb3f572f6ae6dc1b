"""What the cards say, calm and without a diagnosis: in English, German and Spanish, else in English."""

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


WORDS: dict[str, Words] = {
    "en": Words(
        rest_title="A heavy few days? A breather is an option.",
        rest_body="The feed will still be here. There are fewer ads for now, and none while you rest.",
        sustained_body="The feed will still be here, without ads for now. A limit for the day can help, too.",
        quarter="15 minutes",
        hour="1 hour",
        today="For today",
        dismiss="Not now",
        stop="No more suggestions",
        support_title="If it is a lot right now, talking can help.",
        support_body="There are people who listen, free of charge. If this does not fit, just hide it.",
        hide="Hide",
    ),
    "de": Words(
        rest_title="Anstrengende Tage? Eine Pause ist eine Möglichkeit.",
        rest_body="Der Feed läuft nicht weg. Es gibt vorerst weniger Werbung, und keine in der Pause.",
        sustained_body="Der Feed läuft nicht weg, vorerst ohne Werbung. Auch ein Limit für den Tag kann helfen.",
        quarter="15 Minuten",
        hour="1 Stunde",
        today="Für heute",
        dismiss="Jetzt nicht",
        stop="Keine Vorschläge mehr",
        support_title="Wenn es gerade viel ist: Reden kann helfen.",
        support_body="Es gibt Menschen, die zuhören, kostenlos. Wenn das nicht passt, blende es einfach aus.",
        hide="Ausblenden",
    ),
    "es": Words(
        rest_title="¿Unos días pesados? Un respiro es una opción.",
        rest_body="Todo seguirá aquí. Por ahora hay menos anuncios, y ninguno durante la pausa.",
        sustained_body="Todo seguirá aquí, por ahora sin anuncios. Ponerse un límite para el día también puede ayudar.",
        quarter="15 minutos",
        hour="1 hora",
        today="Por hoy",
        dismiss="Ahora no",
        stop="No más sugerencias",
        support_title="Si ahora mismo es mucho, hablar puede ayudar.",
        support_body="Hay personas que escuchan, sin coste. Si esto no encaja, simplemente ocúltalo.",
        hide="Ocultar",
    ),
}


def words_in(language: str | None) -> Words:
    """The copy in a language, by its tag; in English where there is none.

    >>> words_in("de-AT").dismiss, words_in("pt").dismiss, words_in(None).dismiss
    ('Jetzt nicht', 'Not now', 'Not now')
    """
    return WORDS.get((language or "en").replace("_", "-").split("-")[0].lower(), WORDS["en"])
