"""Price pages in text and data, drawn at random: Markdown, lists, prose, questions, news, JSON, scripts, CSV, YAML.

A page is made of one list of invented offers and of independent choices (`FEATURES`), each as real price pages make them. What a
page offers comes from its list, never from the reader. The last value of each feature of CLOSED is kept out of the pages of
`page(seed)` and stands in those of `page(seed, closed=True)` alone, so that a figure can be had for what nobody looked at.

Conventions of what is wanted: the printed price and unit; the low end of a range; the new price where an old one stands beside it; a row that is "on
request" is an offer without a price; what is sold out keeps its price; a count that the page does not state may be null or one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field

FEATURES: dict[str, tuple[str, ...]] = {
    "kind": ("md_table", "md_list", "md_headings", "mdx", "html_list", "html_prose", "faq", "news", "json", "next", "json_ld", "state", "js_array", "csv", "yaml", "mail"),
    "language": ("en", "de", "fr", "es", "pt", "it", "ja", "ko", "zh", "ru", "nl"),
    "declared": ("yes", "no"),
    "currency": ("USD", "EUR", "GBP", "JPY", "KRW", "CNY", "INR", "RUB", "BRL", "CHF"),
    "money": ("sign_before", "code_after", "sign_after", "code_before"),
    "money_where": ("each", "head", "above"),
    "unit": ("hour", "month", "second", "minute", "day", "year"),
    "unit_where": ("short", "words", "head", "above"),
    "scope": ("gpu", "instance"),
    "count": ("8x H100", "8 × H100", "H100 x8", "8 H100 GPUs", "H100 (8 GPUs)", "own", "H100 * 8"),
    "chip": ("bare", "vendor", "memory", "full", "brackets", "dashed"),
    "terms": ("one", "spot", "reserved", "month", "node", "day"),
    "terms_where": ("columns", "rows", "sections"),
    "special": ("none", "contact", "sold_out", "coming", "old", "from", "range", "free_months"),
    "tax": ("none", "excluded", "included"),
    "specs": ("none", "some", "many"),
    "cpu": ("no", "before", "after"), "storage": ("no", "yes"), "tokens": ("no", "yes"), "rivals": ("no", "yes"), "support": ("no", "yes"),
    "intro": ("no", "yes"), "emphasis": ("plain", "bold", "code"),
    # of data
    "shape": ("list", "wrapped", "by_chip", "families", "price_list", "price_map", "rows"),
    "keys": ("snake", "camel", "kebab", "title"),
    "price_form": ("number", "text", "signed", "object", "cents"),
    "price_key": ("price", "rate", "cost", "amount", "charge"),
    "name_key": ("gpu", "gpu_type", "gpu_model", "name", "accelerator", "card", "product"),
    "count_key": ("gpu_count", "num_gpus", "gpus", "count", "gpu_quantity", "number_of_gpus"),
    "sep": (",", ";", "tab"),
}
CLOSED = ("kind", "language", "currency", "money", "count", "chip", "terms", "special", "shape", "keys", "price_key", "name_key", "count_key")
DATA = ("json", "next", "state", "js_array", "csv", "yaml")

# gpu_name: (as shown, vendor, memory, form)
CHIPS: dict[str, tuple[str, str, int, str]] = {
    "H100": ("H100", "NVIDIA", 80, "SXM5"), "H200": ("H200", "NVIDIA", 141, "SXM"), "A100": ("A100", "NVIDIA", 80, "PCIe"), "L40S": ("L40S", "NVIDIA", 48, ""),
    "L4": ("L4", "NVIDIA", 24, ""), "T4": ("T4", "NVIDIA", 16, ""), "V100": ("V100", "NVIDIA", 32, ""), "A10": ("A10", "NVIDIA", 24, ""), "A40": ("A40", "NVIDIA", 48, ""),
    "RTX4090": ("RTX 4090", "NVIDIA GeForce", 24, ""), "RTX5090": ("RTX 5090", "NVIDIA GeForce", 32, ""), "RTX3090": ("RTX 3090", "NVIDIA GeForce", 24, ""),
    "A6000": ("RTX A6000", "NVIDIA", 48, ""), "B200": ("B200", "NVIDIA", 180, "SXM"), "MI300X": ("MI300X", "AMD", 192, ""), "MI325X": ("MI325X", "AMD", 256, ""),
    "RTXPRO6000": ("RTX PRO 6000", "NVIDIA", 96, ""), "H20": ("H20", "NVIDIA", 96, ""),
}
HOURLY = {"H100": 2.4, "H200": 3.3, "A100": 1.5, "L40S": 0.9, "L4": 0.6, "T4": 0.3, "V100": 0.5, "A10": 0.55, "A40": 0.45, "RTX4090": 0.5, "RTX5090": 0.75, "RTX3090": 0.25, "A6000": 0.6, "B200": 4.6, "MI300X": 2.1,
          "MI325X": 2.6, "RTXPRO6000": 1.4, "H20": 1.9}
WORTH = {"USD": 1, "EUR": 0.9, "GBP": 0.8, "JPY": 150, "KRW": 1400, "CNY": 7.2, "INR": 84, "RUB": 90, "BRL": 5.5, "CHF": 0.85}
SIGN = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "KRW": "₩", "CNY": "¥", "INR": "₹", "RUB": "₽", "BRL": "R$", "CHF": "CHF"}
AFTER = {"JPY": "円", "KRW": "원", "CNY": "元"}
LENGTH = {"hour": 1.0, "month": 600.0, "second": 1 / 3600, "minute": 1 / 60, "day": 23.0, "year": 6500.0}
OF_LANGUAGE = {"ja": "JPY", "ko": "KRW", "zh": "CNY", "ru": "RUB"}

COMMA = ("de", "fr", "es", "pt", "it", "ru", "nl")

# units: short, short per GPU, in words, in words per GPU
UNITS: dict[str, dict[str, tuple[str, str, str, str]]] = {
    "en": {"hour": ("/hr", "/GPU/hr", "per hour", "per GPU per hour"), "month": ("/mo", "/GPU/month", "per month", "per GPU per month"), "second": ("/s", "/GPU/s", "per second", "per GPU per second"),
           "minute": ("/min", "/GPU/min", "per minute", "per GPU per minute"), "day": ("/day", "/GPU/day", "per day", "per GPU per day"), "year": ("/yr", "/GPU/year", "per year", "per GPU per year")},
    "de": {"hour": ("/h", "/GPU/h", "pro Stunde", "pro GPU und Stunde"), "month": ("/Monat", "/GPU/Monat", "pro Monat", "pro GPU und Monat"), "second": ("/s", "/GPU/s", "pro Sekunde", "pro GPU und Sekunde"),
           "minute": ("/min", "/GPU/min", "pro Minute", "pro GPU und Minute"), "day": ("/Tag", "/GPU/Tag", "pro Tag", "pro GPU und Tag"), "year": ("/Jahr", "/GPU/Jahr", "pro Jahr", "pro GPU und Jahr")},
    "fr": {"hour": ("/h", "/GPU/h", "par heure", "par GPU et par heure"), "month": ("/mois", "/GPU/mois", "par mois", "par GPU et par mois"), "second": ("/s", "/GPU/s", "par seconde", "par GPU et par seconde"),
           "minute": ("/min", "/GPU/min", "par minute", "par GPU et par minute"), "day": ("/jour", "/GPU/jour", "par jour", "par GPU et par jour"), "year": ("/an", "/GPU/an", "par an", "par GPU et par an")},
    "es": {"hour": ("/h", "/GPU/h", "por hora", "por GPU y hora"), "month": ("/mes", "/GPU/mes", "al mes", "por GPU al mes"), "second": ("/s", "/GPU/s", "por segundo", "por GPU y segundo"),
           "minute": ("/min", "/GPU/min", "por minuto", "por GPU y minuto"), "day": ("/día", "/GPU/día", "por día", "por GPU y día"), "year": ("/año", "/GPU/año", "al año", "por GPU al año")},
    "pt": {"hour": ("/h", "/GPU/h", "por hora", "por GPU por hora"), "month": ("/mês", "/GPU/mês", "por mês", "por GPU por mês"), "second": ("/s", "/GPU/s", "por segundo", "por GPU por segundo"),
           "minute": ("/min", "/GPU/min", "por minuto", "por GPU por minuto"), "day": ("/dia", "/GPU/dia", "por dia", "por GPU por dia"), "year": ("/ano", "/GPU/ano", "por ano", "por GPU por ano")},
    "it": {"hour": ("/ora", "/GPU/ora", "all'ora", "per GPU all'ora"), "month": ("/mese", "/GPU/mese", "al mese", "per GPU al mese"), "second": ("/s", "/GPU/s", "al secondo", "per GPU al secondo"),
           "minute": ("/min", "/GPU/min", "al minuto", "per GPU al minuto"), "day": ("/giorno", "/GPU/giorno", "al giorno", "per GPU al giorno"), "year": ("/anno", "/GPU/anno", "all'anno", "per GPU all'anno")},
    "nl": {"hour": ("/uur", "/GPU/uur", "per uur", "per GPU per uur"), "month": ("/mnd", "/GPU/maand", "per maand", "per GPU per maand"), "second": ("/s", "/GPU/s", "per seconde", "per GPU per seconde"),
           "minute": ("/min", "/GPU/min", "per minuut", "per GPU per minuut"), "day": ("/dag", "/GPU/dag", "per dag", "per GPU per dag"), "year": ("/jaar", "/GPU/jaar", "per jaar", "per GPU per jaar")},
    "ja": {"hour": ("/時間", "/GPU/時間", "(1時間あたり)", "(1GPU・1時間あたり)"), "month": ("/月", "/GPU/月", "(月額)", "(1GPUあたり月額)"), "second": ("/秒", "/GPU/秒", "(1秒あたり)", "(1GPU・1秒あたり)"),
           "minute": ("/分", "/GPU/分", "(1分あたり)", "(1GPU・1分あたり)"), "day": ("/日", "/GPU/日", "(1日あたり)", "(1GPU・1日あたり)"), "year": ("/年", "/GPU/年", "(年額)", "(1GPUあたり年額)")},
    "ko": {"hour": ("/시간", "/GPU/시간", "(시간당)", "(GPU당 시간당)"), "month": ("/월", "/GPU/월", "(월)", "(GPU당 월)"), "second": ("/초", "/GPU/초", "(초당)", "(GPU당 초당)"),
           "minute": ("/분", "/GPU/분", "(분당)", "(GPU당 분당)"), "day": ("/일", "/GPU/일", "(일)", "(GPU당 일)"), "year": ("/년", "/GPU/년", "(연)", "(GPU당 연)")},
    "zh": {"hour": ("/小时", "/卡/小时", "每小时", "每卡每小时"), "month": ("/月", "/卡/月", "每月", "每卡每月"), "second": ("/秒", "/卡/秒", "每秒", "每卡每秒"),
           "minute": ("/分钟", "/卡/分钟", "每分钟", "每卡每分钟"), "day": ("/天", "/卡/天", "每天", "每卡每天"), "year": ("/年", "/卡/年", "每年", "每卡每年")},
    "ru": {"hour": ("/ч", "/GPU/ч", "в час", "за GPU в час"), "month": ("/мес", "/GPU/мес", "в месяц", "за GPU в месяц"), "second": ("/с", "/GPU/с", "в секунду", "за GPU в секунду"),
           "minute": ("/мин", "/GPU/мин", "в минуту", "за GPU в минуту"), "day": ("/сутки", "/GPU/сутки", "в сутки", "за GPU в сутки"), "year": ("/год", "/GPU/год", "в год", "за GPU в год")},
}
# how a machine is named beside its price, where the page says that a price is the machine's
WORDS: dict[str, dict[str, str]] = {
    "en": {"title": "GPU pricing", "gpu": "GPU", "count": "GPUs", "memory": "VRAM", "price": "Price", "vcpu": "vCPU", "ram": "RAM", "disk": "NVMe", "net": "Network", "on": "On-demand", "spot": "Spot", "r1": "1-year reserved", "r3": "3-year reserved",
           "month": "Monthly", "day": "Daily", "hour": "Hourly", "term": "Type", "contact": "Contact us", "sold": "Sold out", "coming": "Coming soon", "from": "from {}", "in": "All prices are in {}.", "per": "All prices are {}.", "tax0": "Prices exclude VAT.", "tax1": "Prices include VAT.",
           "intro": "Halvorsen Compute rents out graphics processors for training and inference. No commitment, cancel any time.", "one": "A server with {what} costs {price}.", "each": "The {what} costs {price}.", "q": "How much does {what} cost?",
           "cut": "We have lowered the price of the {what} from {old} to {price}.", "new": "You can now rent {what} at {price}.", "gpu_price": "Price per GPU", "node_price": "Price per node", "ask": "For {what}, contact our sales team.",
           "soon": "{what} will follow soon.", "out": "{what} is sold out at the moment ({price}).", "cpu": "CPU instances", "storage": "Storage", "support": "Support plans", "tokens": "Inference API (per 1M tokens)", "rivals": "How we compare", "spot_s": "As a spot machine, it costs {}.",
           "r1_s": "With a one-year commitment, it costs {}.", "r3_s": "With a three-year commitment, it costs {}.", "month_s": "By the month, it costs {}.", "node_s": "The whole node costs {}.", "day_s": "By the day, it costs {}.", "range": "{} – {}"},
    "de": {"title": "GPU-Preise", "gpu": "GPU", "count": "Anzahl GPUs", "memory": "Grafikspeicher", "price": "Preis", "vcpu": "vCPU", "ram": "Arbeitsspeicher", "disk": "NVMe", "net": "Netzwerk", "on": "On-Demand", "spot": "Spot", "r1": "1 Jahr reserviert", "r3": "3 Jahre reserviert",
           "month": "Monatlich", "day": "Täglich", "hour": "Stündlich", "term": "Tarif", "contact": "Auf Anfrage", "sold": "Ausverkauft", "coming": "Demnächst verfügbar", "from": "ab {}", "in": "Alle Preise in {}.", "per": "Alle Preise {}.", "tax0": "Alle Preise zzgl. MwSt.", "tax1": "Alle Preise inkl. MwSt.",
           "intro": "Halvorsen Compute vermietet Grafikprozessoren für Training und Inferenz. Keine Mindestlaufzeit, jederzeit kündbar.", "one": "Ein Server mit {what} kostet {price}.", "each": "Die {what} kostet {price}.", "q": "Was kostet {what}?",
           "cut": "Wir haben den Preis der {what} von {old} auf {price} gesenkt.", "new": "Ab sofort können Sie {what} für {price} mieten.", "gpu_price": "Preis pro GPU", "node_price": "Preis pro Server", "ask": "Für {what} wenden Sie sich bitte an unseren Vertrieb.",
           "soon": "{what} folgt in Kürze.", "out": "{what} ist zurzeit ausverkauft ({price}).", "cpu": "CPU-Server", "storage": "Speicher", "support": "Support-Pakete", "tokens": "Inferenz-API (pro 1 Mio. Token)", "rivals": "Wir im Vergleich", "spot_s": "Als Spot-Instanz kostet sie {}.",
           "r1_s": "Bei einem Jahr Laufzeit kostet sie {}.", "r3_s": "Bei drei Jahren Laufzeit kostet sie {}.", "month_s": "Monatsweise kostet sie {}.", "node_s": "Der ganze Server kostet {}.", "day_s": "Tageweise kostet sie {}.", "range": "{} bis {}"},
    "fr": {"title": "Tarifs GPU", "gpu": "GPU", "count": "Nombre de GPU", "memory": "Mémoire GPU", "price": "Prix", "vcpu": "vCPU", "ram": "RAM", "disk": "NVMe", "net": "Réseau", "on": "À la demande", "spot": "Spot", "r1": "Engagement 1 an", "r3": "Engagement 3 ans",
           "month": "Mensuel", "day": "Par jour", "hour": "Horaire", "term": "Offre", "contact": "Nous contacter", "sold": "Épuisé", "coming": "Bientôt disponible", "from": "à partir de {}", "in": "Tous les prix sont en {}.", "per": "Tous les prix s'entendent {}.", "tax0": "Prix hors taxes.", "tax1": "Prix TTC.",
           "intro": "Halvorsen Compute loue des processeurs graphiques pour l'entraînement et l'inférence. Sans engagement, résiliable à tout moment.", "one": "Un serveur avec {what} coûte {price}.", "each": "Le {what} coûte {price}.", "q": "Combien coûte {what} ?",
           "cut": "Nous avons baissé le prix du {what} de {old} à {price}.", "new": "Vous pouvez désormais louer {what} à {price}.", "gpu_price": "Prix par GPU", "node_price": "Prix par serveur", "ask": "Pour {what}, contactez notre équipe commerciale.",
           "soon": "{what} : bientôt disponible.", "out": "{what} est actuellement épuisé ({price}).", "cpu": "Instances CPU", "storage": "Stockage", "support": "Offres de support", "tokens": "API d'inférence (par million de tokens)", "rivals": "Comparatif", "spot_s": "En instance spot, il coûte {}.",
           "r1_s": "Avec un engagement d'un an, il coûte {}.", "r3_s": "Avec un engagement de trois ans, il coûte {}.", "month_s": "Au mois, il coûte {}.", "node_s": "Le serveur entier coûte {}.", "day_s": "À la journée, il coûte {}.", "range": "{} à {}"},
    "es": {"title": "Precios de GPU", "gpu": "GPU", "count": "N.º de GPU", "memory": "Memoria GPU", "price": "Precio", "vcpu": "vCPU", "ram": "RAM", "disk": "NVMe", "net": "Red", "on": "Bajo demanda", "spot": "Spot", "r1": "Reserva 1 año", "r3": "Reserva 3 años",
           "month": "Mensual", "day": "Por día", "hour": "Por hora", "term": "Modalidad", "contact": "Contáctenos", "sold": "Agotado", "coming": "Próximamente", "from": "desde {}", "in": "Todos los precios en {}.", "per": "Todos los precios son {}.", "tax0": "Precios sin IVA.", "tax1": "Precios con IVA incluido.",
           "intro": "Halvorsen Compute alquila procesadores gráficos para entrenamiento e inferencia. Sin permanencia, cancele cuando quiera.", "one": "Un servidor con {what} cuesta {price}.", "each": "La {what} cuesta {price}.", "q": "¿Cuánto cuesta {what}?",
           "cut": "Hemos bajado el precio de la {what} de {old} a {price}.", "new": "Ya puede alquilar {what} por {price}.", "gpu_price": "Precio por GPU", "node_price": "Precio por servidor", "ask": "Para {what}, contacte con nuestro equipo de ventas.",
           "soon": "{what}: próximamente.", "out": "{what} está agotada por ahora ({price}).", "cpu": "Instancias de CPU", "storage": "Almacenamiento", "support": "Planes de soporte", "tokens": "API de inferencia (por millón de tokens)", "rivals": "Comparativa", "spot_s": "Como instancia spot cuesta {}.",
           "r1_s": "Con compromiso de un año cuesta {}.", "r3_s": "Con compromiso de tres años cuesta {}.", "month_s": "Por meses cuesta {}.", "node_s": "El servidor completo cuesta {}.", "day_s": "Por días cuesta {}.", "range": "{} a {}"},
    "pt": {"title": "Preços de GPU", "gpu": "GPU", "count": "Qtd. de GPUs", "memory": "Memória da GPU", "price": "Preço", "vcpu": "vCPU", "ram": "RAM", "disk": "NVMe", "net": "Rede", "on": "Sob demanda", "spot": "Spot", "r1": "Reserva de 1 ano", "r3": "Reserva de 3 anos",
           "month": "Mensal", "day": "Por dia", "hour": "Por hora", "term": "Modalidade", "contact": "Fale conosco", "sold": "Esgotado", "coming": "Em breve", "from": "a partir de {}", "in": "Todos os preços em {}.", "per": "Todos os preços são {}.", "tax0": "Preços sem impostos.", "tax1": "Preços com impostos incluídos.",
           "intro": "A Halvorsen Compute aluga processadores gráficos para treinamento e inferência. Sem fidelidade, cancele quando quiser.", "one": "Um servidor com {what} custa {price}.", "each": "A {what} custa {price}.", "q": "Quanto custa {what}?",
           "cut": "Reduzimos o preço da {what} de {old} para {price}.", "new": "Agora você pode alugar {what} por {price}.", "gpu_price": "Preço por GPU", "node_price": "Preço por servidor", "ask": "Para {what}, fale com o nosso time de vendas.",
           "soon": "{what}: em breve.", "out": "{what} está esgotada no momento ({price}).", "cpu": "Instâncias de CPU", "storage": "Armazenamento", "support": "Planos de suporte", "tokens": "API de inferência (por milhão de tokens)", "rivals": "Comparativo", "spot_s": "Como instância spot, custa {}.",
           "r1_s": "Com compromisso de um ano, custa {}.", "r3_s": "Com compromisso de três anos, custa {}.", "month_s": "No plano mensal, custa {}.", "node_s": "O servidor inteiro custa {}.", "day_s": "Por diária, custa {}.", "range": "{} a {}"},
    "it": {"title": "Prezzi GPU", "gpu": "GPU", "count": "Numero di GPU", "memory": "Memoria GPU", "price": "Prezzo", "vcpu": "vCPU", "ram": "RAM", "disk": "NVMe", "net": "Rete", "on": "On demand", "spot": "Spot", "r1": "Impegno 1 anno", "r3": "Impegno 3 anni",
           "month": "Mensile", "day": "Al giorno", "hour": "Orario", "term": "Tariffa", "contact": "Contattaci", "sold": "Esaurito", "coming": "Prossimamente", "from": "da {}", "in": "Tutti i prezzi sono in {}.", "per": "Tutti i prezzi si intendono {}.", "tax0": "Prezzi IVA esclusa.", "tax1": "Prezzi IVA inclusa.",
           "intro": "Halvorsen Compute noleggia processori grafici per addestramento e inferenza. Nessun vincolo, disdici quando vuoi.", "one": "Un server con {what} costa {price}.", "each": "La {what} costa {price}.", "q": "Quanto costa {what}?",
           "cut": "Abbiamo ridotto il prezzo della {what} da {old} a {price}.", "new": "Ora potete noleggiare {what} a {price}.", "gpu_price": "Prezzo per GPU", "node_price": "Prezzo per server", "ask": "Per {what}, contattate il nostro reparto vendite.",
           "soon": "{what}: prossimamente.", "out": "{what} è al momento esaurita ({price}).", "cpu": "Istanze CPU", "storage": "Archiviazione", "support": "Piani di supporto", "tokens": "API di inferenza (per milione di token)", "rivals": "Confronto", "spot_s": "Come istanza spot costa {}.",
           "r1_s": "Con impegno di un anno costa {}.", "r3_s": "Con impegno di tre anni costa {}.", "month_s": "Con canone mensile costa {}.", "node_s": "L'intero server costa {}.", "day_s": "A giornata costa {}.", "range": "{} – {}"},
    "nl": {"title": "GPU-prijzen", "gpu": "GPU", "count": "Aantal GPU's", "memory": "GPU-geheugen", "price": "Prijs", "vcpu": "vCPU", "ram": "Geheugen", "disk": "NVMe", "net": "Netwerk", "on": "On-demand", "spot": "Spot", "r1": "1 jaar gereserveerd", "r3": "3 jaar gereserveerd",
           "month": "Maandelijks", "day": "Per dag", "hour": "Per uur", "term": "Type", "contact": "Neem contact op", "sold": "Uitverkocht", "coming": "Binnenkort beschikbaar", "from": "vanaf {}", "in": "Alle prijzen zijn in {}.", "per": "Alle prijzen zijn {}.", "tax0": "Prijzen zijn exclusief btw.", "tax1": "Prijzen zijn inclusief btw.",
           "intro": "Halvorsen Compute verhuurt grafische processoren voor training en inferentie. Geen contract, altijd opzegbaar.", "one": "Een server met {what} kost {price}.", "each": "De {what} kost {price}.", "q": "Wat kost {what}?",
           "cut": "We hebben de prijs van de {what} verlaagd van {old} naar {price}.", "new": "U kunt nu {what} huren voor {price}.", "gpu_price": "Prijs per GPU", "node_price": "Prijs per server", "ask": "Neem voor {what} contact op met onze verkoopafdeling.",
           "soon": "{what} volgt binnenkort.", "out": "{what} is momenteel uitverkocht ({price}).", "cpu": "CPU-servers", "storage": "Opslag", "support": "Ondersteuning", "tokens": "Inference-API (per 1 mln tokens)", "rivals": "Vergelijking", "spot_s": "Als spot-instance kost hij {}.",
           "r1_s": "Met een contract van één jaar kost hij {}.", "r3_s": "Met een contract van drie jaar kost hij {}.", "month_s": "Per maand kost hij {}.", "node_s": "De hele server kost {}.", "day_s": "Per dag kost hij {}.", "range": "{} – {}"},
    "ja": {"title": "GPU料金", "gpu": "GPU", "count": "GPU数", "memory": "GPUメモリ", "price": "料金", "vcpu": "vCPU", "ram": "メモリ", "disk": "NVMe", "net": "ネットワーク", "on": "オンデマンド", "spot": "スポット", "r1": "1年契約", "r3": "3年契約",
           "month": "月額", "day": "日額", "hour": "時間料金", "term": "プラン", "contact": "お問い合わせ", "sold": "売り切れ", "coming": "近日提供開始", "from": "{}〜", "in": "料金の単位は{}です。", "per": "表示価格は{}の料金です。", "tax0": "価格はすべて税抜です。", "tax1": "価格はすべて税込です。",
           "intro": "ハルボルセン・コンピュートは、学習と推論のためのGPUを貸し出しています。いつでも解約できます。", "one": "{what}を搭載したサーバーの料金は{price}です。", "each": "{what}の料金は{price}です。", "q": "{what}の料金はいくらですか？",
           "cut": "{what}の料金を{old}から{price}に値下げしました。", "new": "{what}を{price}でご利用いただけるようになりました。", "gpu_price": "GPU単価", "node_price": "ノード単価", "ask": "{what}については営業までお問い合わせください。",
           "soon": "{what}は近日提供開始予定です。", "out": "{what}は現在売り切れです({price})。", "cpu": "CPUインスタンス", "storage": "ストレージ", "support": "サポートプラン", "tokens": "推論API(100万トークンあたり)", "rivals": "他社比較", "spot_s": "スポットの料金は{}です。",
           "r1_s": "1年契約の料金は{}です。", "r3_s": "3年契約の料金は{}です。", "month_s": "月額プランの料金は{}です。", "node_s": "ノード全体の料金は{}です。", "day_s": "日額プランの料金は{}です。", "range": "{}〜{}"},
    "ko": {"title": "GPU 요금", "gpu": "GPU", "count": "GPU 수", "memory": "GPU 메모리", "price": "요금", "vcpu": "vCPU", "ram": "메모리", "disk": "NVMe", "net": "네트워크", "on": "온디맨드", "spot": "스팟", "r1": "1년 약정", "r3": "3년 약정",
           "month": "월 요금", "day": "일 요금", "hour": "시간당 요금", "term": "요금제", "contact": "문의", "sold": "품절", "coming": "출시 예정", "from": "{}부터", "in": "요금 단위는 {}입니다.", "per": "표시 요금은 {} 기준입니다.", "tax0": "VAT 별도", "tax1": "VAT 포함",
           "intro": "할보르센 컴퓨트는 학습과 추론을 위한 GPU를 빌려 드립니다. 언제든지 해지할 수 있습니다.", "one": "{what} 서버의 요금은 {price}입니다.", "each": "{what}의 요금은 {price}입니다.", "q": "{what} 요금은 얼마인가요?",
           "cut": "{what} 요금을 {old}에서 {price}으로 인하했습니다.", "new": "이제 {what}을 {price}에 이용하실 수 있습니다.", "gpu_price": "GPU당 요금", "node_price": "노드당 요금", "ask": "{what}은 영업팀에 문의해 주세요.",
           "soon": "{what}은 출시 예정입니다.", "out": "{what}은 현재 품절입니다({price}).", "cpu": "CPU 인스턴스", "storage": "스토리지", "support": "지원 플랜", "tokens": "추론 API (100만 토큰당)", "rivals": "타사 비교", "spot_s": "스팟 요금은 {}입니다.",
           "r1_s": "1년 약정 요금은 {}입니다.", "r3_s": "3년 약정 요금은 {}입니다.", "month_s": "월 정액 요금은 {}입니다.", "node_s": "노드 전체 요금은 {}입니다.", "day_s": "일 요금은 {}입니다.", "range": "{} ~ {}"},
    "zh": {"title": "GPU 价格", "gpu": "GPU", "count": "GPU 数量", "memory": "显存", "price": "价格", "vcpu": "vCPU", "ram": "内存", "disk": "NVMe", "net": "带宽", "on": "按量计费", "spot": "竞价实例", "r1": "包年一年", "r3": "包年三年",
           "month": "包月", "day": "包天", "hour": "按小时", "term": "计费方式", "contact": "请咨询", "sold": "已售罄", "coming": "即将上线", "from": "{}起", "in": "所有价格单位为{}。", "per": "所有价格均为{}的价格。", "tax0": "价格不含税。", "tax1": "价格含税。",
           "intro": "哈尔沃森算力为训练和推理出租显卡，随用随付，随时退订。", "one": "配备 {what} 的服务器价格为 {price}。", "each": "{what} 的价格为 {price}。", "q": "{what} 多少钱？",
           "cut": "{what} 的价格由 {old} 下调至 {price}。", "new": "现在可以以 {price} 租用 {what}。", "gpu_price": "单卡价格", "node_price": "整机价格", "ask": "{what} 请联系销售。",
           "soon": "{what} 即将上线。", "out": "{what} 目前已售罄（{price}）。", "cpu": "CPU 实例", "storage": "存储", "support": "支持计划", "tokens": "推理 API（每百万 tokens）", "rivals": "竞品对比", "spot_s": "竞价实例价格为 {}。",
           "r1_s": "包年一年价格为 {}。", "r3_s": "包年三年价格为 {}。", "month_s": "包月价格为 {}。", "node_s": "整机价格为 {}。", "day_s": "包天价格为 {}。", "range": "{} - {}"},
    "ru": {"title": "Цены на GPU", "gpu": "GPU", "count": "Количество GPU", "memory": "Видеопамять", "price": "Цена", "vcpu": "vCPU", "ram": "RAM", "disk": "NVMe", "net": "Сеть", "on": "По требованию", "spot": "Прерываемая", "r1": "Резерв на 1 год", "r3": "Резерв на 3 года",
           "month": "В месяц", "day": "В сутки", "hour": "В час", "term": "Тариф", "contact": "По запросу", "sold": "Нет в наличии", "coming": "Скоро", "from": "от {}", "in": "Все цены указаны в {}.", "per": "Все цены указаны {}.", "tax0": "Цены без НДС.", "tax1": "Цены с НДС.",
           "intro": "Компания Halvorsen Compute сдаёт в аренду видеокарты для обучения и инференса. Без обязательств, отказ в любой момент.", "one": "Сервер с {what} стоит {price}.", "each": "{what} стоит {price}.", "q": "Сколько стоит {what}?",
           "cut": "Мы снизили цену на {what} с {old} до {price}.", "new": "Теперь {what} можно арендовать за {price}.", "gpu_price": "Цена за GPU", "node_price": "Цена за сервер", "ask": "По поводу {what} обратитесь в отдел продаж.",
           "soon": "{what}: скоро.", "out": "{what} сейчас нет в наличии ({price}).", "cpu": "CPU-серверы", "storage": "Хранилище", "support": "Поддержка", "tokens": "API инференса (за 1 млн токенов)", "rivals": "Сравнение", "spot_s": "Прерываемая машина стоит {}.",
           "r1_s": "При обязательстве на год стоит {}.", "r3_s": "При обязательстве на три года стоит {}.", "month_s": "Помесячно стоит {}.", "node_s": "Сервер целиком стоит {}.", "day_s": "Посуточно стоит {}.", "range": "{} – {}"},
}


@dataclass(frozen=True)
class Wanted:
    """One offer that the page makes. `count` None: not stated (null or one will do). `optional`: a careful reader may take it or not."""

    gpu: str
    count: int | None
    price: float | None
    currency: str | None
    unit: str | None
    scope: str | None
    optional: bool = False


@dataclass(frozen=True)
class Page:
    suffix: str
    text: str
    language: str | None
    features: dict[str, str]
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True)
class Price:
    term: str          # on, spot, r1, r3, month, day, node
    amount: float
    unit: str
    scope: str
    old: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Machine:
    gpu: str
    count: int | None
    prices: tuple[Price, ...]
    state: str = ""            # contact, sold_out, coming
    start: bool = False        # "from"
    specs: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass
class Writer:
    """The choices of one page, and how it writes money, chips and counts."""

    f: dict[str, str]
    rng: random.Random
    machines: list[Machine] = field(default_factory=list)

    def w(self, key: str) -> str:
        return WORDS[self.f["language"]][key]

    def figure(self, amount: float, plain: bool = False) -> str:
        text = f"{amount:.10f}".rstrip("0").rstrip(".") if amount < 0.01 else f"{amount:.2f}" if amount != int(amount) else str(int(amount))
        if plain:
            return text
        whole, _, rest = text.partition(".")
        comma = self.f["language"] in COMMA
        if len(whole) > 3:
            mark = {"de": ".", "es": ".", "pt": ".", "it": ".", "nl": ".", "fr": " ", "ru": " "}.get(self.f["language"], ",")
            whole = f"{int(whole):,}".replace(",", mark)
        return whole + (("," if comma else ".") + rest if rest else "")

    def money(self, amount: float, bare: bool = False) -> str:
        figure, code = self.figure(amount), self.f["currency"]
        if bare:
            return figure
        style = self.f["money"]
        if style == "sign_after":
            return figure + AFTER[code] if code in AFTER and self.f["language"] in OF_LANGUAGE else f"{figure} {SIGN[code]}"
        if style == "sign_before":
            return f"{SIGN[code]} {figure}" if code == "CHF" else SIGN[code] + figure
        return f"{figure} {code}" if style == "code_after" else f"{code} {figure}"

    def unit(self, price: Price, words: bool) -> str:
        return UNITS[self.f["language"]][price.unit][2 * words + (price.scope == "gpu")]

    def cost(self, price: Price, machine: Machine, *, head: bool = False) -> str:
        """The price as it stands in its place; `head`: a header (or a sentence above) says what `f` puts there."""
        bare = head and self.f["money_where"] != "each"
        figure = self.money(price.amount, bare)
        if price.high:
            figure = self.w("range").format(figure, self.money(price.high, bare))
        if machine.start:
            figure = self.w("from").format(figure)
        if not head or self.f["unit_where"] in ("short", "words"):
            words = self.f["unit_where"] != "short"
            figure += (" " if words else "") + self.unit(price, words)
        return figure

    def chip(self, machine: Machine) -> str:
        shown, vendor, memory, form = CHIPS[machine.gpu]
        style = self.f["chip"]
        return {"bare": shown, "vendor": f"{vendor} {shown}", "memory": f"{shown} {memory}GB", "full": f"{vendor} {shown} {form} {memory}GB".replace("  ", " "), "brackets": f"{vendor} {shown} ({memory} GB)",
                "dashed": f"{shown.replace(' ', '-')}-{memory}GB"}[style]

    def what(self, machine: Machine, own: bool = False) -> str:
        """The chip with its count; `own`: the count has its own place."""
        chip, n, style = self.chip(machine), machine.count, self.f["count"]
        if n is None or own:
            return chip
        return {"8x H100": f"{n}x {chip}", "8 × H100": f"{n} × {chip}", "H100 x8": f"{chip} x{n}", "8 H100 GPUs": f"{n} {chip} GPUs" if n > 1 else f"1 {chip} GPU", "H100 (8 GPUs)": f"{chip} ({n} GPUs)" if n > 1 else f"{chip} (1 GPU)",
                "H100 * 8": f"{chip} * {n}"}.get(style, f"{n}x {chip}")

    def head(self, price: Price, plain: bool = False) -> str:
        """The header over the prices of a term."""
        several = self.f["terms"] != "one"
        text = self.w({"on": "on", "node": "node_price"}.get(price.term, price.term)) if several and not plain else self.w("price")
        if self.f["terms"] == "node":
            text = self.w("node_price" if price.term == "node" else "gpu_price")
        marks = []
        if self.f["money_where"] == "head":
            marks.append(self.f["currency"] if self.f["money"].startswith("code") else SIGN[self.f["currency"]])
        if self.f["unit_where"] == "head":
            unit = self.unit(price, False)
            marks = [marks[0] + unit] if marks else [self.unit(price, True).strip("()")]
        return text + (f" ({' '.join(marks)})" if marks else "")

    def notes(self) -> list[str]:
        """Sentences above the offers: money, unit, tax."""
        out = []
        first = next((p for m in self.machines for p in m.prices), None)
        if self.f["money_where"] == "above":
            out.append(self.w("in").format(self.f["currency"]))
        if self.f["unit_where"] == "above" and first:
            out.append(self.w("per").format(self.unit(first, True).strip("()")))
        if self.f["tax"] != "none":
            out.append(self.w("tax0" if self.f["tax"] == "excluded" else "tax1"))
        return out

    def state(self, machine: Machine) -> str:
        return self.w({"contact": "contact", "coming": "coming", "sold_out": "sold"}[machine.state]) if machine.state else ""

    def b(self, text: str, html: bool = False) -> str:
        style = self.f["emphasis"]
        if html:
            return {"plain": text, "bold": f"<strong>{text}</strong>", "code": f"<span class=\"n\">{text}</span>"}[style]
        return {"plain": text, "bold": f"**{text}**", "code": f"`{text}`"}[style]


# ---- the list of offers and the choices

def choose(rng: random.Random, closed: bool) -> dict[str, str]:
    f = {}
    for name, values in FEATURES.items():
        pool = values[:-1] if name in CLOSED else values
        f[name] = rng.choice(pool)
        if closed and name in CLOSED and rng.random() < (0.12 if name == "kind" else 0.25):
            f[name] = values[-1]
    if rng.random() < 0.35 and not (closed and f["language"] == FEATURES["language"][-1]):
        f["language"] = "en"
    if f["unit"] != "hour" and rng.random() < 0.5:
        f["unit"] = "hour"
    if rng.random() < 0.4 and not (closed and f["currency"] == FEATURES["currency"][-1]):
        f["currency"] = OF_LANGUAGE.get(f["language"], "EUR" if f["language"] not in ("en", "pt") else "USD")
    for name in ("cpu", "storage", "tokens", "rivals", "support"):
        if rng.random() < 0.5:
            f[name] = "no"
    if f["money"] == "sign_after" and f["currency"] in ("USD", "GBP", "INR", "BRL", "CHF"):
        f["money"] = "sign_before"
    if f["currency"] in ("CNY", "JPY") and f["money"].startswith("sign") and OF_LANGUAGE.get(f["language"]) != f["currency"]:
        f["money"] = "code_after"                                   # ¥ alone would be either
    kind = f["kind"]
    if kind not in ("md_table",) + DATA:
        f["terms_where"] = "columns"
    if kind in ("html_prose", "faq", "news", "mail", "mdx", "html_list", "md_list", "md_headings"):
        f["money_where"] = "each" if f["money_where"] == "head" or kind in ("html_prose", "faq", "news") else f["money_where"]
        f["unit_where"] = "words" if f["unit_where"] == "head" or kind in ("html_prose", "faq", "news") and f["unit_where"] == "above" else f["unit_where"]
    if kind in ("html_prose", "faq", "news"):
        f["count"] = "8x H100" if f["count"] == "own" else f["count"]
    if f["unit"] != "hour" and f["terms"] in ("month", "day"):
        f["terms"] = "one"
    if f["terms"] in ("month", "day") and f["unit_where"] == "above":
        f["unit_where"] = "short"
    if f["terms"] in ("month", "day") and f["unit_where"] == "head" and f["terms_where"] != "columns":
        f["unit_where"] = "short"
    if f["terms"] == "node":
        f["terms_where"] = "columns"
        if f["unit_where"] == "above":
            f["unit_where"] = "short"
    if f["unit"] == "second" and f["terms"] == "reserved":
        f["terms"] = "one"
    if f["special"] == "range" and kind in DATA + ("json_ld",):
        f["special"] = "none"
    if f["special"] in ("old", "free_months") and (kind in DATA + ("json_ld",) or f["terms"] != "one"):
        f["special"] = "none"
    if f["terms"] == "one":
        f["terms_where"] = "columns"
    if kind in DATA and f["terms"] == "node" or kind == "json_ld":
        f["terms"] = "one"
    if kind in DATA + ("json_ld",):
        for name in ("tokens", "rivals", "support"):
            f[name] = "no"
        f["language"] = "en" if kind != "csv" else f["language"]
        if f["currency"] in ("CNY", "JPY") and f["price_form"] == "signed":
            f["price_form"] = "text"
        if f["count_key"] == "count" and not f["name_key"].startswith(("gpu", "accelerator", "card")):
            f["count_key"] = "gpu_count"                            # of a thing with a name, a count may be how many are left
    return f


def offers(f: dict[str, str], rng: random.Random) -> list[Machine]:
    names = rng.sample(sorted(CHIPS), rng.randint(3, 6))
    out, seen = [], set()
    for at, gpu in enumerate(names):
        sizes = [None] if f["scope"] == "gpu" and rng.random() < 0.7 and f["terms"] != "node" else rng.sample((1, 2, 4, 8), 1 if rng.random() < 0.7 else 2)
        for n in sorted(sizes, key=lambda v: v or 0):
            def amount(share: float, unit: str, scope: str, gpu: str = gpu, n: int | None = n) -> float:
                base = HOURLY[gpu] * share * LENGTH[unit] * WORTH[f["currency"]] * (n or 1 if scope != "gpu" else 1) * rng.uniform(0.8, 1.2)
                digits = 6 if base < 0.01 else 2 if base < 90 else 0
                value = round(base, digits) or 10 ** -digits
                while value in seen or float(f"{value:.6g}") in seen:
                    value = round(value + 10 ** -digits, digits)
                seen.add(value)
                return value
            unit, scope = f["unit"], f["scope"]
            prices = [Price("on", amount(1, unit, scope), unit, scope)]
            if f["terms"] == "spot":
                prices.append(Price("spot", amount(0.45, unit, scope), unit, scope))
            elif f["terms"] == "reserved":
                prices += [Price("r1", amount(0.75, unit, scope), unit, scope), Price("r3", amount(0.55, unit, scope), unit, scope)]
            elif f["terms"] == "month":
                prices.append(Price("month", amount(0.8, "month", scope), "month", scope))
            elif f["terms"] == "day":
                prices.append(Price("day", amount(0.9, "day", scope), "day", scope))
            elif f["terms"] == "node":
                prices = [Price("on", amount(1, unit, "gpu"), unit, "gpu"), Price("node", amount(1, unit, "instance"), unit, "instance")]
            last = at == len(names) - 1
            state = f["special"] if last and f["special"] in ("contact", "sold_out", "coming") else ""
            if f["special"] == "range" and at == 0 and n == sorted(sizes, key=lambda v: v or 0)[0]:
                prices[0] = Price("on", prices[0].amount, unit, prices[0].scope, None, round(prices[0].amount * 1.4, 6 if prices[0].amount < 0.01 else 2 if prices[0].amount < 90 else 0))
            if f["special"] == "old" and at == 0:
                prices[0] = Price("on", prices[0].amount, unit, prices[0].scope, round(prices[0].amount * 1.3, 6 if prices[0].amount < 0.01 else 2 if prices[0].amount < 90 else 0))
            k = n or 1
            out.append(Machine(gpu, n, () if state in ("contact", "coming") else tuple(prices), state, f["special"] == "from", (k * 12, k * 96, k * 480, 25)))
    return out


def wanted(machines: list[Machine], f: dict[str, str], stated_scope: bool = True) -> tuple[Wanted, ...]:
    out = []
    for m in machines:
        if not m.prices:
            out.append(Wanted(m.gpu, m.count, None, None, None, None, m.state == "coming"))
        out += [Wanted(m.gpu, m.count, p.amount, f["currency"], p.unit, p.scope if stated_scope else None) for p in m.prices]
    return tuple(out)


# ---- what stands around the offers

def table_md(rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(r) + " |" for r in [rows[0], ["---"] * len(rows[0]), *rows[1:]])


def around(s: Writer, html: bool) -> tuple[list[str], list[str]]:
    """(before, after): sections that are no offers of GPUs."""
    f, unit = s.f, UNITS[s.f["language"]]
    hour, month = unit["hour"][0], unit["month"][0]
    sections: list[tuple[bool, str, list[str]]] = []
    v = WORTH[f["currency"]]
    if f["cpu"] != "no":
        sections.append((f["cpu"] == "before", s.w("cpu"), [f"c{n}.large — {n} vCPU, {n * 4} GB RAM: {s.money(round(0.02 * n * v, 2))}{hour}" for n in (2, 4, 16)]))
    if f["storage"] == "yes":
        sections.append((False, s.w("storage"), [f"NVMe SSD: {s.money(round(0.08 * v, 2))}/GB{month}", f"S3: {s.money(round(0.02 * v, 3))}/GB{month}"]))
    if f["tokens"] == "yes":
        sections.append((False, s.w("tokens"), [f"Llama 3.1 70B: {s.money(round(0.6 * v, 2))}", f"Qwen3 235B: {s.money(round(0.9 * v, 2))}"]))
    if f["support"] == "yes":
        sections.append((False, s.w("support"), [f"Silver: {s.money(round(99 * v))}{month}", f"Gold: {s.money(round(499 * v))}{month}"]))
    if f["rivals"] == "yes" and f["language"] == "en":
        gpu = s.machines[0].gpu
        sections.append((False, s.w("rivals"), [f"Rookery Cloud (competitor): {CHIPS[gpu][0]} at {s.money(round(9.13 * v, 2))}{hour}"]))
    before, after = [], []
    for early, title, lines in sections:
        text = f"<h2>{title}</h2>\n<ul>" + "".join(f"<li>{x}</li>" for x in lines) + "</ul>" if html else f"## {title}\n\n" + "\n".join(f"- {x}" for x in lines)
        (before if early else after).append(text)
    return before, after


def specs(s: Writer, m: Machine) -> list[tuple[str, str]]:
    cpu, ram, disk, net = m.specs
    some = [(s.w("vcpu"), str(cpu)), (s.w("ram"), f"{ram} GB")]
    return {"none": [], "some": some, "many": [*some, (s.w("disk"), f"{disk} GB"), (s.w("net"), f"{net} Gbps")]}[s.f["specs"]]


# ---- Markdown

def columns(s: Writer, machines: list[Machine], pick: Callable[[Machine], list[Price]], plain: bool = False) -> str:
    own = s.f["count"] == "own" and any(m.count for m in machines)
    shown = next((pick(m) for m in machines if m.prices), [])
    head = [s.w("gpu")] + ([s.w("count")] if own else []) + [k for k, _ in specs(s, machines[0])] + [s.head(p, plain) for p in shown]
    rows = [head]
    for m in machines:
        cells = []
        for p in pick(m) if m.prices else []:
            text = s.cost(p, m, head=True)
            if p.old:
                text = f"~~{s.money(p.old, s.f['money_where'] != 'each')}~~ {text}"
            cells.append(text + (f" ({s.state(m)})" if m.state else ""))
        if not m.prices:
            cells = [s.state(m)] * len(shown)
        rows.append([s.b(s.what(m, own))] + ([str(m.count or "–")] if own else []) + [x for _, x in specs(s, m)] + cells)
    return table_md(rows)


def md_table(s: Writer) -> list[str]:
    where, terms = s.f["terms_where"], [p.term for p in next(m.prices for m in s.machines if m.prices)]
    if where == "sections":
        return [f"## {s.w(t)}\n\n" + columns(s, s.machines, lambda m, t=t: [p for p in m.prices if p.term == t], True) for t in terms]
    if where == "rows":
        own = s.f["count"] == "own" and any(m.count for m in s.machines)
        rows = [[s.w("gpu")] + ([s.w("count")] if own else []) + [s.w("term"), s.head(next(m.prices for m in s.machines if m.prices)[0], True)]]
        for m in s.machines:
            for p in m.prices:
                rows.append([s.b(s.what(m, own))] + ([str(m.count or "–")] if own else []) + [s.w(p.term), s.cost(p, m, head=True)])
            if not m.prices:
                rows.append([s.b(s.what(m, own))] + ([str(m.count or "–")] if own else []) + ["–", s.state(m)])
        return [table_md(rows)]
    return [columns(s, s.machines, lambda m: list(m.prices))]


def labelled(s: Writer, p: Price, m: Machine) -> str:
    """ "Spot: $1.10/hr", or the price alone where there is one."""
    text = s.cost(p, m, head=True)
    if s.f["terms"] == "one":
        return text
    name = s.w({"on": "gpu_price", "node": "node_price"}[p.term]) if s.f["terms"] == "node" else s.w(p.term)
    return f"{name}: {text}"


def md_list(s: Writer) -> list[str]:
    joint, out = s.rng.choice((": ", " — ", " - ")), []
    for m in s.machines:
        prices = ", ".join((f"~~{s.money(p.old, s.f['money_where'] != 'each')}~~ " if p.old else "") + labelled(s, p, m) for p in m.prices)
        tail = (f" ({s.state(m)})" if prices else s.state(m)) if m.state else ""
        extra = "".join(f", {k} {x}" for k, x in specs(s, m))
        count = f", {m.count} GPUs" if s.f["count"] == "own" and (m.count or 0) > 1 else f", {m.count} GPU" if s.f["count"] == "own" and m.count else ""
        out.append(f"- {s.b(s.what(m, s.f['count'] == 'own'))}{count}{extra}{joint}{prices}{tail}")
    return ["\n".join(out)]


def md_headings(s: Writer) -> list[str]:
    out = []
    for m in s.machines:
        own = s.f["count"] == "own" and m.count
        lines = [f"- {k}: {x}" for k, x in ([(s.w("count"), str(m.count))] if own else []) + specs(s, m)]
        for p in m.prices:
            name = labelled(s, p, m)
            lines.append("- " + (name if s.f["terms"] != "one" else f"{s.w('price')}: " + (f"~~{s.money(p.old, s.f['money_where'] != 'each')}~~ " if p.old else "") + name))
        if m.state:
            lines.append(f"- {s.state(m)}")
        out.append(f"### {s.what(m, bool(own))}\n\n" + "\n".join(lines))
    return out


def mdx(s: Writer) -> list[str]:
    style, out = s.rng.choice(("cards", "props", "accordion")), []
    for m in s.machines:
        own = s.f["count"] == "own" and m.count
        what = s.what(m, bool(own))
        prices = [(f"~~{s.money(p.old, s.f['money_where'] != 'each')}~~ " if p.old else "") + labelled(s, p, m) for p in m.prices] or [s.state(m)]
        extra = [f"{k}: {x}" for k, x in ([(s.w("count"), str(m.count))] if own else []) + specs(s, m)]
        if m.state and m.prices:
            extra.append(s.state(m))
        if style == "cards":
            out.append(f"  <Card title=\"{what}\" icon=\"microchip\">\n    " + "<br />\n    ".join([*extra, *prices]) + "\n  </Card>")
        elif style == "accordion":
            out.append(f"<Accordion title=\"{what}\">\n\n" + "\n".join(f"- {x}" for x in [*extra, *prices]) + "\n\n</Accordion>")
        else:
            out.append(f"### {what}\n\n" + "\n\n".join([*([" · ".join(extra)] if extra else []), *(f"**{x}**" for x in prices)]))
    return ["<CardGroup cols={2}>\n" + "\n".join(out) + "\n</CardGroup>"] if style == "cards" else out


# ---- HTML of text

def html_list(s: Writer) -> list[str]:
    style, out = s.rng.choice(("line", "spans", "nested")), []
    for m in s.machines:
        own = s.f["count"] == "own" and m.count
        what, prices = s.b(s.what(m, bool(own)), True), [(f"<s>{s.money(p.old, s.f['money_where'] != 'each')}</s> " if p.old else "") + labelled(s, p, m) for p in m.prices]
        extra = [f"{k}: {x}" for k, x in ([(s.w("count"), str(m.count))] if own else []) + specs(s, m)]
        tail = [s.state(m)] if m.state else []
        if style == "line":
            out.append(f"<li>{what}{''.join(', ' + x for x in extra)} – {', '.join([*prices, *tail])}</li>")
        elif style == "spans":
            out.append("<li>" + "".join(f"<span>{x}</span>" for x in [what, *extra, *prices, *tail]) + "</li>")
        else:
            out.append(f"<li>{what}<ul>" + "".join(f"<li>{x}</li>" for x in [*extra, *prices, *tail]) + "</ul></li>")
    return ["<ul>" + "\n".join(out) + "</ul>"]


def sentence(s: Writer, m: Machine, key: str = "") -> str:
    what = s.what(m)
    if not m.prices:
        return s.w("ask" if m.state == "contact" else "soon").format(what=what)
    first = m.prices[0]
    if m.state == "sold_out":
        text = s.w("out").format(what=what, price=s.cost(first, m))
    elif first.old:
        text = s.w("cut").format(what=what, price=s.cost(first, m), old=s.money(first.old))
    else:
        text = s.w(key or ("one" if m.count and first.scope == "instance" else "each")).format(what=what, price=s.cost(first, m))
    glue = "" if s.f["language"] in ("ja", "zh") else " "
    return glue.join([text, *(s.w(f"{p.term}_s").format(s.cost(p, m)) for p in m.prices[1:])])


def html_prose(s: Writer) -> list[str]:
    lines = [sentence(s, m) for m in s.machines]
    return [f"<p>{x}</p>" for x in lines] if s.rng.random() < 0.6 else ["<p>" + " ".join(lines) + "</p>"]


def faq(s: Writer) -> list[str]:
    style, out = s.rng.choice(("h3", "details", "strong")), []
    for m in s.machines:
        question, answer = s.w("q").format(what=s.what(m)), sentence(s, m)
        out.append({"h3": f"<h3>{question}</h3>\n<p>{answer}</p>", "details": f"<details><summary>{question}</summary><p>{answer}</p></details>", "strong": f"<p><strong>{question}</strong><br>{answer}</p>"}[style])
    return out


def news(s: Writer) -> list[str]:
    return [f"<p>{sentence(s, m, 'new')}</p>" for m in s.machines]


def mail(s: Writer) -> list[str]:
    """Plain text with columns of blanks or dots, as in a mail."""
    dots, out = s.rng.random() < 0.5, []
    for m in s.machines:
        own = s.f["count"] == "own" and m.count
        what = s.what(m, bool(own)) + (f", {m.count} GPUs" if own and m.count > 1 else ", 1 GPU" if own else "")
        tail = "  ".join([labelled(s, p, m) for p in m.prices] + ([s.state(m)] if m.state else []))
        out.append(what.ljust(36, ".") + " " + tail if dots else f"* {what}: {tail}")
    return ["\n".join(out)]


# ---- data

def key(s: Writer, words: str) -> str:
    """A name of a field in the developer's hand."""
    parts = words.split("_")
    return {"snake": words, "camel": parts[0] + "".join(p.capitalize() for p in parts[1:]), "kebab": "-".join(parts), "title": " ".join(p.upper() if p == "gpu" else p.capitalize() for p in parts)}[s.f["keys"]]


