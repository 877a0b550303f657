/**
 * transactions: what banks export of their accounts, a file a month. Exports overlap by a few days, and a later one
 * may correct what an earlier one said. Days in three spellings, some with a time; amounts with a decimal point or
 * comma, grouped or not; currencies as a code in any case or as a sign; labels with stray blanks, numbers and names in
 * them; and a few rows that no rule can save.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pad, randomSource } from "./randomSource.mjs";

const { pick, below, chance } = randomSource(20261122);

/** Who is paid, how the label reads, and from how many to how many cents. Those below the blank line match no rule. */
const PAYMENTS = [
	["REWE Markt GmbH", () => `REWE SAGT DANKE ${1000 + below(9000)}`, 400, 12000],
	["REWE Markt GmbH", () => "Rewe To Go, Shell Station", 300, 2500],
	["Lidl", () => `LIDL FIL. ${below(900) + 100}`, 500, 9000],
	["Migros", () => "MIGROS  ZÜRICH HB", 500, 9000],
	["SBB CFF FFS", () => `SBB Mobile ${below(90000)}`, 300, 15000],
	["DB Vertrieb GmbH", () => "DB Vertrieb, Fahrkarte", 1900, 18000],
	["Shell", () => `SHELL ${pad(below(9999), 4)}`, 3000, 11000],
	["Amazon EU", () => `AMZN Mktp DE*${below(9)}K${below(9)}`, 800, 20000],
	["Amazon EU", () => "Amazon Fresh", 2500, 14000],
	["Netflix", () => "NETFLIX.COM", 1299, 1300],
	["Vattenfall", () => "Abschlag Strom", 6000, 9000],
	["Apotheke am Markt", () => "APOTHEKE AM MARKT", 400, 6000],
	["Hausverwaltung Meier", () => "Miete Wohnung 3", 90000, 160000],

	["Bäckerei Luna", () => `KARTENZAHLUNG LUNA ${below(90) + 10}`, 200, 1800],
	["PayPal", () => `PAYPAL *KIOSK${below(900)}`, 150, 2600],
	["Bank", () => `GELDAUTOMAT ${below(900) + 100}`, 2000, 30000],
	["Bank", () => "", 100, 900],
	["Jardin & Cie", () => "Jardin & Cie", 1500, 8000],
];
/** Names of friends. Each account has one, so that what is paid to a person is known to few accounts. */
const FIRST = ["Anna", "Bruno", "Chen", "Dolores", "Émile", "Fatima", "Goran", "Hana", "Iris", "João"];
const LAST = ["Arslan", "Bauer", "Costa", "Dupont", "Eriksen", "Fischer", "García", "Kowalska", "Lefèvre", "Núñez"];
const CURRENCIES = ["EUR", "EUR", "EUR", "CHF", "USD"];
const SIGNS = { EUR: ["EUR", "eur", "€"], CHF: ["CHF", "chf", "Fr."], USD: ["USD", "usd", "$"] };
const MONTHS = ["2026-08", "2026-09", "2026-10"];

const grouped = (digits, separator) => digits.replace(/\B(?=(\d{3})+$)/g, separator);
function amount(cents) {
	const sign = cents < 0 ? pick(["-", "-", "−"]) : "";
	const whole = String(Math.trunc(Math.abs(cents) / 100));
	const rest = pad(Math.abs(cents) % 100, 2);
	return pick([
		() => `${sign}${whole}.${rest}`,
		() => `${sign}${whole},${rest}`,
		() => `${sign}${grouped(whole, ".")},${rest}`,
		() => `${sign}${grouped(whole, ",")}.${rest}`,
		() => `${sign}${grouped(whole, "'")}.${rest}`,
		() => `${sign}${grouped(whole, "\u00a0")},${rest}`,
	])();
}
const day = (date) => {
	const [y, m, d] = date.split("-");
	return pick([
		() => date,
		() => `${date}T${pad(below(24), 2)}:${pad(below(60), 2)}:00`,
		() => `${d}.${m}.${y}`,
		() => `${d}/${m}/${y}`,
	])();
};

