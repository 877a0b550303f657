/**
 * What the publications say, computed in plain JavaScript from the raw files, by no SQL and none of tfm's code: the
 * judge of what the warehouse reports. Its CSV reader, its dates, its merging and its whole words are its own.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { csvRows } from "./rawFiles.ts";

type Kind = "trial" | "article";
type Fields = readonly [id: string, title: string, date: string, journal: string];

interface Publication {
	readonly kind: Kind;
	readonly id: string | null;
	readonly title: string;
	readonly date: string;
	journal: string | null;
}

export interface DrugNode {
	readonly drug: string;
	readonly atccode: string;
	readonly publications: readonly { kind: Kind; id: string | null; title: string; date: string }[];
	readonly journals: readonly { journal: string; date: string }[] | null;
}

export interface PublicationAnswers {
	/** By source table: rows that arrived, readable or not. */
	readonly arrived: Readonly<Record<string, number>>;
	readonly rejected: Readonly<Record<string, number>>;
	readonly publications: number;
	readonly graph: { readonly drugs: readonly DrugNode[] };
	readonly topJournals: readonly { readonly journal: string; readonly drugs: number }[];
	/** Related drugs of any drug. */
	readonly related: (drug: string) => readonly { drug: string; journals: number; articles: number }[];
}

/** `root` is a project: its data/publications and its corrections are read. */
export function publicationAnswers(root: string): PublicationAnswers {
	const text = (file: string) => readFileSync(join(root, file), "utf8");
	const folder = "data/publications";
	const corrections = new Map(
		csvRows(text("seeds/publications_corrections.csv"))
			.slice(1)
			.map((row) => [row[0]!, row.slice(1, 5) as unknown as Fields]),
	);
	const tables: readonly (readonly [string, Kind, readonly (readonly string[])[]])[] = [
		["clinical_trials", "trial", csvRows(text(`${folder}/clinical_trials.csv`)).slice(1)],
		["pubmed_csv", "article", csvRows(text(`${folder}/pubmed.csv`)).slice(1)],
		["pubmed_json", "article", jsonRows(text(`${folder}/pubmed.json`))],
	];
	const arrived: Record<string, number> = {};
	const rejected: Record<string, number> = {};
	const records: { table: string; kind: Kind; fields: Fields }[] = [];
	for (const [table, kind, rows] of tables) {
		arrived[table] = rows.length;
		rejected[table] = 0;
		for (const row of rows) {
			const key = md5(`${kind}|${row.join(row.length === 4 ? "|" : ",")}`);
			const fields = corrections.get(key) ?? (row.length === 4 ? (row as unknown as Fields) : undefined);
			if (fields === undefined) rejected[table]++;
			else records.push({ table, kind, fields });
		}
	}
	const merged = mergeRecords(records, (table) => void rejected[table]!++);
	const drugs = drugList(csvRows(text(`${folder}/drugs.csv`)).slice(1));
	arrived.drugs = csvRows(text(`${folder}/drugs.csv`)).length - 1;
	rejected.drugs = arrived.drugs - drugs.size;

	const mentions = [...drugs].flatMap(([drug, atccode]) =>
		merged.filter((p) => holdsWord(p.title, drug)).map((publication) => ({ drug, atccode, publication })),
	);
	const byJournal = new Map<string, Set<string>>();
	for (const { drug, publication } of mentions) {
		if (publication.journal === null) continue;
		const known = byJournal.get(publication.journal) ?? new Set();
		byJournal.set(publication.journal, known.add(drug));
	}
	const most = Math.max(...[...byJournal.values()].map((set) => set.size));
	return {
		arrived,
		rejected,
		publications: merged.length,
		graph: { drugs: [...drugs].flatMap(([drug, atccode]) => graphNode(drug, atccode, mentions)).sort(by("drug")) },
		topJournals: [...byJournal]
			.filter(([, set]) => set.size === most)
			.map(([journal, set]) => ({ journal, drugs: set.size }))
			.sort(by("journal")),
		related: (given) => relatedDrugs(given, mentions),
	};
}

interface Mention {
	readonly drug: string;
	readonly publication: Publication;
}

function graphNode(drug: string, atccode: string, mentions: readonly Mention[]): DrugNode[] {
	const own = mentions.filter((m) => m.drug === drug).map((m) => m.publication);
	if (own.length === 0) return [];
	const journals = new Map<string, { journal: string; date: string }>();
	for (const { journal, date } of own) if (journal !== null) journals.set(`${date} ${journal}`, { journal, date });
	const publications = own.map(({ kind, id, title, date }) => ({ kind, id, title, date }));
	return [{ drug, atccode, publications, journals: journals.size === 0 ? null : [...journals.values()] }];
}