def price_field(s: Writer, p: Price, single: bool) -> tuple[str, object, dict[str, object]]:
    """(key, value, other fields) of one price of a record."""
    f = s.f
    term = {"on": "on_demand", "r1": "reserved_1_year", "r3": "reserved_3_year", "month": "monthly", "day": "daily", "spot": "spot"}[p.term]
    words = [f["price_key"]] if single or f["terms"] in ("month", "day") else [term, f["price_key"]]
    other: dict[str, object] = {}
    in_key = f["unit_where"] in ("short", "head") or f["terms"] in ("month", "day")
    if p.scope == "gpu":
        words.append("per_gpu")
    if in_key:
        words.append(p.unit if p.scope == "gpu" else f"per_{p.unit}")
    elif f["unit_where"] == "words":
        other[key(s, "unit")] = p.unit
    value: object = p.amount
    form = f["price_form"]
    if form == "cents" and (p.amount * 100 != int(p.amount * 100) or f["currency"] not in ("USD", "EUR")):
        form = "number"
    if form == "cents":
        words.append("cents")
        value = int(round(p.amount * 100))
    elif form == "text":
        value = s.figure(p.amount, True)
    elif form == "signed":
        value = SIGN[f["currency"]] + (" " if f["currency"] == "CHF" else "") + s.figure(p.amount, True) if f["currency"] != "CNY" else s.figure(p.amount, True) + " CNY"
    elif form == "object":
        value = {key(s, "value"): p.amount, key(s, "currency"): f["currency"]}
    if form in ("number", "text", "cents"):
        if f["money_where"] == "head":
            words.append(f["currency"].lower())
        elif f["money_where"] == "each":
            other[key(s, "currency")] = f["currency"]
    return key(s, "_".join(words)), value, other


