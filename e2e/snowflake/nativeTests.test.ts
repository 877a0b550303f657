import { afterEach, describe, expect, test } from "vitest";
import type { ScriptedAnswer } from "../../packages/snowflake-server/src/scriptedAnswer.ts";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const FILES = {
	"tfm_project.yml":
		"name: shop\nprofile: shop\nlayers: [staging]\nschema_naming: exact\nmodels: {+materialized: table}\n",
	"models/staging/orders.sql": "select 1 as id, 'open' as status, 7 as customer union all select 2, 'paid', null",
	"models/staging/customers.sql": "select 7 as id",
	"models/staging/_staging.yml": `
models:
  - name: orders
    config: {meta: {native: true}}
    columns:
      - name: id
        data_tests: [not_null, unique]
      - name: status
        data_tests:
          - accepted_values: {arguments: {values: [open, paid]}, config: {where: "id > 0", error_if: "> 3"}}
      - name: customer
        data_tests:
          - relationships: {arguments: {to: ref('customers'), field: id}, config: {severity: warn}}
`,
};

const ORDERS = 'alter table "ANALYTICS"."STAGING"."ORDERS"';

describe("native tests, over scripted answers of the local protocol server", { timeout: 120_000 }, () => {
	let shop: ProjectOnSnowflake;
	afterEach(() => shop.stop());

	/** What the account would answer to the questions about expectations, results and alerts; a refusal where one is asked for. */
	let account: {
		standing: readonly (readonly string[])[];
		evaluated: readonly (readonly string[])[];
		found: readonly (readonly string[])[];
		alerts: readonly (readonly string[])[];
	};

	function answer(sql: string): ScriptedAnswer | undefined {
		if (/data_metric_function_expectations/.test(sql))
			return {
				columns: ["METRIC_DATABASE_NAME", "METRIC_SCHEMA_NAME", "METRIC_NAME", "REF_ARGUMENTS", "EXPECTATION_NAME"],
				rows: /STAGING"."ORDERS"/.test(sql) ? account.standing : [],
			};
		if (/system\$evaluate/.test(sql)) return { columns: ["EXPECTATION_NAME", "VALUE"], rows: account.evaluated };
		if (/^select[\s\S]*expectation_status/.test(sql))
			return { columns: ["EXPECTATION_NAME", "DUE", "VALUE"], rows: account.found };
		if (/^show alerts/.test(sql)) return { columns: ["name", "state"], rows: account.alerts };
		return /^(?:create|alter|drop)[^(]*(?:data[_ ]metric|\balert\b)/.test(sql) ? {} : undefined;
	}

	async function open(files: Readonly<Record<string, string>> = FILES): Promise<void> {
		account = { standing: [], evaluated: [], found: [], alerts: [] };
		shop = await projectOnSnowflake(files, { script: answer });
	}

	/** What a command sends that the script answers: what is about metrics and alerts. */
	async function sent(command: string): Promise<readonly string[]> {
		const before = shop.local.server.statements().length;
		const done = await shop.call(command);
		expect([done.code, done.stderr], done.stdout).toEqual([0, ""]);
		return changes(before);
	}
	const changes = (before: number): readonly string[] =>
		shop.local.server
			.statements()
			.slice(before)
			.map(({ sql }) => sql)
			.filter((sql) => answer(sql) !== undefined && !/^(?:select|show)/.test(sql));

	/** The expectations of a run, as the account would list them. */
	const carried = (statements: readonly string[]): readonly (readonly string[])[] =>
		statements.flatMap((sql) => {
			const [, at, on, name] = /add data metric function (\S+) on \((.*)\) expectation (\S+) /.exec(sql) ?? [];
			if (at === undefined) return [];
			const parts = at.replaceAll('"', "").toUpperCase().split(".");
			const columns = [...on!.replace(/, table.*/, "").matchAll(/"(\w+)"/g)].map(([, column]) => ({
				domain: "COLUMN",
				name: column,
			}));
			const parent = /table (\S+) \("(\w+)"\)/.exec(on!);
			const nested =
				parent === null ? [] : [{ domain: "TABLE", name: parent[1], nested: [{ domain: "COLUMN", name: parent[2] }] }];
			return [[...parts, JSON.stringify([...columns, ...nested]), name!]];
		});
	const nameOf = (test: string): string =>
		account.standing.map((row) => row[4]!).find((name) => name.startsWith(`TFM_${test}`))!;

	test("a published table gets a schedule, and each test as a function with an expectation", async () => {
		await open();
		expect((await sent("run")).join(";\n")).toMatchInlineSnapshot(`
			"create data metric function if not exists "ANALYTICS"."TFM_STATE".TFM_ACCEPTED_VALUES_1B5A27520FCA (tfm_rows table("STATUS" VARCHAR, "ID" NUMBER)) returns number not null as 'select count(*) from (select "STATUS" from tfm_rows where (id > 0) group by "STATUS") where "STATUS" not in (''open'', ''paid'')';
			create data metric function if not exists "ANALYTICS"."TFM_STATE".TFM_RELATIONSHIPS_9EC8B38CF2DA (tfm_rows table("CUSTOMER" NUMBER), tfm_parent table("ID" NUMBER)) returns number not null as 'select count(*) from tfm_rows where "CUSTOMER" is not null and "CUSTOMER" not in (select "ID" from tfm_parent where "ID" is not null)';
			create data metric function if not exists "ANALYTICS"."TFM_STATE".TFM_UNIQUE_FC567D80475D (tfm_rows table("ID" NUMBER)) returns number not null as 'select count(*) from (select "ID" from tfm_rows where "ID" is not null group by "ID" having count(*) > 1)';
			alter table "ANALYTICS"."STAGING"."ORDERS" set data_metric_schedule = '60 MINUTE';
			alter table "ANALYTICS"."STAGING"."ORDERS" add data metric function "ANALYTICS"."TFM_STATE".TFM_ACCEPTED_VALUES_1B5A27520FCA on ("STATUS", "ID") expectation TFM_ACCEPTED_VALUES_STATUS_312F51CA3E59 (value <= 3);
			alter table "ANALYTICS"."STAGING"."ORDERS" add data metric function snowflake.core.null_count on ("ID") expectation TFM_NOT_NULL_ID_24081B0CE9FD (value = 0);
			alter table "ANALYTICS"."STAGING"."ORDERS" add data metric function "ANALYTICS"."TFM_STATE".TFM_RELATIONSHIPS_9EC8B38CF2DA on ("CUSTOMER", table "ANALYTICS"."STAGING"."CUSTOMERS" ("ID")) expectation TFM_RELATIONSHIPS_CUSTOMER_EBEF09846334 (value = 0);
			alter table "ANALYTICS"."STAGING"."ORDERS" add data metric function "ANALYTICS"."TFM_STATE".TFM_UNIQUE_FC567D80475D on ("ID") expectation TFM_UNIQUE_ID_4AF7DD68B15F (value = 0)"
		`);
	});

	test("a table that took another one's place gets them anew; one that kept its place keeps them", async () => {
		await open();
		const first = await sent("run");
		// The functions are there, the associations went with the old table.
		expect(await sent("run")).toEqual(first);
		account.standing = carried(first);
		expect(await sent("run")).toEqual([`${ORDERS} set data_metric_schedule = '60 MINUTE'`]);
	});

	test("a generation that is kept aside rests", async () => {
		await open({ ...FILES, "tfm_project.yml": `${FILES["tfm_project.yml"]}keep_generations: 1\n` });
		await sent("run");
		const resting = (await sent("run")).filter((sql) => /schedule = ''/.test(sql));
		expect(resting.map((sql) => sql.replace(/_[0-9A-F]{8,}/g, "_<hash>"))).toMatchInlineSnapshot(`
			[
			  "alter table "ANALYTICS"."TFM_G_<hash>_STAGING"."ORDERS" set data_metric_schedule = ''",
			]
		`);
	});

	test("a wrong setting is told at its place, before anything is sent", async () => {
		await open({
			...FILES,
			"tfm_project.yml": `${FILES["tfm_project.yml"]}native_tests: {schedule: 7 minutes, alert: {when: now}}\n`,
		});
		expect(await shop.run("run")).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-NATIVE-003]: schedule of native_tests is "7 minutes", not 5, 15, 30, 60, 720 or 1440 MINUTE, USING CRON … or TRIGGER_ON_CHANGES
			  ┌─ tfm_project.yml:6:1
			 6│ native_tests: {schedule: 7 minutes, alert: {when: now}}
			  │ ^^^^^^^^^^^^
			   = next: docs/native-quality.md has all settings of native tests
			 error[TFM-NATIVE-003]: when of native_tests.alert is "now", not a key that exists: then, schedule, warehouse, suspended
			  ┌─ tfm_project.yml:6:1
			 6│ native_tests: {schedule: 7 minutes, alert: {when: now}}
			  │ ^^^^^^^^^^^^
			   = next: docs/native-quality.md has all settings of native tests
			 error[TFM-NATIVE-003]: then of native_tests.alert is null, not a statement
			  ┌─ tfm_project.yml:6:1
			 6│ native_tests: {schedule: 7 minutes, alert: {when: now}}
			  │ ^^^^^^^^^^^^
			   = next: docs/native-quality.md has all settings of native tests

			 3 errors, nothing was run (<s>)
			[exit 2]
			"
		`);
	});

	test("what is not asked for any more goes, and nothing that is another's", async () => {
		await open();
		account.standing = carried(await sent("run"));
		shop.write({
			"models/staging/_staging.yml": FILES["models/staging/_staging.yml"].replace("[not_null, unique]", "[unique]"),
		});
		expect((await sent("run"))[0]).toBe(
			`${ORDERS} drop data metric function "SNOWFLAKE"."CORE"."NULL_COUNT" on ("ID")`,
		);
		shop.write({
			"models/staging/_staging.yml": FILES["models/staging/_staging.yml"].replace("native: true", "native: false"),
		});
		const gone = await sent("run");
		expect(gone.length).toBe(5);
		expect(gone.at(-1)).toBe(`${ORDERS} unset data_metric_schedule`);
		expect(gone[2]).toMatch(
			/drop data metric function \S+ on \("CUSTOMER", table "ANALYTICS"\."STAGING"\."CUSTOMERS" \("ID"\)\)$/,
		);
		account.standing = [];
		expect(await sent("run")).toEqual([]);
	});

	test("tfm test --native lets Snowflake count; what it does not answer is counted by tfm", async () => {
		await open();
		account.standing = carried(await sent("run"));
		account.evaluated = [
			[nameOf("NOT_NULL"), "2"],
			[nameOf("ACCEPTED"), "3"],
			[nameOf("RELATIONSHIPS"), "1"],
		];
		const before = shop.local.server.statements().length;
		expect(await shop.run("test --native", { threads: 1 })).toMatchInlineSnapshot(`
			"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 1 thread · 4 tests · run <id>

			 staging  0 nodes, 4 tests
			 ! accepted_values(staging.orders.status)       test          <s>   3 unexpected values
			 ✗ not_null(staging.orders.id)                  test          <s>   2 nulls
			 ! relationships(staging.orders.customer)       test          <s>   1 row without a parent
			 ✓ unique(staging.orders.id)                    test          <s>
			 staging   ✗ 0/0     1 failed, 2 warned         <s>   tests 1/4

			 ✗ not_null(staging.orders.id)                          2 nulls
			   models/staging/_staging.yml:7
			   Reproduce     tfm show --failures not_null_orders_id

			 ! accepted_values(staging.orders.status)               3 unexpected values
			   models/staging/_staging.yml:10
			   Reproduce     tfm show --failures accepted_values_orders_status__open__paid

			 ! relationships(staging.orders.customer)               1 row without a parent
			   models/staging/_staging.yml:13
			   Reproduce     tfm show --failures relationships_orders_customer__id__ref_customers_

			 Failed  tests 1 ok · 1 failed · 2 warned      <s>
			 Next    fix, then  tfm retry
			[exit 1]
			"
		`);
		const asked = shop.local.server.statements().slice(before);
		expect(asked.filter(({ sql }) => /system\$evaluate/.test(sql)).map(({ sql }) => sql)).toEqual([
			`select expectation_name, value::float as value from table(system$evaluate_data_quality_expectations(ref_entity_name => '"ANALYTICS"."STAGING"."ORDERS"', skip_suspended_dmf => false))`,
		]);
		expect(asked.filter(({ sql }) => /having count\(\*\) > 1/.test(sql)).length).toBe(1);
	});

	test("what the functions found on their schedule is read into the history, once", async () => {
		await open();
		account.standing = carried(await sent("run"));
		account.found = [
			[nameOf("NOT_NULL"), "2026-01-02T03:00:00.000Z", "0"],
			[nameOf("NOT_NULL"), "2026-01-02T04:00:00.000Z", "5"],
			["TFM_OF_ANOTHER_TIME", "2026-01-02T04:00:00.000Z", "9"],
		];
		const before = shop.local.server.statements().length;
		expect(await shop.run("history --tests --native --since 36500")).toMatchInlineSnapshot(`
			"DIMENSION     TESTS  RUNS  PASSED
			completeness      1     3     67%
			consistency       1     1    100%
			uniqueness        1     1    100%
			validity          1     1    100%

			TEST                                               DIMENSION     RUNS  PASSED  LAST FAILED (UTC)    RECENT
			not_null_orders_id                                 completeness     3     67%  2026-01-02 04:00:00  +x+
			accepted_values_orders_status__open__paid          validity         1    100%                       +
			relationships_orders_customer__id__ref_customers_  consistency      1    100%                       +
			unique_orders_id                                   uniqueness       1    100%                       +
			[exit 0]
			"
		`);
		const [asked] = shop.local.server
			.statements()
			.slice(before)
			.filter(({ sql }) => /expectation_status/.test(sql));
		expect(asked!.sql.replace(/'\d{4}[^']*Z'/, "'<since>'")).toMatchInlineSnapshot(`
			"select expectation_name, to_char(convert_timezone('UTC', scheduled_time), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"') as due, value::float as value
			from table(snowflake.local.data_quality_monitoring_expectation_status(ref_entity_name => '"ANALYTICS"."STAGING"."ORDERS"', ref_entity_domain => 'table'))
			where scheduled_time > '<since>'::timestamp_tz and startswith(expectation_name, 'TFM_')
			order by scheduled_time, expectation_name limit 10000"
		`);
		await shop.run("history --native");
		expect(
			await shop.rows(
				`select run_id, status, failures from tfm_state.test_results where startswith(run_id, 'native:') order by "AT"`,
			),
		).toEqual([
			["native:shop:2026-01-02T03:00:00.000Z", "pass", "0"],
			["native:shop:2026-01-02T04:00:00.000Z", "fail", "5"],
		]);
	});

	test("an alert is made once, resumed, suspended, made anew with another text, and goes", async () => {
		const alerting = (more: string): string =>
			`${FILES["tfm_project.yml"]}native_tests: {schedule: 15 minutes, alert: {then: "call tell('shop')", warehouse: small${more}}}\n`;
		await open({ ...FILES, "tfm_project.yml": alerting("") });
		const all = await sent("run");
		expect(all).toContain(`${ORDERS} set data_metric_schedule = '15 MINUTE'`);
		const first = all.filter((sql) => / alert /.test(sql));
		expect(first.join(";\n")).toMatchInlineSnapshot(`
			"create alert if not exists "ANALYTICS"."TFM_STATE"."TFM_ALERT_C15880FA8A17_26E8AF4FEC72" warehouse = small schedule = '60 MINUTE' comment = 'tfm: expectations of "ANALYTICS"."STAGING"."ORDERS"'
			if (exists (select 1 from table(snowflake.local.data_quality_monitoring_expectation_status(ref_entity_name => '"ANALYTICS"."STAGING"."ORDERS"', ref_entity_domain => 'table'))
			where expectation_violated and startswith(expectation_name, 'TFM_')
			and measurement_time between snowflake.alert.last_successful_scheduled_time() and snowflake.alert.scheduled_time()))
			then call tell('shop');
			alter alert "ANALYTICS"."TFM_STATE"."TFM_ALERT_C15880FA8A17_26E8AF4FEC72" resume"
		`);
		const [, name] = /"(TFM_ALERT_\w+)"/.exec(first[0]!)!;
		account.alerts = [[name!, "started"]];
		const alerts = async () => (await sent("run")).filter((sql) => / alert /.test(sql));
		expect(await alerts()).toEqual([]);
		shop.write({ "tfm_project.yml": alerting(", suspended: true") });
		expect(await alerts()).toEqual([`alter alert "ANALYTICS"."TFM_STATE"."${name}" suspend`]);
		shop.write({ "tfm_project.yml": FILES["tfm_project.yml"] });
		expect(await alerts()).toEqual([`drop alert if exists "ANALYTICS"."TFM_STATE"."${name}"`]);
	});

	test("a refusal is a remark: what was published stays, and the run has done its own tests", async () => {
		await open();
		await shop.local.server.stop();
		shop = await projectOnSnowflake(FILES);
		expect(await shop.run("run", { threads: 1 })).toMatchInlineSnapshot(`
			"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 1 thread · 2 models, 4 tests · run <id>

			 staging  2 nodes, 4 tests
			 ✓ staging.customers                            table         <s>
			 ✓ staging.orders                               table         <s>
			 staging   ✓ 2/2                                <s>   tests 4/4

			 Passed  2 built     tests 4 ok      <s>
			[stderr]
			 warning[TFM-NATIVE-004]: the native tests of orders are not as they should be: Unsupported feature 'the table function ANALYTICS.INFORMATION_SCHEMA.DATA_METRIC_FUNCTION_EXPECTATIONS' (local protocol server).
			  ┌─ models/staging/orders.sql:1:1
			 1│ select 1 as id, 'open' as status, 7 as customer union all select 2, 'paid', null
			  │ ^ what was published is not touched by it; \`tfm test --native\` tries it again without a build
			   = next: tfm debug --grants-sql lists what the role needs; Data Metric Functions need the Enterprise edition
			[exit 0]
			"
		`);
	});

	test("where Snowflake refuses to count, or to say what it found, tfm counts itself and says so", async () => {
		await open();
		await shop.local.server.stop();
		shop = await projectOnSnowflake(FILES);
		await shop.run("run");
		const tested = await shop.run("test --native");
		expect(tested).toContain("tests 4/4");
		expect(tested).toContain("warning[TFM-NATIVE-005]: Snowflake did not evaluate the native tests of orders: ");
		const read = await shop.run("history --tests --native");
		expect(read).toContain("warning[TFM-NATIVE-006]: what the native tests of orders found could not be read: ");
	});

	test("a test that no function can say is told with the reason, and is an ordinary test", async () => {
		await open({
			...FILES,
			"tests/few.sql": "{{ config(meta={'native': true}) }} select * from {{ ref('orders') }} where id > 2",
			"models/staging/customers.sql": "select 7 as id, parse_json('{}') as doc",
			"models/staging/_customers.yml": `
models:
  - name: customers
    columns:
      - name: id
        data_tests: [{unique: {config: {meta: {native: true}, limit: 5}}}]
      - name: doc
        data_tests: [{not_null: {config: {meta: {native: true}}}}]
`,
		});
		const text = await shop.run("run");
		expect(text.slice(text.indexOf("[stderr]"))).toMatchInlineSnapshot(`
			"[stderr]
			 warning[TFM-NATIVE-002]: 2 tests stay ordinary tests, for no Data Metric Function says the same:
			     few is a query of the project's own
			     unique_customers_id has a limit
			   = next: set \`meta: {native: false}\` on them where that is as it should be
			 warning[TFM-NATIVE-002]: 1 test stays an ordinary test, for no Data Metric Function says the same:
			     not_null_customers_doc reads DOC of type VARIANT, which no function takes
			  ┌─ models/staging/_customers.yml:8:22
			 8│         data_tests: [{not_null: {config: {meta: {native: true}}}}]
			  │                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
			   = next: set \`meta: {native: false}\` on them where that is as it should be
			[exit 0]
			"
		`);
	});

	test("--grants-sql lists what the role needs for them, and debug looks at what is on the account", async () => {
		await open({
			...FILES,
			"tfm_project.yml": `${FILES["tfm_project.yml"]}native_tests: {alert: {then: call tell()}}\n`,
		});
		const grants = await shop.run("debug --grants-sql");
		expect(
			grants
				.split("\n")
				.filter((line) => /account|snowflake\.|TFM_STATE/.test(line))
				.join("\n"),
		).toMatchInlineSnapshot(`
			"grant execute data metric function on account to role <role>;
			grant execute alert on account to role <role>;
			grant execute managed alert on account to role <role>;
			grant database role snowflake.data_metric_user to role <role>;
			grant application role snowflake.data_quality_monitoring_lookup to role <role>;
			create schema if not exists "ANALYTICS"."TFM_STATE";
			grant usage, create table, create data metric function, create alert on schema "ANALYTICS"."TFM_STATE" to role <role>;"
		`);
		expect(await shop.run("debug")).toContain("account      failed: SYSADMIN lacks execute data metric function");
	});
});
