"""Names of places by the country they are in: a gazetteer written by hand.

Countries, the states of the US, and the large and well-known cities of the places that are heard
most in communities that write English. What several countries have ("Birmingham") has no country.
"""

from collections.abc import Mapping

from nlp.slot_words import COUNTRIES

_MORE_COUNTRIES: Mapping[str, str] = {
    "AE": "uae united_arab_emirates", "AF": "afghanistan", "AL": "albania", "AM": "armenia",
    "AO": "angola", "AZ": "azerbaijan", "BA": "bosnia", "BD": "bangladesh", "BG": "bulgaria",
    "BH": "bahrain", "BO": "bolivia", "BS": "bahamas", "BW": "botswana", "BY": "belarus",
    "CL": "chile", "CM": "cameroon", "CN": "china", "CO": "colombia", "CR": "costa_rica",
    "CU": "cuba", "CY": "cyprus", "CZ": "czechia czech_republic", "DO": "dominican_republic",
    "DZ": "algeria", "EC": "ecuador", "EE": "estonia", "EG": "egypt", "ET": "ethiopia",
    "FJ": "fiji", "GB": "great_britain northern_ireland", "GH": "ghana",
    "GR": "greece", "GT": "guatemala", "HK": "hong_kong", "HN": "honduras", "HR": "croatia",
    "HU": "hungary", "ID": "indonesia", "IL": "israel", "IQ": "iraq", "IR": "iran",
    "IS": "iceland", "JM": "jamaica", "JO": "jordan", "KE": "kenya", "KH": "cambodia",
    "KR": "south_korea korea", "KW": "kuwait", "KZ": "kazakhstan", "LB": "lebanon",
    "LK": "sri_lanka", "LT": "lithuania", "LU": "luxembourg", "LV": "latvia", "MA": "morocco",
    "MD": "moldova", "ME": "montenegro", "MK": "north_macedonia macedonia", "MM": "myanmar",
    "MN": "mongolia", "MT": "malta", "MU": "mauritius", "NA": "namibia", "NG": "nigeria",
    "NI": "nicaragua", "NP": "nepal", "OM": "oman", "PA": "panama", "PE": "peru",
    "PK": "pakistan", "PR": "puerto_rico", "PY": "paraguay", "QA": "qatar", "RO": "romania",
    "RS": "serbia", "RU": "russia", "RW": "rwanda", "SA": "saudi_arabia", "SI": "slovenia",
    "SK": "slovakia", "SN": "senegal", "SV": "el_salvador", "SY": "syria", "TH": "thailand",
    "TN": "tunisia", "TR": "turkey", "TT": "trinidad", "TW": "taiwan", "TZ": "tanzania",
    "UA": "ukraine", "UG": "uganda", "UY": "uruguay", "VE": "venezuela", "VN": "vietnam",
    "ZM": "zambia", "ZW": "zimbabwe",
}  # fmt: skip

_STATES = """
    alabama alaska arizona arkansas california colorado connecticut delaware florida hawaii idaho
    illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan
    minnesota mississippi missouri montana nebraska nevada new_hampshire new_jersey new_mexico
    new_york north_carolina north_dakota ohio oklahoma oregon pennsylvania rhode_island
    south_carolina south_dakota tennessee texas utah vermont virginia washington west_virginia
    wisconsin wyoming
"""

