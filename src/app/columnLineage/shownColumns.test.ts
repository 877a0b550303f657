import { describe, expect, it } from "vitest";
import type { LineageColumn, NodeLineage } from "../../core/lineage.ts";
import { type NodeId, nodeId } from "../../core/node.ts";
import { shownColumns } from "./shownColumns.ts";

const column = (name: string, more: Partial<LineageColumn> = {}): LineageColumn => ({
	name,
	kind: "direct",
	confidence: "resolved",
	upstream: [],
	...more,
});
const node = (columns: readonly LineageColumn[], more: Partial<NodeLineage> = {}): NodeLineage => ({
	status: "ok",
	complete: true,
	columns,
	indirect: [],
	reads: [],
	rest: [],
	remarks: [],
	...more,
});
const inherited = { pii: { what: ["email"], from: [{ node: "persons" as NodeId, column: "email" }] } };
const reads = [nodeId("persons")];
const shown = shownColumns({
	persons: node([column("id"), column("email", { pii: { pii: true, what: "email" } })], { status: "declared" }),
	plain: node([column("id")], { status: "declared" }),
	users: node([column("id"), column("mail", { inherited })], { reads }),
	hashed: node([column("mail", { pii: { pii: false, reason: "hashed" }, inherited })], { reads }),
	guessed: node([column("x", { confidence: "ambiguous" })], { reads }),
	harmless: node([column("x", { confidence: "unknown" })], { reads: [nodeId("plain")] }),
	unread: node([], { status: "unparsed", complete: false, reads }),
	strange: node([column("x", { inherited: { unknown: { from: [{ node: "else.where", column: "x" }] } } })]),
	marked: node([], {
		status: "declared",
		complete: false,
		unlisted_pii: { from: [{ node: "marked", column: "*" }] },
	}),
	behind: node([], { status: "unparsed", complete: false, reads: [nodeId("unread")] }),
});

describe("what the site may show of a relation", () => {
	it.each([
		["persons.email", false],
		["persons.ID", true],
		["persons.undeclared", true],
		["users.mail", false],
		["users.MAIL", false],
		["users.id", true],
		["hashed.mail", true],
		["guessed.x", false],
		["harmless.x", true],
		["unread.anything", false],
		["behind.anything", false],
		["strange.x", false],
		["marked.anything", false],
		["nowhere.x", false],
	])("%s: %s", (name, expected) => {
		const [id, column] = name.split(".") as [string, string];
		expect(shown.shows(id, column)).toBe(expected);
	});

	it("knows what may hold personal data, through models that cannot be read too", () =>
		expect(
			["persons", "users", "guessed", "behind", "plain", "harmless", "hashed"].filter(shown.holdsPersonal),
		).toEqual(["persons", "users", "guessed", "behind"]));
});
