"""Phrases for print agree in each language: 60 of them in English, French, Dutch and German."""

import pytest

from board.vocabulary import phrases
from board.vocabulary.concept import LANGUAGES
from tests.unit.test_vocabulary_phrases import statement

PRINTED = """
coat:dark+green | dark green coat | manteau vert foncé | donkergroene jas | dunkelgrüner Mantel
coat:dark+blue | dark blue coat | manteau bleu foncé | donkerblauwe jas | dunkelblauer Mantel
coat:navy | navy blue coat | manteau bleu marine | marineblauwe jas | marineblauer Mantel
jumper:light+grey | light grey jumper | pull gris clair | lichtgrijze trui | hellgrauer Pullover
jumper:orange | orange jumper | pull orange | oranje trui | orangefarbener Pullover
trousers:brown | brown trousers | pantalon brun | bruine broek | braune Hose
trousers:black | black trousers | pantalon noir | zwarte broek | schwarze Hose
shirt:white | white shirt | chemise blanche | wit hemd | weißes Hemd
dress:red | red dress | robe rouge | rode jurk | rotes Kleid
dress:light+pink | light pink dress | robe rose clair | lichtroze jurk | hellrosa Kleid
skirt:pink | pink skirt | jupe rose | roze rok | rosa Rock
socks:white | white socks | chaussettes blanches | witte sokken | weiße Socken
boots:brown+leather | brown leather boots | bottes en cuir brunes | bruine leren laarzen | braune Stiefel aus Leder
boots:black | black boots | bottes noires | zwarte laarzen | schwarze Stiefel
shoes:light+brown | light brown shoes | chaussures brun clair | lichtbruine schoenen | hellbraune Schuhe
gloves:green | green gloves | gants verts | groene handschoenen | grüne Handschuhe
cap:purple | purple cap | casquette violette | paarse pet | lila Kappe
cap:red+white | red and white cap | casquette rouge et blanc | rood-witte pet | rot-weiße Kappe
hat:old | old hat | vieux chapeau | oude hoed | alter Hut
beanie:grey | grey woolly hat | bonnet gris | grijze muts | graue Mütze
scarf:striped | striped scarf | écharpe rayée | gestreepte sjaal | gestreifter Schal
scarf:blue+yellow | blue and yellow scarf | écharpe bleu et jaune | blauw-gele sjaal | blau-gelber Schal
rucksack:small+blue | small blue rucksack | petit sac à dos bleu | kleine blauwe rugzak | kleiner blauer Rucksack
rucksack:yellow+fox | yellow rucksack (fox) | sac à dos jaune (renard) | gele rugzak (vos) | gelber Rucksack (Fuchs)
bag:old+leather | old leather bag | vieux sac en cuir | oude leren tas | alte Tasche aus Leder
school_bag:purple | purple school bag | cartable violet | paarse boekentas | lila Schultasche
suitcase:big+black | big black suitcase | grande valise noire | grote zwarte koffer | großer schwarzer Koffer
bicycle:red | red bicycle | vélo rouge | rode fiets | rotes Fahrrad
bicycle:old+green | old green bicycle | vieux vélo vert | oude groene fiets | altes grünes Fahrrad
car:white | white car | voiture blanche | witte auto | weißes Auto
van:grey | grey van | camionnette grise | grijze bestelwagen | grauer Lieferwagen
tracksuit:dark+grey | dark grey tracksuit | training gris foncé | donkergrijs trainingspak | dunkelgrauer Trainingsanzug
hoodie:black | black hoodie | sweat à capuche noir | zwarte hoodie | schwarzer Kapuzenpulli
jeans:blue | blue jeans | jean bleu | blauwe jeans | blaue Jeans
t_shirt:yellow | yellow T-shirt | T-shirt jaune | geel T-shirt | gelbes T-Shirt
t_shirt:striped+red | red striped T-shirt | T-shirt rayé rouge | rood gestreept T-shirt | rotes gestreiftes T-Shirt
blouse:white | white blouse | blouse blanche | witte bloes | weiße Bluse
belt:brown | brown belt | ceinture brune | bruine riem | brauner Gürtel
glasses:black | black glasses | lunettes noires | zwarte bril | schwarze Brille
umbrella:red | red umbrella | parapluie rouge | rode paraplu | roter Regenschirm
umbrella:old | old umbrella | vieux parapluie | oude paraplu | alter Regenschirm
necklace:gold | gold necklace | collier doré | goudkleurige halsketting | goldene Halskette
watch:black | black watch | montre noire | zwart horloge | schwarze Armbanduhr
raincoat:yellow | yellow raincoat | imperméable jaune | gele regenjas | gelbe Regenjacke
pyjamas:blue | blue pyjamas | pyjama bleu | blauwe pyjama | blauer Schlafanzug
sandals:white | white sandals | sandales blanches | witte sandalen | weiße Sandalen
slippers:pink | pink slippers | pantoufles roses | roze pantoffels | rosa Hausschuhe
earrings:gold | gold earrings | boucles d'oreilles dorées | goudkleurige oorbellen | goldene Ohrringe
phone:black | black phone | GSM noir | zwarte gsm | schwarzes Handy
knee:left | left knee | genou gauche | linkerknie | linkes Knie
hand:right | right hand | main droite | rechterhand | rechte Hand
eyes:green | green eyes | yeux verts | groene ogen | grüne Augen
wheelchair:blue | blue wheelchair | fauteuil roulant bleu | blauwe rolstoel | blauer Rollstuhl
headphones:white | white headphones | casque audio blanc | witte koptelefoon | weiße Kopfhörer
winter_coat:white | white winter coat | manteau d'hiver blanc | witte winterjas | weißer Wintermantel
puffer_jacket:blue | blue puffer jacket | doudoune bleue | blauwe donsjas | blaue Daunenjacke
tattoo:small | small tattoo | petit tatouage | kleine tatoeage | kleines Tattoo
-rucksack | no rucksack | sans sac à dos | geen rugzak | ohne Rucksack
-coat:red | no red coat | sans manteau rouge | geen rode jas | ohne roten Mantel
-cap:white | no white cap | sans casquette blanche | geen witte pet | ohne weiße Kappe
?scarf:green | perhaps green scarf | peut-être écharpe verte | misschien groene sjaal | vielleicht grüner Schal
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in PRINTED.strip().splitlines()]
AFTER_LABELS = {  # field, thing: after "Hair:" in each language
    ("hair", "hair_brown"): ("brown", "bruns", "bruin", "braune Haare"),
    ("hair", "hair_dark_blond"): ("dark-blond", "blond foncé", "donkerblond", "dunkelblond"),
    ("hair", "hair_blond"): ("blond", "blonds", "blond", "blond"),
    ("hair", "curly_hair"): ("curly", "bouclés", "krullend", "lockig"),
    ("hair", "-hair_long"): ("no long hair", "sans cheveux longs", "geen lang haar", "ohne lange Haare"),
    ("eyes", "eyes_blue"): ("blue", "bleus", "blauwe ogen", "blaue Augen"),
    ("features", "hair_brown"): ("brown hair", "cheveux bruns", "bruin haar", "braune Haare"),
}  # fmt: skip


def test_table_has_sixty_phrases() -> None:
    assert len({expression for expression, *_ in ROWS}) >= 60


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_phrase_agrees(row: list[str]) -> None:
    assert [phrases(language).of(statement(row[0])) for language in LANGUAGES] == row[1:]


@pytest.mark.parametrize(("field", "expression"), AFTER_LABELS)
def test_label_names_the_noun(field: str, expression: str) -> None:
    said = tuple(phrases(language).after_label(statement(expression), field) for language in LANGUAGES)
    assert said == AFTER_LABELS[field, expression]