/** What happened, before anybody wrote it down. */
function transaction(id, month, accounts) {
	const [account, currency, friend] = pick(accounts);
	const base = { id, account, currency, date: `${month}-${pad(1 + below(28), 2)}` };
	if (chance(0.06))
		return { ...base, cents: 180000 + below(300000), label: `GEHALT / SALARY ${month}`, counterparty: "Muster AG" };
	if (chance(0.06)) return { ...base, cents: -(500 + below(9000)), label: `Danke ${friend}!`, counterparty: friend };
	const [counterparty, label, from, to] = pick(PAYMENTS);
	const cents = from + below(to - from);
	const refunded = chance(0.03);
	return { ...base, cents: refunded ? cents : -cents, label: `${label()}${refunded ? " refund" : ""}`, counterparty };
}

const messy = (text) => (chance(0.05) ? ` ${text} ` : chance(0.05) ? text.toLowerCase() : text);
const row = (t) => [
	t.id,
	t.account,
	day(t.date),
	amount(t.cents),
	pick(SIGNS[t.currency]),
	messy(t.label),
	t.counterparty,
];

const csvValue = (v) => (/[",\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v);
const csv = (rows) => rows.map((values) => `${values.map(csvValue).join(",")}\n`).join("");

/** 18,000 transactions at scale 1. Returns a line that says what was written. */
export function writeTransactions(out, scale) {
	const folder = join(out, "transactions");
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const perMonth = Math.max(40, Math.round(6000 * scale));
	const accounts = Array.from({ length: Math.max(8, Math.round(400 * scale)) }, (_, i) => [
		`DE${pad(10 + (i % 89), 2)}5001${pad(7300 + i * 37, 8)}`,
		pick(CURRENCIES),
		`${FIRST[i % 10]} ${LAST[Math.trunc(i / 10) % 10]}`,
	]);
	let rows = 0;
	let late = [];
	for (const [index, month] of MONTHS.entries()) {
		const id = (i) => `T${month.replace("-", "")}${pad(i + 1, 5)}`;
		const made = Array.from({ length: perMonth }, (_, i) => transaction(id(i), month, accounts));
		const told = [...late.map(row), ...made.map(row)];
		// The last days come again in the next export, some with the amount that was booked in the end.
		late = made
			.filter((t) => t.date.slice(-2) >= "25" && chance(0.6))
			.map((t) => (chance(0.3) ? { ...t, cents: t.cents - 100 } : t));
		// No rule saves these.
		const [lost] = accounts[index];
		told.push(
			[id(90000), lost, `${month}-14`, "n/a", "EUR", "REWE SAGT DANKE 1", "REWE Markt GmbH"],
			[id(90001), lost, `31.02.${month.slice(0, 4)}`, "-12.50", "EUR", "LIDL FIL. 9", "Lidl"],
			[id(90002), "", `${month}-15`, "-9,99", "EUR", "NETFLIX.COM", "Netflix"],
			["", lost, `${month}-16`, "-1.25.00", "EUR", "SHELL 0001", "Shell"],
			[id(90003), lost, `${month}-17`, "-3.333", "XBT", "KIOSK", "Bank"],
			[id(0), "DE00500100000000", `${month}-18`, "-5.00", "EUR", "A number that is taken", "Bank"],
		);
		const header = ["id", "account_id", "booked_at", "amount", "currency", "label", "counterparty"];
		const short = index === 0 ? "T20260899999,A row that lost its end\n" : "";
		writeFileSync(join(folder, `${month}.csv`), csv([header, ...told]) + short);
		rows += told.length + (short === "" ? 0 : 1);
	}
	return `transactions: ${rows} rows in ${MONTHS.length} files`;
}