def record(s: Writer, m: Machine, named: bool = True) -> list[dict[str, object]]:
    """The records of one machine: one, or one a term."""
    f, base = s.f, {}
    own = m.count is not None and (f["count"] == "own" or f["count"] in ("8 H100 GPUs", "H100 (8 GPUs)"))
    if named:
        base[key(s, f["name_key"])] = s.what(m, own or m.count is None)
    if own or (m.count and not named):
        base[key(s, f["count_key"])] = m.count
    if f["specs"] != "none":
        cpu, ram, disk, net = m.specs
        base |= {key(s, "vcpus"): cpu, key(s, "ram_gb"): ram} | ({key(s, "storage_gb"): disk, key(s, "network_gbps"): net, key(s, "gpu_memory_gb"): CHIPS[m.gpu][2]} if f["specs"] == "many" else {})
    if m.state:
        base[key(s, "availability")] = {"contact": "contact_sales", "coming": "coming_soon", "sold_out": "sold_out"}[m.state]
    if not m.prices:
        return [{**base, key(s, "price"): None}]
    if f["terms_where"] == "rows" and f["shape"] not in ("price_list", "price_map", "by_chip") and f["terms"] in ("spot", "reserved"):
        out = []
        for p in m.prices:
            name, value, other = price_field(s, p, True)
            out.append({**base, key(s, "billing_type"): {"on": "on-demand", "spot": "spot", "r1": "reserved-1y", "r3": "reserved-3y"}[p.term], name: value, **other})
        return out
    if f["shape"] == "price_list" and f["kind"] != "csv":
        entries = []
        for p in m.prices:
            name, value, other = price_field(s, p, True)
            entries.append({key(s, "type"): {"on": "on_demand", "spot": "spot", "r1": "reserved_1y", "r3": "reserved_3y", "month": "monthly", "day": "daily"}[p.term], name: value, **other})
        return [{**base, key(s, "prices"): entries}]
    if f["shape"] == "price_map" and f["kind"] != "csv":
        inner: dict[str, object] = {}
        for p in m.prices:
            name, value, other = price_field(s, p, f["terms"] == "one")
            inner |= {name: value, **other}
        return [{**base, key(s, "pricing"): inner}]
    flat: dict[str, object] = dict(base)
    for p in m.prices:
        name, value, other = price_field(s, p, f["terms"] == "one")
        flat |= {name: value, **other}
    return [flat]


