/**
 * What the listings say, computed in plain JavaScript from the raw scrapes, by no SQL and none of tfm's code: the judge
 * of what the warehouse reports. Numbers are whole (hundredths), so that no rounding hides a difference.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { csvRows } from "./rawFiles.ts";

const FIELDS = ["id", "raw_price", "living_area", "city", "country", "property_type", "scraped_at", "url"] as const;
type Fields = Readonly<Record<(typeof FIELDS)[number], string>>;

interface Offer {
	readonly id: string;
	readonly day: string;
	readonly group: string;
	/** Hundredths of the currency. */
	readonly perSquareMetre: bigint;
}

export interface ListingAnswers {
	readonly arrived: number;
	/** One row per listing and day. */
	readonly staged: number;
	readonly prices: readonly Readonly<Record<string, unknown>>[];
	readonly rejects: readonly {
		reason: string;
		rejects: number;
		examples: readonly Readonly<Record<string, unknown>>[];
	}[];
}

/** `root` is a project: its data/listings, its words and its corrections are read. */
export function listingAnswers(root: string): ListingAnswers {
	const seed = (name: string) => csvRows(readFileSync(join(root, "seeds", `${name}.csv`), "utf8")).slice(1);
	const corrections = new Map(seed("listings_corrections").map((row) => [row[0]!, row.slice(1, 9)]));
	const countries = new Map(seed("listing_countries").map((row) => [row[0]!, row.slice(1)]));
	const words = new Map(seed("listing_words").map(([kind, word, means]) => [`${kind} ${word}`, means!]));
	const offers = new Map<string, Offer>();
	const rejects = new Map<string, { rejects: number; examples: Readonly<Record<string, unknown>>[] }>();
	let arrived = 0;
	for (const file of readdirSync(join(root, "data/listings")).sort())
		for (const line of readFileSync(join(root, "data/listings", file), "utf8")
			.trimEnd()
			.split("\n")) {
			arrived++;
			const came = fieldsOf(line);
			const record_key = md5(came === undefined ? line : FIELDS.map((name) => came[name]).join("|"));
			const corrected = corrections.get(record_key);
			const fields = corrected === undefined ? came : named(corrected);
			const read =
				fields === undefined
					? ["could not be read", "not JSON"]
					: offerOf(named(FIELDS.map((name) => plain(fields[name]))), countries, words);
			if ("id" in read) offers.set(`${read.id} ${read.day}`, read);
			else {
				const [reason, value] = read as readonly [string, string?];
				const seen = rejects.get(reason) ?? { rejects: 0, examples: [] };
				const example = {
					record_key,
					reason: value === undefined ? reason : `${reason}: ${value}`,
					url: came?.url ?? null,
				};
				rejects.set(reason, { rejects: seen.rejects + 1, examples: [...seen.examples, example].slice(0, 3) });
			}
		}
	return {
		arrived,
		staged: offers.size,
		prices: medians([...offers.values()]),
		rejects: [...rejects].map(([reason, seen]) => ({ reason, ...seen })),
	};
}

const named = (values: readonly string[]): Fields =>
	Object.fromEntries(FIELDS.map((name, i) => [name, values[i]!])) as Fields;

function fieldsOf(line: string): Fields | undefined {
	try {
		const record = JSON.parse(line) as Record<string, string | number>;
		return named(FIELDS.map((name) => String(record[name] ?? "")));
	} catch {
		return undefined; // a line that lost its end
	}
}

