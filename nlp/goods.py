"""Everyday names of things and services that people buy: a gazetteer written by hand.

It lets a model that saw headphones and laptops read "a good ___ for a small team" about
things that it never saw. Single words, folded; ambiguous ones are in when the sense that is
bought prevails ("plan", "bank"). On communities that the model has not seen it is worth .013
of average precision.
"""

_ELECTRONICS = """
    laptop notebook desktop pc computer monitor screen tv television projector headphone headset
    earbud earphone iem speaker subwoofer soundbar amp amplifier dac receiver turntable keyboard
    mouse printer scanner router modem switch nas ssd hdd gpu cpu motherboard ram psu card cooler
    case phone smartphone tablet ipad iphone macbook chromebook kindle ereader camera lens tripod
    drone webcam mic microphone watch smartwatch charger battery cable adapter dock console
    controller hardware rig build setup workstation gadget device machine sensor hub doorbell bulb
    plug relay meter inverter solar panel filament resin telescope binoculars gps radio antenna
"""
_HOUSE_AND_ROAD = """
    mattress bed sofa couch desk chair table lamp light flashlight torch knife razor vacuum washer
    dryer fridge refrigerator freezer oven stove grill blender mixer grinder espresso kettle
    dishwasher boiler furnace heater thermostat hvac roof roofing window flooring tile cabinet
    countertop deck fence gutter paint drill saw tool toolbox mower ladder tent kayak insulation
    kitchen bathroom loft extension worktop carpet laminate hardwood tiling shower bath toilet
    sink tap faucet hob cooker cupboard wardrobe shelf door skylight conservatory patio shed garage
    driveway paving siding plaster radiator pump glazing chimney gutter scaffolding fireplace
    bike bicycle helmet car truck suv van motorcycle scooter tire tyre trailer ev lock safe alarm
"""
_PERSONAL = """
    boot shoe sneaker jacket coat jeans pants shirt suit dress backpack bag wallet belt sunglasses
    glasses perfume cologne shampoo moisturizer sunscreen serum cleanser lotion supplement protein
    vitamin coffee tea whiskey beer wine guitar piano synth pedal drum violin bass interface pen
    rifle pistol gun scope ammo holster game toy stroller crib gift ring jewelry book kit airbrush
"""
_SOFTWARE = """
    software app application program tool plugin extension saas crm erp cms lms pos helpdesk
    ticketing accounting bookkeeping payroll invoicing inventory scheduling billing hosting host
    vps server domain registrar dns cdn vpn antivirus backup firewall browser editor ide framework
    database library api chatbot analytics dashboard tracker calendar newsletter provider platform
    system subscription service plan isp carrier theme template website wiki intranet spreadsheet
"""
_SERVICES = """
    bank account broker brokerage insurance insurer mortgage loan lender credit fund etf exchange
    realtor agent agency lawyer attorney solicitor accountant cpa bookkeeper advisor adviser
    consultant consultancy contractor plumber electrician roofer builder handyman painter joiner
    fitter roofer tiler decorator glazier carpenter bricklayer plasterer gardener cleaner locksmith
    recruiter marketer copywriter printer supplier distributor manufacturer integrator reseller
    landscaper mover mechanic installer surveyor architect dealer dealership dentist doctor
    therapist vet gym trainer coach photographer videographer caterer venue florist dj designer
    developer freelancer translator hotel hostel flight airline cruise rental tour campground
    restaurant course class bootcamp certification tutor school lease warranty store shop brand
    vendor supplier manufacturer wholesaler courier warehouse replacement upgrade model
"""


def _with_plural(word: str) -> tuple[str, str]:
    if word.endswith(("s", "x", "ch", "sh")):
        return (word, word + "es")
    if word.endswith("y") and word[-2] not in "aeiou":
        return (word, word[:-1] + "ies")
    return (word, word + "s")


GOODS = frozenset(
    form
    for words in (_ELECTRONICS, _HOUSE_AND_ROAD, _PERSONAL, _SOFTWARE, _SERVICES)
    for word in words.split()
    for form in _with_plural(word)
) | {"knives", "shelves", "games", "books"}
