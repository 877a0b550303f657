import { expect, it } from "vitest";
import { type Analysis, type OutputColumn, unreadable } from "./analysis.ts";
import { bothForms } from "./bothForms.ts";

const SELF = "model.p.events";
const column = (name: string, ...from: readonly string[]): OutputColumn => ({
	name,
	kind: "direct",
	confidence: "resolved",
	upstream: from.map((ref) => ({ node: ref.split(".")[0]!, column: ref.split(".")[1]! })),
});
const itself = (name: string, of: string): OutputColumn => ({
	...column(name),
	upstream: [{ node: SELF, column: of }],
});
const analysis = (columns: readonly OutputColumn[], rest: Partial<Analysis> = {}): Analysis => ({
	...{ status: "ok", columns, complete: true, rest: [], indirect: [], reads: [], remarks: [] },
	...rest,
});
const upstream = ({ columns }: Analysis) =>
	Object.fromEntries(columns.map(({ name, upstream: of }) => [name, of.map((ref) => `${ref.node}.${ref.column}`)]));
const said = ({ remarks }: Analysis) => remarks.map(({ problem, name }) => `${problem} ${name}`);

it("makes a column of what either form reads, and follows the table's own columns to what they are made of", () => {
	const full = analysis([column("id", "raw.id"), column("mail", "raw.domain"), column("copy", "raw.nothing")]);
	const later = analysis([column("id", "raw.id"), column("mail", "persons.email"), itself("copy", "mail")]);
	expect(upstream(bothForms(SELF, full, later, "left"))).toEqual({
		id: ["raw.id"],
		mail: ["persons.email", "raw.domain"],
		copy: ["persons.email", "raw.domain", "raw.nothing"],
	});
});

it("keeps what decides on rows and what is read in either form, without the table itself", () => {
	const full = analysis([column("id", "raw.id")], { reads: ["raw"] });
	const filter = [
		{ node: SELF, column: "at" },
		{ node: "raw", column: "at" },
	];
	const merged = bothForms(
		SELF,
		full,
		analysis([column("id", "raw.id")], { reads: ["raw", SELF], indirect: filter }),
		"left",
	);
	expect(merged.indirect).toEqual([{ node: "raw", column: "at" }]);
	expect(merged.reads).toEqual(["raw"]);
});

it("tells columns that one form alone gives, and takes those in that on_schema_change takes in", () => {
	const full = analysis([column("id", "raw.id"), column("first", "raw.a")]);
	const later = analysis([column("id", "raw.id"), column("second", "raw.b")]);
	const left = bothForms(SELF, full, later, "left");
	expect(said(left)).toEqual(["incremental_adds second", "incremental_lacks first"]);
	expect(Object.keys(upstream(left))).toEqual(["id", "first"]);
	expect(upstream(bothForms(SELF, full, later, "taken")).second).toEqual(["raw.b"]);
	// Of a star over what is not known nobody can say that it lacks a column.
	expect(said(bothForms(SELF, full, { ...later, complete: false }, "left"))).toEqual([]);
});

it("is the full form where what is added later cannot be read", () => {
	const full = analysis([column("id", "raw.id")]);
	expect(bothForms(SELF, full, unreadable("unparsed", "why"), "left")).toBe(full);
});
