/**
 * persons: pages of an API, gzipped JSON, two extractions. Pages overlap and the later extraction repeats some persons
 * with changed values, so landing holds duplicates and only "latest extraction wins" gives the right rows.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { pad, randomSource } from "./randomSource.mjs";

const { pick, below, chance } = randomSource(20261104);

const FIRST = [
	"Anna",
	"Björn",
	"Chloé",
	"Dmitri",
	"Elif",
	"Fatima",
	"Gustav",
	"Hana",
	"Igor",
	"José",
	"Kenji",
	"Lena",
	"Māra",
	"Nadia",
	"Oğuz",
	"Petra",
	"Quentin",
	"Rosa",
	"Søren",
	"Tomáš",
	"Ursula",
	"Vera",
	"Wei",
	"Ximena",
	"Yusuf",
	"Zoë",
];
const LAST = [
	"Almeida",
	"Bauer",
	"Čapek",
	"D'Angelo",
	"Eriksson",
	"Fischer",
	"García",
	"Hoffmann",
	"Ito",
	"Jensen",
	"Kowalski",
	"Lefèvre",
	"Müller",
	"Novák",
	"O'Brien",
	"Popescu",
	"Rossi",
	"Schmidt",
	"Tanaka",
	"Ünal",
	"Virtanen",
	"Weber",
	"Zhang",
];
const COUNTRIES = [
	["Germany", "DE", 26, ["Berlin", "München", "Köln"]],
	["France", "FR", 14, ["Paris", "Lyon", "Lille"]],
	["Spain", "ES", 10, ["Madrid", "Sevilla", "Bilbao"]],
	["Italy", "IT", 10, ["Roma", "Milano", "Torino"]],
	["Poland", "PL", 8, ["Warszawa", "Kraków", "Gdańsk"]],
	["Japan", "JP", 8, ["Tokyo", "Osaka", "Sapporo"]],
	["Brazil", "BR", 8, ["Recife", "Manaus", "Santos"]],
	["United States", "US", 16, ["Austin", "Boston", "Denver"]],
];
const DOMAINS = [
	"gmail.com",
	"gmail.com",
	"gmail.com",
	"gmail.de",
	"gmail.fr",
	"yahoo.com",
	"gmx.de",
	"outlook.com",
	"hotmail.com",
	"web.de",
	"notgmail.com",
	"gmail-mirror.org",
];
const weighted = COUNTRIES.flatMap((c) => Array(c[2]).fill(c));

function birthday() {
	const year = 1932 + below(94);
	return `${year}-${pad(1 + below(12), 2)}-${pad(1 + below(28), 2)}`;
}

/** Spellings that staging has to fold: case and stray blanks around an address. */
const messy = (email) => (chance(0.06) ? ` ${email.toUpperCase()} ` : chance(0.05) ? email.replace("g", "G") : email);

function person(id) {
	const [country, code, , cities] = pick(weighted);
	const firstname = pick(FIRST);
	const lastname = pick(LAST);
	const ascii = (s) =>
		s
			.normalize("NFD")
			.replace(/[^A-Za-z]/g, "")
			.toLowerCase();
	const streetName = `${pick(["Linden", "Park", "Station", "Mill", "Church", "Harbour"])} ${pick(["Street", "Lane", "Road"])}`;
	const buildingNumber = String(1 + below(240));
	return {
		id,
		firstname,
		lastname,
		email: chance(0.015)
			? pick(["", "n/a", `${ascii(firstname)}.example`])
			: messy(`${ascii(firstname)}.${ascii(lastname)}${id}@${pick(DOMAINS)}`),
		phone: `+${10 + below(89)} ${below(900) + 100} ${pad(below(10000000), 7)}`,
		birthday: chance(0.012)
			? pick(["2031-05-17", "2027-01-01", "2044-12-31"])
			: chance(0.008)
				? pick(["", "1987-02-30", "unknown"])
				: birthday(),
		gender: pick(["female", "male", "other", "female", "male", null]),
		address: {
			id: 100000 + id,
			street: `${buildingNumber} ${streetName}`,
			streetName,
			buildingNumber,
			city: pick(cities),
			zipcode: pad(below(99999), 5),
			country: chance(0.04) ? country.toUpperCase() : country,
			country_code: code,
			coordinates: {
				latitude: Number((below(18000) / 100 - 90).toFixed(2)),
				longitude: Number((below(36000) / 100 - 180).toFixed(2)),
			},
		},
		website: `https://${ascii(lastname)}${id}.example`,
		image: `https://images.example/${id}.png`,
	};
}

/** The person as a later extraction sees it: moved, changed the address, or unchanged. */
function later(p) {
	if (chance(0.4)) return p;
	const changed = { ...p, address: { ...p.address } };
	if (chance(0.5))
		changed.email = messy(
			`${p.firstname
				.normalize("NFD")
				.replace(/[^A-Za-z]/g, "")
				.toLowerCase()}${p.id}@${pick(DOMAINS)}`,
		);
	if (chance(0.3)) {
		const [country, code, , cities] = pick(weighted);
		Object.assign(changed.address, { country, country_code: code, city: pick(cities) });
	}
	if (/^(2027|2031|2044)/.test(p.birthday) && chance(0.5)) changed.birthday = birthday();
	return changed;
}

function writePages(out, extraction, records, pageSize, overlap) {
	let page = 0;
	for (let from = 0; from < records.length; from += pageSize - overlap) {
		page++;
		const body = { status: "OK", code: 200, page, total: records.length, data: records.slice(from, from + pageSize) };
		const path = join(out, "persons", `${extraction}_page_${pad(page, 4)}.json.gz`);
		mkdirSync(dirname(path), { recursive: true });
		const bytes = gzipSync(JSON.stringify(body), { level: 9 });
		bytes[9] = 255; // "unknown" operating system, so that the bytes are the same on every one
		writeFileSync(path, bytes);
		if (from + pageSize >= records.length) break;
	}
	return page;
}

/** 30,000 persons at scale 1. Returns a line that says what was written. */
export function writePersons(out, scale) {
	rmSync(join(out, "persons"), { recursive: true, force: true });
	const count = Math.max(60, Math.round(30000 * scale));
	const first = Array.from({ length: count }, (_, i) => person(i + 1));
	const second = first.filter(() => chance(0.35)).map(later);
	for (let i = 0; i < Math.round(count * 0.05); i++) second.push(person(count + 1 + i));
	const pages = writePages(out, "20261101T060000", first, 100, 8) + writePages(out, "20261108T060000", second, 100, 8);
	return `persons: ${count} + ${second.length} records in ${pages} pages`;
}