function relatedDrugs(given: string, mentions: readonly Mention[]) {
	const named = mentions.filter((m) => m.publication.journal !== null);
	const articles = named.filter((m) => m.publication.kind === "article");
	const its = new Set(articles.filter((m) => m.drug === given).map((m) => m.publication.journal));
	const found = new Map<string, { journals: Set<string>; articles: number }>();
	for (const { drug, publication } of articles) {
		if (drug === given || !its.has(publication.journal)) continue;
		const seen = found.get(drug) ?? { journals: new Set(), articles: 0 };
		seen.journals.add(publication.journal!);
		found.set(drug, { journals: seen.journals, articles: seen.articles + 1 });
	}
	for (const { drug, publication } of named)
		if (publication.kind === "trial" && its.has(publication.journal)) found.delete(drug);
	return [...found]
		.map(([drug, seen]) => ({ drug, journals: seen.journals.size, articles: seen.articles }))
		.sort(by("drug"));
}

/** Records in the order of their files' names and rows. */
function mergeRecords(
	records: readonly { table: string; kind: Kind; fields: Fields }[],
	reject: (table: string) => void,
): readonly Publication[] {
	const readable = records.flatMap(({ table, kind, fields: [rawId, rawTitle, rawDate, rawJournal] }) => {
		const title = folded(rawTitle);
		const date = calendarDay(folded(rawDate));
		if (title === "" || date === undefined) {
			reject(table);
			return [];
		}
		const journal = folded(rawJournal.replace(/(\\x[0-9a-f]{2})+ *$/i, "")) || null;
		return [{ table, kind, id: folded(rawId) || null, title, date, journal }];
	});
	const owner = new Map<string, string>();
	const honest = readable.filter((r) => {
		if (r.id === null) return true;
		const what = `${r.title} ${r.date}`;
		const first = owner.get(`${r.kind} ${r.id}`) ?? what;
		owner.set(`${r.kind} ${r.id}`, first);
		if (first !== what) reject(r.table);
		return first === what;
	});
	const idsOf = new Map<string, Set<string>>();
	const nameOf = (r: { kind: Kind; title: string; date: string }) => `${r.kind} ${r.title} ${r.date}`;
	for (const r of honest) if (r.id !== null) idsOf.set(nameOf(r), (idsOf.get(nameOf(r)) ?? new Set()).add(r.id));
	const publications = new Map<string, Publication>();
	for (const r of honest) {
		const ids = [...(idsOf.get(nameOf(r)) ?? [])];
		if (r.id === null && ids.length > 1) {
			reject(r.table);
			continue;
		}
		const id = r.id ?? ids[0] ?? null;
		const key = id === null ? nameOf(r) : `${r.kind} #${id}`;
		const publication = publications.get(key) ?? { kind: r.kind, id, title: r.title, date: r.date, journal: null };
		publication.journal = r.journal ?? publication.journal;
		publications.set(key, publication);
	}
	return [...publications.values()];
}

function drugList(rows: readonly (readonly string[])[]): ReadonlyMap<string, string> {
	const drugs = new Map<string, string>();
	for (const [code, name] of rows) {
		const drug = folded(name ?? "").toUpperCase();
		if (drug !== "" && folded(code ?? "") !== "" && !drugs.has(drug)) drugs.set(drug, folded(code!).toUpperCase());
	}
	return drugs;
}

function holdsWord(title: string, word: string): boolean {
	const escaped = [...word].map((c) => `\\u{${c.codePointAt(0)!.toString(16)}}`).join("");
	return new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, "iu").test(title);
}

const folded = (value: string): string =>
	value
		.split(/[ \t\r\n]+/)
		.filter(Boolean)
		.join(" ");
const md5 = (value: string): string => createHash("md5").update(value).digest("hex");
const by =
	<K extends string>(key: K) =>
	(a: Readonly<Record<K, string>>, b: Readonly<Record<K, string>>): number =>
		a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0;

const MONTHS = "January February March April May June July August September October November December"
	.toLowerCase()
	.split(" ");

/** Undefined when it is none of the three spellings, or no day of the calendar. */
function calendarDay(value: string): string | undefined {
	const parts =
		/^(?<d>\d\d?)\/(?<m>\d\d?)\/(?<y>\d{4})$/.exec(value)?.groups ??
		/^(?<d>\d\d?) (?<m>[a-z]+) (?<y>\d{4})$/i.exec(value)?.groups ??
		/^(?<y>\d{4})-(?<m>\d\d)-(?<d>\d\d)$/.exec(value)?.groups;
	if (parts === undefined) return undefined;
	const month = /^\d/.test(parts.m!) ? Number(parts.m) : MONTHS.indexOf(parts.m!.toLowerCase()) + 1;
	const date = new Date(Date.UTC(Number(parts.y), month - 1, Number(parts.d)));
	// A year of less than four digits is a slip of the pen.
	return month >= 1 &&
		Number(parts.y) >= 1000 &&
		date.getUTCMonth() === month - 1 &&
		date.getUTCDate() === Number(parts.d)
		? date.toISOString().slice(0, 10)
		: undefined;
}

/** JSON with trailing commas is a literal of JavaScript. */
const jsonRows = (text: string): readonly (readonly string[])[] =>
	(runInNewContext(`(${text})`) as Record<string, string | number | null>[]).map((record) =>
		["id", "title", "date", "journal"].map((key) => String(record[key] ?? "")),
	);
