/**
 * What was measured, kept row by row in results.json and shown in RESULTS.md. A row that is measured again takes the
 * place of its own earlier figures; the others stand, each with the commit, the day and the load that it was measured at.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { here } from "./measure.mjs";

const FILE = join(here, "results.json");
const PAGE = join(here, "RESULTS.md");

const count = (n) => Math.round(n).toLocaleString("en-US");
const over = (ms, per) =>
	per === undefined ? count(ms) : `${count(ms)}, that is ${(ms / per.count).toFixed(2)} a ${per.unit}`;

/**
 * Keys of rows in their order. A title may lean on the row before it ("the same, nothing changed"): its key has both.
 * `rows`: [name, title, …] each.
 */
export function keysOf(rows) {
	let whole = "";
	return rows.map(([, title]) => {
		if (title.startsWith("the same")) return `${whole}; ${title}`;
		whole = title;
		return title;
	});
}

const tableOf = (rows) =>
	[
		"| measured | ms | peak MB | floor | floor, ms | ratio | over the floor, ms | rounds | at |",
		"|---|--:|--:|---|--:|--:|--:|--:|---|",
		...rows.flatMap(({ title, ms, peak, floors, per, rounds, at }) =>
			floors.map((floor, i) => {
				const own = i === 0 ? [title, count(ms), count(peak)] : ["", "", ""];
				const extra = over(floor.extraMs, i === 0 ? per : undefined);
				const cells = [...own, floor.title, count(floor.ms), floor.ratio.toFixed(2), extra];
				return `| ${[...cells, ...(i === 0 ? [rounds, at] : ["", ""])].join(" | ")} |`;
			}),
		),
	].join("\n");

/**
 * `rows`: all that there are, in their order; what is kept of others is forgotten. `machine`: what it is; another one's
 * rows are forgotten, too. `keep`: whether it is written at each step, so that what was measured stays when the rest
 * is not.
 */
export function openResults({ rows, facts, machine, keep }) {
	const keys = keysOf(rows);
	const before = keep && existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : null;
	// Figures of two machines say nothing beside each other.
	const kept = before?.machine === machine ? before : { rows: {}, facts: {} };
	const inOrder = (names, of) => Object.fromEntries(names.flatMap((name) => (of[name] ? [[name, of[name]]] : [])));

	const page = () => `# Results

${machine}. Each row says at which commit it was measured, when, and with which load of the machine; how: [README.md](README.md).

${tableOf(keys.flatMap((key) => kept.rows[key] ?? []))}

Medians over alternating rounds; ratio and difference are medians over the pairs.

${facts.flatMap((name) => (kept.facts[name] ? [`${kept.facts[name].text} (${kept.facts[name].at})\n`] : [])).join("\n")}`;

	const save = () => {
		if (!keep) return;
		const data = { machine, rows: inOrder(keys, kept.rows), facts: inOrder(facts, kept.facts) };
		writeFileSync(FILE, `${JSON.stringify(data, null, "\t")}\n`);
		writeFileSync(PAGE, page());
	};
	return {
		page,
		/** Of the `position`th row. */
		row(position, measured) {
			kept.rows[keys[position]] = { title: rows[position][1], ...measured };
			save();
		},
		/** A sentence with figures that have no floor. */
		fact(name, text, at) {
			kept.facts[name] = { text, at };
			save();
		},
	};
}
