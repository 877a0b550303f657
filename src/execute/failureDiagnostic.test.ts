import { describe, expect, it } from "vitest";
import { DatabaseError } from "../core/databaseError.ts";
import { failureDiagnostic } from "./failureDiagnostic.ts";
import { createToPublished } from "./publishedText.ts";
import type { Run } from "./run.ts";
import { StatementFailed } from "./statement.ts";
import { id, project } from "./testing/project.ts";

const manifest = project({ models: { orders: { layer: "staging" } }, tests: { t: { reads: ["orders"] } } });
const orders = manifest.nodes.get(id("model", "orders"))!;
const relation = (schema: string) => ({ database: "db", schema, identifier: "x" });
const run = {
	job: { manifest, targetPath: "target", flags: { statementTimeoutMs: 2000 } },
	deadlines: new Map(),
	toPublished: createToPublished([{ candidate: relation("tfm_c_0123456789_staging"), target: relation("staging") }]),
} as unknown as Run;

describe("failureDiagnostic", () => {
	it("marks the line of the executed SQL, counted in published names", () => {
		const sql = `create table "tfm_c_0123456789_staging"."orders" as (\nselect nope\nfrom "tfm_c_0123456789_staging"."x" where bad\n)`;
		const error = new DatabaseError('relation "tfm_c_0123456789_staging.x" has no column "bad"', {
			sqlstate: "42703",
			sql,
			position: sql.indexOf("bad") + 1,
			hint: "Perhaps you meant something else.",
		});
		expect(failureDiagnostic(run, orders, new StatementFailed("build", error))).toMatchObject({
			code: "TFM-RUN-001",
			message: 'the database refused orders: relation "staging.x" has no column "bad" (SQLSTATE 42703)',
			hint: "Perhaps you meant something else.",
			at: {
				file: "target/run/p/models/orders.sql",
				line: 3,
				column: 'from "staging"."x" where bad'.indexOf("bad") + 1,
			},
			source: 'from "staging"."x" where bad',
			related: [{ label: "declared here", at: { file: "models/orders.sql" } }],
		});
	});

	it("points at the node and names the file where the server gave no position", () => {
		const error = new DatabaseError("division by zero", { sqlstate: "22012", sql: "select 1/0" });
		expect(failureDiagnostic(run, orders, error)).toMatchObject({
			at: { file: "models/orders.sql" },
			next: "read the SQL as executed in target/run/p/models/orders.sql",
		});
	});

	it.each([
		["timeout", "TFM-RUN-004", "orders was stopped: gone"],
		["connection", "TFM-RUN-005", "the connection was lost while orders ran: gone"],
	] as const)("says what a %s is", (kind, code, message) => {
		expect(failureDiagnostic(run, orders, new DatabaseError("gone", { kind }))).toMatchObject({ code, message });
	});

	it("tells a limit of the run from one of the server that was reached first", () => {
		const nextAfter = (message: string) =>
			failureDiagnostic(run, orders, new DatabaseError(message, { kind: "timeout" })).next;
		expect(nextAfter("the statement took longer than 2 s")).toContain("--statement-timeout");
		expect(nextAfter("canceling statement due to statement timeout")).toContain("the profile's or the server's");
	});

	it("says which hook failed", () => {
		const error = new StatementFailed("post-hook", new DatabaseError("no such role", { sqlstate: "42704" }));
		expect(failureDiagnostic(run, orders, error)).toMatchObject({
			code: "TFM-RUN-009",
			message: "the post-hook of orders failed: no such role (SQLSTATE 42704)",
		});
	});

	it("says which index was refused, at the node and not at a line of a macro", () => {
		const sql = 'create index "x"\non "tfm_c_0123456789_staging"."orders" (a b)';
		const error = new DatabaseError('column "a" does not exist', { sqlstate: "42703", sql, position: 50 });
		expect(failureDiagnostic(run, orders, new StatementFailed("index", error))).toMatchObject({
			code: "TFM-RUN-031",
			message: 'an index of orders cannot be made: column "a" does not exist',
			hint: 'create index "x" on "staging"."orders" (a b)',
			at: { file: "models/orders.sql" },
		});
	});

	it("calls anything else a defect of tfm", () => {
		expect(failureDiagnostic(run, orders, new TypeError("x is undefined"))).toMatchObject({
			code: "TFM-RUN-012",
			message: "tfm itself failed while working on orders: x is undefined",
		});
	});
});
