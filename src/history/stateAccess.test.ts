import { expect, it } from "vitest";
import { MIGRATIONS } from "./migrations.ts";
import { judgeStateAccess, type StateFacts } from "./stateAccess.ts";

const ALL: StateFacts = {
	database: "analytics",
	role: "ada",
	creates: true,
	schemaThere: true,
	usage: true,
	create: true,
	tablesThere: true,
	tables: true,
	sequences: true,
	otherOwner: null,
};
const grants = (facts: Partial<StateFacts>, version: number | null = null): readonly string[] => {
	const access = judgeStateAccess({ ...ALL, ...facts }, version);
	return access.kind === "ready" ? ["ready"] : access.grants;
};
const NOTHING_THERE = { schemaThere: false, usage: false, create: false, tablesThere: false };

it("a role that may create schemas makes its own, one that may not needs the schema and a grant", () => {
	expect(grants(NOTHING_THERE)).toEqual(["ready"]);
	expect(grants({ ...NOTHING_THERE, creates: false, role: "Ada" })).toEqual([
		"create schema tfm_state;",
		'grant usage, create on schema tfm_state to "Ada";',
	]);
});

it("in a schema without tables a role needs to create, beside tables that are there only to write them", () => {
	expect(grants({ tablesThere: false, create: false })).toEqual(["grant create on schema tfm_state to ada;"]);
	expect(grants({ create: false, creates: false })).toEqual(["ready"]);
	expect(grants({ usage: false, tables: false, sequences: false })).toEqual([
		"grant usage on schema tfm_state to ada;",
		"grant select, insert, update, delete on all tables in schema tfm_state to ada;",
		"grant usage on all sequences in schema tfm_state to ada;",
	]);
});

it("older tables are for the role that owns them to change", () => {
	const older = MIGRATIONS.length - 1;
	expect(grants({}, older)).toEqual(["ready"]);
	expect(grants({ otherOwner: "bob" }, MIGRATIONS.length)).toEqual(["ready"]);
	expect(grants({ otherOwner: "bob" }, older)).toEqual(["grant bob to ada;"]);
	expect(grants({ create: false }, older)).toEqual(["grant create on schema tfm_state to ada;"]);
});