def data(s: Writer) -> object:
    f = s.f
    meta: dict[str, object] = {}
    if f["money_where"] == "above" and f["price_form"] in ("number", "text", "cents"):
        meta[key(s, "currency")] = f["currency"]
    if f["unit_where"] == "above" and f["terms"] not in ("month", "day"):
        meta[key(s, s.rng.choice(("unit", "billing_period", "price_unit")))] = f["unit"]
    cpu = [{key(s, "name"): "c4.large", key(s, "vcpus"): 4, key(s, "ram_gb"): 16, key(s, "price_per_hour"): 0.08}] if f["cpu"] != "no" and f["specs"] != "none" else []
    if f["shape"] == "by_chip":
        one = {s.what(m, True): record(s, m, False)[0] for m in s.machines}
        return {**meta, "gpus": one}
    if f["shape"] == "families":
        families: dict[str, list[dict[str, object]]] = {}
        for m in s.machines:
            families.setdefault(s.chip(m), []).extend(record(s, m, False))
        return {**meta, "families": [{key(s, f["name_key"]): name, key(s, "plans"): plans} for name, plans in families.items()]}
    rows = [r for m in s.machines for r in record(s, m)] + cpu
    if f["shape"] == "rows":
        names = list(dict.fromkeys(k for r in rows for k in r))
        return {**meta, "columns": names, "rows": [[r.get(k) for k in names] for r in rows]}
    if f["shape"] == "wrapped":
        return {"status": "ok", "data": {**meta, "total": len(rows), "items": rows}}
    return {**meta, "plans": rows} if meta else rows


