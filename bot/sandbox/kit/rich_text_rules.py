"""The rich text block: sections, lists, quotes, preformatted text."""

from bot.sandbox.kit.rules import Rule, anything, array, boolean, by_type, integer, one_of, shape, string

_STYLE = shape(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), boolean
    ),
)
_STYLED: dict[str, Rule] = {"style": _STYLE}
_INLINE = by_type(
    {
        "text": shape({"text": string(40_000)}, _STYLED),
        "link": shape({"url": string(3000)}, {**_STYLED, "text": string(40_000, least=0), "unsafe": boolean}),
        "user": shape({"user_id": string(255)}, _STYLED),
        "usergroup": shape({"usergroup_id": string(255)}, _STYLED),
        "channel": shape({"channel_id": string(255)}, _STYLED),
        "broadcast": shape({"range": one_of("here", "channel", "everyone")}, _STYLED),
        "emoji": shape({"name": string(255)}, {**_STYLED, "unicode": string(255), "url": string(3000)}),
        "date": shape(
            {"timestamp": integer(0, 99_999_999_999), "format": string(255)},
            {**_STYLED, "url": string(3000), "fallback": string(255)},
        ),
        "color": shape({"value": string(255)}, _STYLED),
        "team": shape({"team_id": string(255)}, _STYLED),
    }
)
_MOST = 1000
_SECTION = shape({"elements": array(_INLINE, least=0, most=_MOST)})
RICH_TEXT = shape(
    {
        "elements": array(
            by_type(
                {
                    "rich_text_section": _SECTION,
                    "rich_text_list": shape(
                        {
                            "elements": array(by_type({"rich_text_section": _SECTION}), most=_MOST),
                            "style": one_of("bullet", "ordered"),
                        },
                        {"indent": integer(0, 8), "offset": integer(0, 100_000), "border": integer(0, 1)},
                    ),
                    "rich_text_quote": shape({"elements": array(_INLINE, most=_MOST)}, {"border": integer(0, 1)}),
                    "rich_text_preformatted": shape(
                        {"elements": array(_INLINE, most=_MOST)}, {"border": integer(0, 1), "language": anything}
                    ),
                }
            ),
            most=_MOST,
        )
    },
    {"block_id": string(255)},
)