_CITIES: Mapping[str, str] = {
    "US": _STATES + """
        nyc new_york_city brooklyn manhattan queens los_angeles chicago houston phoenix
        philadelphia san_antonio san_diego dallas austin san_jose jacksonville fort_worth columbus
        charlotte indianapolis san_francisco bay_area seattle denver boston el_paso nashville
        detroit oklahoma_city portland las_vegas louisville baltimore milwaukee albuquerque tucson
        fresno sacramento kansas_city mesa atlanta omaha colorado_springs raleigh miami oakland
        minneapolis tulsa tampa new_orleans cleveland bakersfield honolulu anaheim lexington
        stockton pittsburgh cincinnati anchorage saint_paul st_paul greensboro newark orlando
        irvine buffalo chandler st_louis fort_wayne reno madison lubbock scottsdale boise richmond
        spokane baton_rouge des_moines tacoma salt_lake_city huntsville knoxville providence
        chattanooga tempe fort_lauderdale santa_barbara ann_arbor boulder berkeley savannah
        charleston silicon_valley long_island new_england midwest
    """,
    "GB": """
        london manchester leeds glasgow liverpool sheffield edinburgh bristol leicester coventry
        bradford cardiff belfast nottingham newcastle hull stoke wolverhampton plymouth derby
        southampton swansea aberdeen portsmouth york peterborough dundee oxford cambridge exeter
        brighton norwich reading bath bournemouth middlesbrough sunderland preston ipswich
        swindon luton milton_keynes northampton gloucester cheltenham inverness blackpool
        warrington kent essex surrey sussex yorkshire cornwall devon lancashire hampshire norfolk
        suffolk midlands
    """,
    "CA": """
        toronto montreal vancouver calgary edmonton ottawa winnipeg quebec hamilton kitchener
        victoria halifax saskatoon regina mississauga brampton ontario british_columbia alberta
        manitoba saskatchewan nova_scotia new_brunswick newfoundland kelowna
    """,
    "AU": """
        sydney melbourne brisbane perth adelaide canberra hobart darwin gold_coast newcastle
        geelong cairns queensland tasmania new_south_wales wollongong
    """,
    "NZ": "auckland wellington christchurch hamilton dunedin tauranga queenstown",
    "IE": "dublin cork limerick galway waterford",
    "DE": """
        berlin hamburg munich m\u00fcnchen cologne k\u00f6ln frankfurt stuttgart d\u00fcsseldorf
        dusseldorf dortmund essen leipzig bremen dresden hanover hannover nuremberg n\u00fcrnberg
        duisburg bochum wuppertal bielefeld bonn m\u00fcnster mannheim karlsruhe augsburg wiesbaden
        aachen kiel freiburg mainz rostock kassel heidelberg potsdam bavaria saxony
    """,
    "AT": "vienna wien graz linz salzburg innsbruck",
    "CH": "zurich z\u00fcrich geneva basel bern lausanne lucerne lugano",
    "NL": """
        amsterdam rotterdam utrecht eindhoven groningen tilburg breda nijmegen haarlem arnhem
        hague delft leiden maastricht
    """,
    "BE": "brussels antwerp ghent bruges li\u00e8ge leuven flanders wallonia",
    "FR": """
        paris marseille lyon toulouse nice nantes strasbourg montpellier bordeaux lille rennes
        grenoble brittany normandy provence
    """,
    "ES": """
        madrid barcelona valencia seville zaragoza malaga m\u00e1laga bilbao alicante palma
        mallorca granada tenerife ibiza catalonia andalusia
    """,
    "PT": "lisbon lisboa porto algarve braga coimbra faro",
    "IT": """
        rome milan naples turin palermo genoa bologna florence bari catania venice verona trieste
        sicily sardinia tuscany
    """,
    "SE": "stockholm gothenburg malm\u00f6 malmo uppsala",
    "NO": "oslo bergen trondheim stavanger",
    "DK": "copenhagen aarhus odense aalborg",
    "FI": "helsinki espoo tampere turku oulu",
    "IS": "reykjavik",
    "PL": "warsaw krakow krak\u00f3w wroclaw gdansk poznan lodz",
    "CZ": "prague brno ostrava",
    "SK": "bratislava",
    "HU": "budapest",
    "RO": "bucharest cluj timisoara",
    "BG": "sofia plovdiv varna",
    "GR": "athens thessaloniki crete",
    "HR": "zagreb split dubrovnik",
    "SI": "ljubljana",
    "RS": "belgrade",
    "LT": "vilnius kaunas",
    "LV": "riga",
    "EE": "tallinn",
    "UA": "kyiv kiev lviv odessa kharkiv",
    "RU": "moscow saint_petersburg st_petersburg",
    "TR": "istanbul ankara izmir antalya",
    "IL": "tel_aviv jerusalem haifa",
    "AE": "dubai abu_dhabi sharjah",
    "SA": "riyadh jeddah",
    "QA": "doha",
    "EG": "cairo alexandria",
    "MA": "casablanca marrakech rabat",
    "NG": "lagos abuja",
    "KE": "nairobi mombasa",
    "GH": "accra",
    "ZA": "johannesburg cape_town durban pretoria",
    "IN": """
        mumbai delhi new_delhi bangalore bengaluru hyderabad chennai kolkata pune ahmedabad jaipur
        lucknow kanpur nagpur indore noida gurgaon gurugram chandigarh kochi goa kerala
    """,
    "PK": "karachi lahore islamabad",
    "BD": "dhaka",
    "LK": "colombo",
    "NP": "kathmandu",
    "CN": "beijing shanghai shenzhen guangzhou chengdu",
    "TW": "taipei",
    "JP": "tokyo osaka kyoto yokohama nagoya fukuoka sapporo",
    "KR": "seoul busan",
    "TH": "bangkok phuket chiang_mai",
    "VN": "hanoi saigon ho_chi_minh_city da_nang",
    "MY": "kuala_lumpur penang johor",
    "ID": "jakarta bali surabaya bandung",
    "PH": "manila cebu quezon_city",
    "BR": "s\u00e3o_paulo sao_paulo rio_de_janeiro brasilia curitiba",
    "AR": "buenos_aires",
    "CL": "santiago",
    "CO": "bogota bogot\u00e1 medellin medell\u00edn",
    "PE": "lima",
    "MX": "mexico_city guadalajara monterrey cancun tijuana",
    "": "georgia birmingham lancaster dach benelux scandinavia apac emea latin_america "
    "middle_east asia africa south_america north_america",
}  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _gazetteer() -> dict[str, str | None]:
    places: dict[str, str | None] = dict(COUNTRIES)
    for sort in (_MORE_COUNTRIES, _CITIES):
        for code, names in sort.items():
            for name in (name.replace("_", " ") for name in names.split()):
                places[name] = (code or None) if places.get(name, code) == code else None
    return places


#: Places, folded, and the ISO 3166 code of the country that they are in, None if nobody can tell.
PLACES: Mapping[str, str | None] = _gazetteer()

#: Names of people, things and brands as well, also with a capital: places where "in" says so.
AMBIGUOUS = _words("""
    america austin bath bergen bologna bradford brittany buffalo cambridge carolina chandler
    charlotte china cologne columbus cork cuba dallas darwin delft denver derby devon dundee essen
    faro florence geneva georgia hamburg hamilton houston hull ibiza jamaica jordan kent lexington
    lima linz lodz madison malta mesa montana nice odessa oxford palma panama paris peru phoenix
    plymouth porto preston queens raleigh reading regina richmond savannah sofia split states
    stockton stoke sydney tempe turkey valencia venice verona victoria virginia warrington
    washington waterford wellington york
""")

#: Codes of countries that authors write for their names, always in capitals.
CODES: Mapping[str, str] = {
    code: code for code in ("NL", "BE", "DE", "FR", "CH", "AT", "AU", "NZ", "IE", "DK", "SE", "PL")
} | {"UK": "GB", "US": "US", "USA": "US", "EU": "EU", "CA": "CA", "ES": "ES", "GB": "GB"}