def literal(value: object, depth: int = 0) -> str:
    """As JavaScript writes it: bare keys, single quotes, a comma at the end."""
    pad = "  " * (depth + 1)
    if isinstance(value, dict):
        items = [f"{pad}{k if k.isidentifier() else repr(k)}: {literal(v, depth + 1)}," for k, v in value.items()]
        return "{\n" + "\n".join(items) + "\n" + "  " * depth + "}"
    if isinstance(value, list):
        return "[\n" + "\n".join(f"{pad}{literal(v, depth + 1)}," for v in value) + "\n" + "  " * depth + "]"
    return "null" if value is None else repr(value) if isinstance(value, str) else json.dumps(value)


def yaml_text(value: object, depth: int = 0) -> str:
    pad = "  " * depth
    if isinstance(value, dict):
        return "\n".join(f"{pad}{json.dumps(k) if ' ' in k else k}:" + ("\n" + yaml_text(v, depth + 1) if isinstance(v, dict | list) else " " + scalar(v)) for k, v in value.items())
    assert isinstance(value, list)
    out = []
    for v in value:
        body = yaml_text(v, depth + 1) if isinstance(v, dict | list) else "  " * (depth + 1) + scalar(v)
        out.append(pad + "- " + body[len(pad) + 2:])
    return "\n".join(out)


