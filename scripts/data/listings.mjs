/**
 * listings: flats and houses scraped from sites in six countries, a JSON record a line, a file a scrape. Prices as each
 * country writes them, some abbreviated; areas in square metres or feet; cities, countries and types in several
 * languages; listings that are there again in a later scrape, some for less; and a few that no rule can save.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pad, randomSource } from "./randomSource.mjs";

const { pick, below, chance } = randomSource(20261123);

const COUNTRIES = [
	{ names: ["Germany", "Deutschland", "DE"], cities: [["München", "Munich"], ["Berlin"]], price: euro, comma: true },
	{ names: ["France", "FR"], cities: [["Paris", "PARIS"], ["Lyon"]], price: euro, comma: true },
	{ names: ["Switzerland", "Schweiz", "Suisse"], cities: [["Genève", "Geneva", "Genf"]], price: franc, comma: false },
	{ names: ["Spain", "España"], cities: [["Sevilla", "Seville"]], price: euro, comma: true },
	{ names: ["United States", "USA"], cities: [["Boston"], ["Austin"]], price: dollar, comma: false, feet: true },
	{ names: ["United Kingdom", "UK"], cities: [["London"]], price: pound, comma: false, feet: true },
];
const TYPES = {
	flat: ["Wohnung", "appartement", "flat", "Apartment", "piso"],
	house: ["Haus", "maison", "house", "House", "casa"],
};
const SCRAPES = ["2026-07-03", "2026-09-20", "2026-11-02"];

const grouped = (n, separator) => String(n).replace(/\B(?=(\d{3})+$)/g, separator);
const millions = (n, mark) => String(Math.round(n / 1e4) / 100).replace(".", mark);
const inThousands = (n) => `${Math.round(n / 1000)}`;

function euro(n) {
	const short = n >= 1e6 ? `${millions(n, ",")} Mio. €` : `€${inThousands(n)}k`;
	return pick([
		`${grouped(n, " ")} €`,
		`${grouped(n, "\u202f")} €`,
		`${grouped(n, ".")} €`,
		`${grouped(n, ".")},00 EUR`,
		`${n}`,
		short,
	]);
}
function franc(n) {
	const short = `Fr. ${grouped(n, "\u2019")}.-`;
	return pick([`CHF ${grouped(n, "'")}.–`, `CHF ${grouped(n, "\u2019")}`, `${grouped(n, "'")}.50 CHF`, short]);
}
function dollar(n) {
	return pick([`$${grouped(n, ",")}`, `USD ${n}`, n >= 1e6 ? `$${millions(n, ".")}M` : `$${inThousands(n)}K`]);
}
function pound(n) {
	return pick([`£${grouped(n, ",")}`, `£${inThousands(n)}k`, `GBP ${grouped(n, ",")}.00`]);
}

function area(squareMetres, { comma, feet }) {
	if (feet) {
		const n = Math.round(squareMetres / 0.09290304);
		return pick([`${n} sqft`, `${grouped(n, ",")} sq ft`, n, `${n} ft²`]);
	}
	const half = `${squareMetres}${comma ? "," : "."}5`;
	return pick([`${squareMetres} m²`, `${squareMetres}m2`, `${half} m²`, `${squareMetres} qm`, squareMetres]);
}

function listing(i) {
	const country = pick(COUNTRIES);
	const metres = 25 + below(160);
	return {
		id: `L${pad(i + 1, 6)}`,
		country,
		city: pick(country.cities),
		type: pick(["flat", "flat", "house"]),
		metres,
		price: metres * (2500 + below(9000)),
	};
}

function record(made, scrape, site) {
	const { country } = made;
	const type = pick(TYPES[made.type]);
	return {
		id: made.id,
		raw_price: country.price(made.price),
		living_area: area(made.metres, country),
		city: chance(0.05) ? ` ${pick(made.city)} ` : pick(made.city),
		country: pick(country.names),
		property_type: type,
		scraped_at: `${scrape}T${pad(below(24), 2)}:${pad(below(60), 2)}:00Z`,
		url: `https://${site}.example/${made.id}`,
	};
}

/** No rule saves these. */
function hopeless(scrape, sample) {
	const base = { city: "Berlin", country: "DE", property_type: "Wohnung", scraped_at: `${scrape}T08:00:00Z` };
	const bad = (n, fields) => ({
		id: `X${sample}${pad(n, 3)}`,
		raw_price: "300.000 €",
		living_area: "60 m²",
		...base,
		url: `https://homes.example/X${sample}${pad(n, 3)}`,
		...fields,
	});
	return [
		bad(1, { raw_price: "price on request" }),
		bad(2, { raw_price: "Preis auf Anfrage" }),
		bad(3, { raw_price: "ab 250.000 €" }),
		bad(4, { raw_price: "" }),
		bad(5, { living_area: "approx. 60" }),
		bad(6, { living_area: "6 m²" }),
		bad(7, { living_area: "1.200 m²" }),
		bad(8, { raw_price: "530,000 €" }),
		bad(9, { raw_price: "1.250.000 $", living_area: "900", country: "USA", city: "Boston" }),
		bad(10, { country: "Atlantis" }),
		bad(11, { property_type: "parking" }),
		bad(12, { city: "" }),
		bad(13, { scraped_at: "yesterday" }),
		bad(14, { id: "" }),
		bad(15, { raw_price: "9.900.000 €" }),
	];
}

/** 6,000 listings at scale 1, most of them in several scrapes. Returns a line that says what was written. */
export function writeListings(out, scale) {
	const folder = join(out, "listings");
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	let known = Array.from({ length: Math.max(60, Math.round(6000 * scale)) }, (_, i) => listing(i));
	let count = known.length;
	let rows = 0;
	for (const [index, scrape] of SCRAPES.entries()) {
		const records = known.map((made) => record(made, scrape, pick(["homes", "immo", "logement"])));
		// A site is read twice now and then.
		const again = records.filter(() => chance(0.03));
		const lines = [...records, ...again, ...hopeless(scrape, index)].map((one) => JSON.stringify(one));
		if (index === 0) lines.push('{"id": "L999999", "raw_price": "300 000 €", "living_ar');
		writeFileSync(join(folder, `${scrape}.jsonl`), `${lines.join("\n")}\n`);
		rows += lines.length;
		const stays = known.filter(() => chance(0.7));
		const cheaper = stays.map((made) => (chance(0.3) ? { ...made, price: Math.round(made.price * 0.95) } : made));
		const added = Array.from({ length: Math.round(known.length * 0.2) }, () => listing(count++));
		known = [...cheaper, ...added];
	}
	return `listings: ${rows} records in ${SCRAPES.length} scrapes`;
}
