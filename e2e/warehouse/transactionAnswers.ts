/**
 * What the transactions say, computed in plain JavaScript from the raw exports, by no SQL and none of tfm's code: the
 * judge of what the warehouse reports. Its numbers, days, tags and labels are its own.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { csvRows, roundedShare } from "./rawFiles.ts";

const RARE = "(labels of few accounts)";

interface Transaction {
	readonly account: string;
	readonly month: string;
	readonly day: string;
	readonly cents: number;
	readonly currency: string;
	readonly label: string;
	readonly category: string | null;
}

export interface TransactionAnswers {
	readonly arrived: number;
	/** Reasons of rejects with how often each was given. */
	readonly rejected: Readonly<Record<string, number>>;
	readonly transactions: number;
	/** The category of each transaction. */
	readonly categories: ReadonlyMap<string, string | null>;
	readonly spend: readonly Readonly<Record<string, unknown>>[];
	readonly untagged: readonly Readonly<Record<string, unknown>>[];
}

/** `root` is a project: its data/transactions, its rules and its corrections are read. */
export function transactionAnswers(root: string): TransactionAnswers {
	const rows = (file: string) => csvRows(readFileSync(join(root, file), "utf8")).slice(1);
	const corrections = new Map(rows("seeds/transactions_corrections.csv").map((row) => [row[0], row.slice(1, 8)]));
	const rules = rows("seeds/tagging_rules.csv").map(([pattern, tag, priority]) => ({
		pattern: new RegExp(pattern!, "i"),
		tag: tag!,
		priority: Number(priority),
	}));
	const rejected: Record<string, number> = {};
	const accounts = new Map<string, string>();
	const transactions = new Map<string, Transaction>();
	let arrived = 0;
	for (const file of readdirSync(join(root, "data/transactions")).sort())
		for (const came of rows(`data/transactions/${file}`)) {
			arrived++;
			const key = createHash("md5")
				.update(came.join(came.length === 7 ? "|" : ","))
				.digest("hex");
			const row = (corrections.get(key) ?? came).map(plain);
			const reason = reasonAgainst(row, accounts);
			if (reason !== undefined) {
				rejected[reason] = (rejected[reason] ?? 0) + 1;
				continue;
			}
			const [id, account, booked, amount, currency, label, counterparty] = row;
			accounts.set(id!, account!);
			const day = isoDay(booked!)!;
			transactions.set(id!, {
				account: account!,
				day,
				month: `${day.slice(0, 7)}-01`,
				cents: cents(amount!)!,
				currency: code(currency!),
				label: label!,
				category: categoryOf([label!, counterparty!], rules),
			});
		}
	const all = [...transactions.values()];
	return {
		arrived,
		rejected,
		transactions: all.length,
		categories: new Map([...transactions].map(([id, { category }]) => [id, category])),
		spend: spendOf(all),
		untagged: untaggedOf(all),
	};
}

function reasonAgainst(row: readonly string[], accounts: ReadonlyMap<string, string>): string | undefined {
	if (row.length !== 7) return "could not be read";
	const [id, account, booked, amount, currency] = row;
	if (id === "") return "there is no id";
	if (account === "") return "there is no account";
	if (isoDay(booked!) === undefined) return "the day is none";
	if (cents(amount!) === undefined) return "the amount is none";
	if (!["EUR", "CHF", "USD", "GBP"].includes(code(currency!))) return "the currency is not known";
	const owner = accounts.get(id!);
	return owner === undefined || owner === account ? undefined : "belongs to another account";
}

/** Blanks and minus signs as a keyboard has them; no blanks around the text, single ones inside. */
const plain = (value: string): string =>
	value.replaceAll("\u2212", "-").replaceAll("\u2019", "'").split(/\s+/u).filter(Boolean).join(" ");

function isoDay(text: string): string | undefined {
	const parts =
		/^(?<y>\d{4})-(?<m>\d\d)-(?<d>\d\d)([ T]\d\d:\d\d(:\d\d)?)?$/.exec(text)?.groups ??
		/^(?<d>\d\d?)([./])(?<m>\d\d?)\2(?<y>\d{4})$/.exec(text)?.groups;
	if (parts === undefined) return undefined;
	const date = new Date(Date.UTC(Number(parts.y), Number(parts.m) - 1, Number(parts.d)));
	return date.getUTCDate() === Number(parts.d) ? date.toISOString().slice(0, 10) : undefined;
}

function cents(text: string): number | undefined {
	const parts = /^(?<sign>-?)(?<whole>\d[\d.,' ]*?)([.,](?<rest>\d\d?))?$/.exec(text)?.groups;
	if (parts === undefined) return undefined;
	const [first, ...groups] = parts.whole!.split(/[.,' ]/);
	if (groups.length > 0 && (first!.length > 3 || groups.some((group) => group.length !== 3))) return undefined;
	return Number(`${parts.sign}${first}${groups.join("")}${(parts.rest ?? "").padEnd(2, "0")}`);
}

const code = (text: string): string => ({ "€": "EUR", $: "USD", "Fr.": "CHF" })[text] ?? text.toUpperCase();

function categoryOf(
	texts: readonly string[],
	rules: readonly { pattern: RegExp; tag: string; priority: number }[],
): string | null {
	const [best] = rules
		.filter(({ pattern }) => texts.some((text) => pattern.test(text)))
		.sort((a, b) => a.priority - b.priority || (a.tag < b.tag ? -1 : 1));
	return best?.tag ?? null;
}

function spendOf(all: readonly Transaction[]): TransactionAnswers["spend"] {
	const groups = new Map<string, { payments: number; spent: number }>();
	const totals = new Map<string, number>();
	for (const { category, month, currency, cents } of all) {
		if (cents >= 0) continue;
		const key = [category ?? "untagged", month, currency].join("|");
		const { payments, spent } = groups.get(key) ?? { payments: 0, spent: 0 };
		groups.set(key, { payments: payments + 1, spent: spent - cents });
		totals.set(`${month}|${currency}`, (totals.get(`${month}|${currency}`) ?? 0) - cents);
	}
	return [...groups].map(([key, { payments, spent }]) => {
		const [category, month, currency] = key.split("|");
		const share_of_month = roundedShare(spent, totals.get(`${month}|${currency}`)!);
		return { category, month, currency, payments, spent: spent / 100, share_of_month };
	});
}

function untaggedOf(all: readonly Transaction[]): TransactionAnswers["untagged"] {
	const patternOf = ({ label }: Transaction) =>
		label === ""
			? "(blank)"
			: label
					.toLowerCase()
					.split(" ")
					.map((word) => (/\d/.test(word) ? "#" : word))
					.join(" ");
	const accounts = new Map<string, Set<string>>();
	for (const t of all) accounts.set(patternOf(t), (accounts.get(patternOf(t)) ?? new Set()).add(t.account));
	const untagged = all.filter((t) => t.category === null);
	const days = new Map<string, string[]>();
	for (const t of untagged) {
		const label = accounts.get(patternOf(t))!.size >= 3 ? patternOf(t) : RARE;
		days.set(label, [...(days.get(label) ?? []), t.day]);
	}
	return [...days].map(([label, list]) => ({
		place:
			label === RARE
				? null
				: 1 + [...days].filter(([other, { length }]) => other !== RARE && length > list.length).length,
		label_pattern: label,
		transactions: list.length,
		share_of_untagged: roundedShare(list.length, untagged.length),
		last_booked_on: list.sort().at(-1),
	}));
}