def scalar(v: object) -> str:
    return "null" if v is None else json.dumps(v, ensure_ascii=False) if isinstance(v, str) else str(v)


def csv_text(s: Writer) -> str:
    f = s.f
    sep = {"tab": "\t"}.get(f["sep"], f["sep"])
    own = f["count"] == "own" or any(m.count for m in s.machines)
    rows: list[list[str]] = []
    first = next(m.prices for m in s.machines if m.prices)
    spec = [k for k, _ in specs(s, s.machines[0])]
    apart = f["unit_where"] in ("words", "above") and f["terms"] not in ("month", "day")
    def head(p: Price) -> str:
        name = s.w("price") if f["terms"] == "one" else s.w(p.term)
        marks = ([] if f["money_where"] == "each" else [f["currency"]]) + ([] if apart else [UNITS[f["language"]][p.unit][2 + (p.scope == "gpu")].strip("()")])
        return name + (f" ({' '.join(marks)})" if marks else "")
    rows.append([s.w("gpu"), *([s.w("count")] if own else []), *spec, *(head(p) for p in first), *(["currency"] if f["money_where"] == "each" else []), *(["unit"] if apart else [])])
    for m in s.machines:
        cells = [s.figure(p.amount, True) if sep != ";" else s.figure(p.amount, True).replace(".", "," if f["language"] in COMMA else ".") for p in m.prices] or [s.state(m)] * len(first)
        unit = f["unit"] + (" per GPU" if f["scope"] == "gpu" else "")
        rows.append([s.chip(m), *([str(m.count or "")] if own else []), *(x for _, x in specs(s, m)), *cells, *([f["currency"]] if f["money_where"] == "each" else []), *([unit] if apart else [])])
    return "\n".join(sep.join(f'"{c}"' if sep in c else c for c in r) for r in rows) + "\n"