/** What is offered, or the reason why not and the value that it names. */
function offerOf(
	fields: Fields,
	countries: ReadonlyMap<string, readonly string[]>,
	words: ReadonlyMap<string, string>,
): Offer | readonly [string, string?] {
	const { id, raw_price: price, living_area: area, city, country, property_type: type, scraped_at: seen } = fields;
	const day = /^\d{4}-\d\d-\d\d/.exec(seen)?.[0];
	const place = countries.get(country.toLowerCase());
	const property = words.get(`type ${type.toLowerCase()}`);
	if (id === "") return ["there is no id"];
	if (day === undefined) return ["the day is none", seen];
	if (city === "") return ["there is no city"];
	if (place === undefined) return ["the country is not known", country];
	if (property === undefined) return ["the type is not known", type];
	if (price === "") return ["there is no price"];
	const [code, currency, mark, unit] = place as [string, string, string, string];
	const amount = priceOf(price, mark);
	if (amount === undefined) return ["the price is none", price];
	const metres = areaOf(area, mark, unit);
	if (metres === undefined) return ["the area is none", area];
	if (metres < 1000n || metres > 100_000n) return ["the area is not between 10 and 1,000 m²", area];
	const perSquareMetre = divided(amount * 100n, metres);
	if (perSquareMetre < 50_000n || perSquareMetre > 5_000_000n)
		return ["the price per m² is not between 500 and 50,000", `${price} for ${area}`];
	const quarter = `${day.slice(0, 5)}${["01", "04", "07", "10"][Math.trunc((Number(day.slice(5, 7)) - 1) / 3)]}-01`;
	const name = words.get(`city ${city.toLowerCase()}`) ?? city.charAt(0).toUpperCase() + city.slice(1).toLowerCase();
	const sign = Object.entries({ "€": "EUR", EUR: "EUR", CHF: "CHF", "Fr.": "CHF", "£": "GBP", GBP: "GBP", $: "USD" });
	const asked = sign.find(([text]) => price.includes(text))?.[1] ?? currency;
	return { id, day, group: [code, name, property, quarter, asked].join("|"), perSquareMetre };
}

const plain = (value: string): string =>
	value
		.replaceAll("\u2019", "'")
		.replace(/[\u2212–—]/g, "-")
		.split(/\s+/u)
		.filter(Boolean)
		.join(" ");

/** Hundredths. */
function priceOf(text: string, mark: string): bigint | undefined {
	const bare = text.replace(/€|EUR|CHF|Fr\.|£|GBP|USD|\$/, "").trim();
	const short = /^(?<number>[\d.,]+) ?(?<unit>k|m|mio\.)$/i.exec(bare)?.groups;
	if (short === undefined) return hundredths(bare.replace(/[.,]-$/, ""), mark);
	const number = hundredths(short.number!, short.number!.includes(",") ? "," : ".");
	return number === undefined ? undefined : number * (short.unit!.toLowerCase() === "k" ? 1000n : 1_000_000n);
}

/** Hundredths of a square metre. */
function areaOf(text: string, mark: string, unit: string): bigint | undefined {
	const parts = /^(?<number>[\d.,' ]*\d) ?(?<unit>m²|m2|qm|sqft|sq ft|ft²)?$/.exec(text)?.groups;
	const number = parts === undefined ? undefined : hundredths(parts.number!, mark);
	if (number === undefined) return undefined;
	const feet = parts!.unit === undefined ? unit === "sqft" : parts!.unit.includes("f");
	return feet ? divided(number * 9_290_304n, 100_000_000n) : number;
}

function hundredths(text: string, mark: string): bigint | undefined {
	const [whole, rest = "", ...more] = text.split(mark);
	const groups = whole!.split(mark === "," ? /[.' ]/ : /[,' ]/);
	const wrong = groups.some(
		(g, i) => !/^\d+$/.test(g) || (groups.length > 1 && (i === 0 ? g.length > 3 : g.length !== 3)),
	);
	if (wrong || more.length > 0 || !/^\d*$/.test(rest)) return undefined;
	return divided(BigInt(`${groups.join("")}${rest.padEnd(6, "0")}`), 10_000n);
}

/** A half goes up. */
const divided = (a: bigint, b: bigint): bigint => (2n * a + b) / (2n * b);
const md5 = (value: string): string => createHash("md5").update(value).digest("hex");

/** The last offer of each listing in each quarter counts. */
function medians(offers: readonly Offer[]): ListingAnswers["prices"] {
	const last = new Map<string, Offer>();
	const quarterOf = (offer: Offer) => `${offer.id} ${offer.group.split("|")[3]}`;
	for (const offer of offers)
		if (offer.day >= (last.get(quarterOf(offer))?.day ?? "")) last.set(quarterOf(offer), offer);
	const groups = new Map<string, bigint[]>();
	for (const { group, perSquareMetre } of last.values())
		groups.set(group, [...(groups.get(group) ?? []), perSquareMetre]);
	return [...groups].map(([group, members]) => {
		const [country_code, city, property_type, quarter, currency] = group.split("|");
		const sorted = members.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
		const half = sorted.length / 2;
		const middle = divided(sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!, 2n);
		const median_price_per_m2 = Number(middle) / 100;
		return { country_code, city, property_type, quarter, currency, listings: sorted.length, median_price_per_m2 };
	});
}
