"""A small invented weather report that never changes, and the search that reads it."""

import re
from dataclasses import dataclass
from typing import Any

SKIES: dict[str, tuple[str, str, str]] = {
    "fog": ("foggy", "안개가 껴 있어요 🌁", "안개"),
    "sun": ("sunny", "해가 쨍쨍해요 ☀️", "맑음"),
    "rain": ("rainy", "비가 와요 🌧️", "비"),
    "snow": ("snowy", "눈이 와요 ❄️", "눈"),
    "clouds": ("cloudy", "구름이 많아요 ☁️", "구름"),
}
"""By the word in the report: the English adjective, the Korean sentence, the word in a Korean report."""

WINDS: dict[str, tuple[str, str]] = {
    "west": ("from the west", "서풍"),
    "north": ("from the north", "북풍"),
    "south": ("from the south", "남풍"),
    "east": ("from the east", "동풍"),
}


@dataclass(frozen=True, slots=True)
class City:
    """A city and its weather; temperatures in °C, wind in km/h."""

    name: str
    korean: str
    celsius: int
    sky: str
    wind: str
    speed: int
    aliases: tuple[str, ...] = ()


CITIES: tuple[City, ...] = (
    City("San Francisco", "샌프란시스코", 14, "fog", "west", 18, ("sf", "san fran", "frisco")),
    City("Santa Fe", "산타페", 31, "sun", "south", 9),
    City("Seoul", "서울", 3, "snow", "north", 12),
    City("Busan", "부산", 11, "clouds", "east", 21),
    City("Tokyo", "도쿄", 17, "rain", "east", 15),
    City("Paris", "파리", 19, "clouds", "west", 10),
    City("London", "런던", 12, "rain", "west", 24),
    City("Berlin", "베를린", 16, "clouds", "north", 14),
    City("New York", "뉴욕", 22, "sun", "south", 11, ("nyc",)),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a tool result says about the weather, read from its text: an edited result changes the answer."""

    place: str
    celsius: int
    sky: str
    wind: str | None = None
    speed: int | None = None


def find_city(text: str) -> City | None:
    """The city that the text names first, in English or Korean."""
    found: list[tuple[int, City]] = []
    for city in CITIES:
        for name in (city.name, city.korean, *city.aliases):
            # Hangul particles follow a name without a space, so only Latin names end at a word boundary.
            pattern = re.escape(name) if name == city.korean else rf"\b{re.escape(name)}\b"
            if match := re.search(pattern, text, re.IGNORECASE):
                found.append((match.start(), city))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def is_about_tomorrow(text: str) -> bool:
    """Whether the text asks for tomorrow's weather."""
    return bool(re.search(r"\btomorrow\b|내일", text, re.IGNORECASE))


def look_up(query: str) -> tuple[str, dict[str, Any]]:
    """The search's answer as text and as an artifact. A Korean query gets a Korean report."""
    city = find_city(query)
    if city is None:
        return f'No results for "{query}".', {"query": query, "results": []}
    celsius = city.celsius + (2 if is_about_tomorrow(query) else 0)
    if re.search(r"[\uac00-\ud7a3]", query):
        text = f"{city.korean}: {celsius} °C, {SKIES[city.sky][2]}, {WINDS[city.wind][1]} {city.speed} km/h"
    else:
        text = f"{city.name}: {celsius} °C, {city.sky}, wind {WINDS[city.wind][0]} {city.speed} km/h"
    result = {
        "city": city.name,
        "temperature_c": celsius,
        "sky": city.sky,
        "wind": {"from": city.wind, "km_per_hour": city.speed},
        "source": "weather.example",
    }
    return text, {"query": query, "results": [result]}


def read_report(text: str) -> Report | None:
    """The report in a tool result's text, or None where there is none."""
    match = re.match(
        r"\s*(?P<place>[^:]+):\s*(?P<celsius>-?\d+)\s*°C,\s*(?P<sky>[^,]+?)\s*"
        r"(?:,\s*(?:wind from the )?(?P<wind>\S+)\s+(?P<speed>\d+)\s*km/h)?\s*$",
        text,
    )
    if match is None:
        return None
    skies = {korean: sky for sky, (_, _, korean) in SKIES.items()}
    winds = {korean: wind for wind, (_, korean) in WINDS.items()}
    sky, wind, speed = match["sky"], match["wind"], match["speed"]
    return Report(
        match["place"].strip(),
        int(match["celsius"]),
        skies.get(sky, sky),
        winds.get(wind, wind) if wind else None,
        int(speed) if speed else None,
    )


def degrees(celsius: int, units: object) -> str:
    """A temperature in the units that the run was configured with."""
    return f"{round(celsius * 9 / 5 + 32)} °F" if units == "fahrenheit" else f"{celsius} °C"


def say_in_english(report: Report, units: object) -> str:
    """The answer to an English question."""
    adjective = SKIES[report.sky][0] if report.sky in SKIES else report.sky
    sentence = f"It is {degrees(report.celsius, units)} and {adjective} in {_name(report.place, korean=False)}."
    if report.wind and report.speed is not None:
        sentence += f" The wind comes from the {report.wind} at {report.speed} km/h."
    return f"{sentence} {_advice(report, korean=False)}"


def say_in_korean(report: Report, units: object) -> str:
    """The answer to a Korean question, with wide characters and emoji."""
    sky = SKIES[report.sky][1] if report.sky in SKIES else f"{report.sky}입니다"
    sentence = f"{_name(report.place, korean=True)} 기온은 {degrees(report.celsius, units)}이고, {sky}."
    if report.wind and report.speed is not None:
        wind = WINDS[report.wind][1] if report.wind in WINDS else report.wind
        sentence += f" {wind}이 시속 {report.speed} km로 불어요."
    return f"{sentence} {_advice(report, korean=True)}"


def _name(place: str, *, korean: bool) -> str:
    city = find_city(place)
    if city is None:
        return place
    return city.korean if korean else city.name


def _advice(report: Report, *, korean: bool) -> str:
    if report.sky in ("rain", "snow"):
        return "우산을 챙기세요 ☂️" if korean else "Take an umbrella."
    if report.celsius < 18:
        return "겉옷을 챙기세요 🧥" if korean else "Take a jacket."
    return "산책하기 좋은 날이에요 🙂" if korean else "A good day for a walk."
