import { afterEach, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

let shop: ProjectOnSnowflake | undefined;
afterEach(() => shop?.stop());

const PROJECT = "name: shop\nversion: '1.0'\nprofile: shop\n";
const FILES = {
	"dbt_project.yml": PROJECT,
	"models/odd.sql": "{{ config(alias='a\"b') }}\nselect 1 as id",
	"models/dotted.sql": "{{ config(alias='v1.orders') }}\nselect 1 as id",
	"models/one.sql": "select 1 as id",
};

const start = async (files: Readonly<Record<string, string>>): Promise<ProjectOnSnowflake> => {
	shop = await projectOnSnowflake(files);
	return shop;
};

test("an alias that only quotes would make a name fails its model alone, and is built where it is quoted", async () => {
	const { run, write, rows } = await start(FILES);
	expect(await run("run")).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 3 models · run <id>

		 ✗ dotted                                       view          <s>   the relation of dotted cannot be called "V1.ORDERS": the name holds a quotation mark or a dot, and is written without quotes
		 ✗ odd                                          view          <s>   the relation of odd cannot be called "A"B": the name holds a quotation mark or a dot, and is written without quotes
		 ✓ one                                          view          <s>

		 ✗ dotted                                               error
		   models/dotted.sql:1
		     error[TFM-APP-013]: the relation of dotted cannot be called "V1.ORDERS": the name holds a quotation mark or a dot, and is written without quotes
		      ┌─ models/dotted.sql:1:1
		     1│ {{ config(alias='v1.orders') }}
		      │ ^
		       = next: give another \`alias:\`, or set \`quoting: {identifier: true}\` in the project file
		   Reproduce     tfm run --select dotted
		   SQL           target/run/shop/models/dotted.sql

		 ✗ odd                                                  error
		   models/odd.sql:1
		     error[TFM-APP-013]: the relation of odd cannot be called "A"B": the name holds a quotation mark or a dot, and is written without quotes
		      ┌─ models/odd.sql:1:1
		     1│ {{ config(alias='a"b') }}
		      │ ^
		       = next: give another \`alias:\`, or set \`quoting: {identifier: true}\` in the project file
		   Reproduce     tfm run --select odd
		   SQL           target/run/shop/models/odd.sql

		 Published 1  one

		 Failed  1 built · 2 failed      <s>
		 Next    fix, then  tfm retry        (only what failed and was skipped)
		[exit 1]
		"
	`);
	expect(await rows("select id from SHOP.ONE")).toEqual([["1"]]);
	write({ "dbt_project.yml": `${PROJECT}quoting: {identifier: true}\n` });
	expect(await run("run")).toContain(" Passed  3 built");
	expect(await rows('select a.id, b.id from SHOP."a""b" a, SHOP."v1.orders" b')).toEqual([["1", "1"]]);
});

test("in layers, too, such a model fails alone", async () => {
	const { run, rows } = await start({
		"tfm_project.yml": "name: shop\nprofile: shop\nlayers: [staging]\nschema_naming: exact\n",
		"models/staging/odd.sql": FILES["models/odd.sql"],
		"models/staging/one.sql": FILES["models/one.sql"],
	});
	const said = await run("run");
	expect(said).toContain('the relation of odd cannot be called "A"B"');
	expect(said).toContain("Published 1  staging.one");
	expect(await rows("select id from STAGING.ONE")).toEqual([["1"]]);
});

test("the profile's schema with a quotation mark is told at each model", async () => {
	const { run } = await start({ "dbt_project.yml": PROJECT, "models/one.sql": "select 1 as id" });
	expect(await run("run", { schema: 'nä"mes; drop' })).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 1 model · run <id>

		 ✗ one                                          view          <s>   the schema of one cannot be called "Nä"MES; DROP": the name holds a quotation mark or a dot, and is written without quotes

		 ✗ one                                                  error
		   models/one.sql:1
		     error[TFM-APP-013]: the schema of one cannot be called "Nä"MES; DROP": the name holds a quotation mark or a dot, and is written without quotes
		      ┌─ models/one.sql:1:1
		     1│ select 1 as id
		      │ ^
		       = next: give another \`schema:\`, or set \`quoting: {schema: true}\` in the project file
		   Reproduce     tfm run --select one
		   SQL           target/run/shop/models/one.sql

		 Failed  1 failed      <s>
		 Next    fix, then  tfm retry        (only what failed and was skipped)
		[exit 1]
		"
	`);
});

test("a seed's header with a space says what helps", async () => {
	const { run, write, rows } = await start({ "dbt_project.yml": PROJECT, "seeds/people.csv": "id,Mixed Name\n1,a\n" });
	expect(await run("seed")).toContain("correct `delimiter` or the header, or set `quote_columns: true`");
	write({ "dbt_project.yml": `${PROJECT}seeds: {+quote_columns: true}\n` });
	expect(await run("seed")).toContain("1 row");
	expect(await rows('select "Mixed Name" from SHOP.PEOPLE')).toEqual([["a"]]);
});
