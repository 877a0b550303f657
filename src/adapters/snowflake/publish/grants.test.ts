import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AnswerScript, ScriptedAnswer } from "../../../../packages/snowflake-server/src/scriptedAnswer.ts";
import type { Candidate } from "../../../core/adapter.ts";
import { nodeId } from "../../../core/node.ts";
import type { RelationName } from "../../../core/relation.ts";
import { type OpenSnowflake, openLocalSnowflake } from "../testing/openLocalSnowflake.ts";

const NAMES = ["A", "B", "C", "D", "E"];
const at = (identifier: string): RelationName => ({ database: "ANALYTICS", schema: "BI", identifier });

let snowflake: OpenSnowflake;
let script: AnswerScript = () => undefined;
beforeAll(async () => {
	snowflake = await openLocalSnowflake({ script: (sql) => script(sql) });
});
afterAll(() => snowflake.dispose());
beforeEach(async () => {
	script = () => undefined;
	await publish(NAMES);
});

/** Builds these tables and publishes them; what was said of grants meanwhile. */
async function publish(names: readonly string[]): Promise<readonly string[]> {
	const before = snowflake.server.statements().length;
	const place = (name: string): RelationName => snowflake.adapter.publisher.candidateOf("shop", at(name));
	await snowflake.adapter.withSession(async (session) => {
		await snowflake.adapter.publisher.ensureSchemas(session, "shop", [at("A")]);
		for (const name of names)
			await session.execute(
				`create or replace table ${snowflake.adapter.dialect.render(place(name))} as select 1 as n`,
			);
		const candidates = names.map(
			(name): Candidate => ({
				node: nodeId(`model.shop.${name}`),
				kind: "table",
				candidate: place(name),
				target: at(name),
				publish: "swap",
				...(name === "B" ? { grants: { select: ["reader"] } } : {}),
			}),
		);
		await snowflake.adapter.publisher.publish(session, {
			project: "shop",
			runId: "run-1",
			unit: "bi",
			candidates,
			record: [],
			lockTimeoutMs: 1000,
		});
	});
	return snowflake.server
		.statements()
		.slice(before)
		.map(({ sql }) => sql.replace(/\s+/g, " ").replace(/TFM_C_[0-9A-F]+/, "TFM_C_<hash>"))
		.filter((sql) => /grant|privileges|database roles/.test(sql));
}

const PRIVILEGES = ["TABLE_NAME", "PRIVILEGE_TYPE", "GRANTED_TO", "GRANTEE"];
const owned = (name: string) => [name, "OWNERSHIP", "ROLE", "PUBLIC"];
const answering =
	(answers: Readonly<Record<string, ScriptedAnswer>>): AnswerScript =>
	(sql) =>
		Object.entries(answers).find(([part]) => sql.includes(part))?.[1];

const BULK = [
	'show grants on database "ANALYTICS"',
	'show database roles in database "ANALYTICS"',
	`select table_name, privilege_type, granted_to, grantee from "ANALYTICS".information_schema.table_privileges where table_schema = 'BI' and table_name in ('A', 'B', 'C', 'D', 'E') order by table_name, privilege_type, grantee`,
];
const READER = 'grant SELECT on table "ANALYTICS"."TFM_C_<hash>_BI"."B" to role reader';

test("the grants of many tables are asked for at once, and go to the tables that come in, but where the config says whose they are", async () => {
	const granted = ["A", "B"].map((name) => [name, "SELECT", "ROLE", 'analyst "1"']);
	script = answering({ table_privileges: { columns: PRIVILEGES, rows: [...NAMES.map(owned), ...granted] } });
	expect(await publish(NAMES)).toEqual([
		...BULK,
		'grant SELECT on table "ANALYTICS"."TFM_C_<hash>_BI"."A" to role "analyst ""1"""',
		READER,
	]);
});

test("a table that the role does not see whole is asked about by itself", async () => {
	const rows = [...["A", "B", "D"].map(owned), ["C", "SELECT", "ROLE", "ANALYST"]];
	script = answering({ table_privileges: { columns: PRIVILEGES, rows } });
	expect(await publish(NAMES)).toEqual([
		...BULK,
		'show grants on table "ANALYTICS"."BI"."C"',
		'show grants on table "ANALYTICS"."BI"."E"',
		READER,
	]);
});

test("where a share uses the database each table is asked about, and the share keeps its grant", async () => {
	const columns = ["privilege", "granted_to", "grantee_name"];
	const use = ["USAGE", "SHARE", "OUT"];
	script = answering({
		"show grants on database": { columns, rows: [["OWNERSHIP", "ROLE", "PUBLIC"], use] },
		'show grants on table "ANALYTICS"."BI"."D"': { columns, rows: [["SELECT", "SHARE", "OUT"]] },
	});
	expect(await publish(NAMES)).toEqual([
		BULK[0],
		...NAMES.map((name) => `show grants on table "ANALYTICS"."BI"."${name}"`),
		READER,
		'grant SELECT on table "ANALYTICS"."TFM_C_<hash>_BI"."D" to share "OUT"',
	]);
});

test("where the database has roles of its own each table is asked about", async () => {
	script = answering({ "show database roles": { columns: ["name"], rows: [["INNER"]] } });
	expect((await publish(NAMES)).slice(0, 3)).toEqual([BULK[0], BULK[1], 'show grants on table "ANALYTICS"."BI"."A"']);
});

test("three tables are asked about one by one", async () => {
	const names = ["A", "C", "D"];
	expect(await publish(names)).toEqual(names.map((name) => `show grants on table "ANALYTICS"."BI"."${name}"`));
});