UNIT_CODE = {"hour": "HUR", "month": "MON", "second": "SEC", "minute": "MIN", "day": "DAY", "year": "ANN"}


def json_ld(s: Writer) -> object:
    graph = []
    style = s.rng.choice(("specification", "reference"))
    for m in s.machines:
        offer: dict[str, object] = {"@type": "Offer", "availability": "https://schema.org/" + ("SoldOut" if m.state == "sold_out" else "InStock")}
        for p in m.prices:
            unit: dict[str, object] = {"unitCode": UNIT_CODE[p.unit]} if style == "specification" else {"referenceQuantity": {"@type": "QuantitativeValue", "value": 1, "unitCode": UNIT_CODE[p.unit], "unitText": p.unit}}
            offer |= {"priceCurrency": s.f["currency"], "price": s.figure(p.amount, True), "priceSpecification": {"@type": "UnitPriceSpecification", "price": p.amount, "priceCurrency": s.f["currency"], **unit}}
        graph.append({"@type": "Product", "name": s.what(m), "brand": "Halvorsen Compute", "offers": offer})
    return {"@context": "https://schema.org", "@graph": graph}


# ---- pages

def page(seed: int, closed: bool = False) -> Page:
    rng = random.Random(seed)
    f = choose(rng, closed)
    s = Writer(f, rng)
    s.machines = offers(f, rng)
    kind, stated = f["kind"], True
    if kind == "json_ld" or (kind in DATA and f["shape"] in ("by_chip",)):
        s.machines = [m for at, m in enumerate(s.machines) if m.gpu not in {x.gpu for x in s.machines[:at]}]
    if kind == "json_ld":
        s.machines = [m for m in s.machines if m.prices]
        stated = False
    if kind in DATA:
        stated = f["scope"] == "gpu"
    want = wanted(s.machines, f, stated)
    code = f["language"] if f["declared"] == "yes" else None
    if kind == "json":
        return Page("json", json.dumps(data(s), indent=rng.choice((None, 2)), ensure_ascii=False), code, f, want)
    if kind == "yaml":
        return Page("yaml", yaml_text(data(s)) + "\n", code, f, want)
    if kind == "csv":
        return Page("csv", csv_text(s), code, f, want)
    title, notes = s.w("title"), s.notes()
    if kind in ("next", "state", "js_array", "json_ld"):
        body = data(s) if kind != "json_ld" else json_ld(s)
        packed = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        script = {"next": f'<script id="__NEXT_DATA__" type="application/json">{json.dumps({"props": {"pageProps": {"pricing": body}}, "page": "/pricing", "buildId": "k2"}, ensure_ascii=False)}</script>',
                  "state": rng.choice((f"<script>window.__STATE__={packed};</script>", f"<script>window.__INITIAL_STATE__ = JSON.parse({json.dumps(packed)});</script>")),
                  "js_array": f"<script>\nconst plans = {literal(body)};\nrender(plans);\n</script>",
                  "json_ld": f'<script type="application/ld+json">{packed}</script>'}[kind]
        intro = f"<p>{s.w('intro')}</p>" if f["intro"] == "yes" else ""
        return Page("html", f'<!doctype html><html lang="{f["language"]}"><head><title>{title}</title></head><body><h1>{title}</h1>{intro}<div id="root"></div>{script}</body></html>', code, f, want)
    html = kind in ("html_list", "html_prose", "faq", "news")
    parts = {"md_table": md_table, "md_list": md_list, "md_headings": md_headings, "mdx": mdx, "html_list": html_list, "html_prose": html_prose, "faq": faq, "news": news, "mail": mail}[kind](s)
    before, after = around(s, html)
    if kind == "mail":
        before, after = [], []
    texts = ([s.w("intro")] if f["intro"] == "yes" else []) + ([(" ").join(notes)] if notes else [])
    if html:
        body = "\n".join([f"<h1>{title}</h1>", *(f"<p>{t}</p>" for t in texts), *before, *(["<h2>GPU</h2>"] if before else []), *parts, *after])
        lang = f' lang="{f["language"]}"'
        return Page("html", f"<!doctype html><html{lang}><head><title>{title}</title></head><body><main>{body}</main></body></html>", code, f, want)
    body = "\n\n".join([f"# {title}" if kind != "mail" else title, *texts, *before, *(["## GPU"] if before else []), *parts, *after])
    return Page({"mdx": "mdx", "mail": "txt"}.get(kind, "md"), body + "\n", code, f, want)
