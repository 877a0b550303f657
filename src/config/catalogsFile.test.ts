import { expect, it } from "vitest";
import type { Config } from "../core/config.ts";
import { TfmError } from "../core/diagnostic.ts";
import { requireNoCatalogs } from "./catalogsFile.ts";
import { brief, makeSandbox } from "./testing/sandbox.ts";

/** What is said of a project with this catalogs.yml. */
function said(text: string, flags: Config["project"]["flags"] = {}): readonly string[] {
	const box = makeSandbox({ "catalogs.yml": text });
	try {
		requireNoCatalogs({ project: { root: box.dir, flags } as Config["project"] });
		return [];
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		return error.diagnostics.map((found) => `${brief(found).split(" | ")[0]} = ${found.dbt}`);
	} finally {
		box.remove();
	}
}

it("a file without catalogs says nothing", () => {
	expect([...said("catalogs: []\n"), ...said("other: 1\n")]).toEqual([]);
});

it("a catalog is refused on Postgres, as in dbt", () => {
	const text =
		"catalogs:\n  - name: lake\n    write_integrations:\n      - {name: i, catalog_type: built_in, table_format: iceberg}\n";
	expect(said(text)).toMatchInlineSnapshot(`
		[
		  "TFM-CONFIG-036 catalogs.yml:4:33 catalogs.yml cannot be used: Postgres knows no catalogs, and "lake" is one of type built_in = Catalog type is not supported. Received: built_in Expected one of: ",
		]
	`);
	expect(said(text, { use_catalogs_v2: true })).toMatchInlineSnapshot(`
		[
		  "TFM-CONFIG-036 catalogs.yml:2:3 catalogs.yml cannot be used: Postgres knows no catalogs (use_catalogs_v2) = Adapter 'postgres' does not support catalogs.yml v2 yet. Use catalogs.yml v1 or upgrade to a supported adapter version.",
		]
	`);
});

it("all mistakes of a file are told at once", () => {
	expect(said("")).toMatchInlineSnapshot(`
		[
		  "TFM-CONFIG-036 catalogs.yml:1:1 catalogs.yml cannot be used: it is empty = undefined",
		]
	`);
	expect(
		said(
			"catalogs:\n  - name: a\n    x: 1\n    write_integrations: []\n  - name: b\n    active_write_integration: no\n    write_integrations:\n      - {name: i, catalog_type: t, y: 1}\n      - {name: i}\n  - 1\n",
		),
	).toMatchInlineSnapshot(`
		[
		  "TFM-CONFIG-036 catalogs.yml:3:8 catalogs.yml cannot be used: the catalog "a" has the unknown key "x" = undefined",
		  "TFM-CONFIG-036 catalogs.yml:2:5 catalogs.yml cannot be used: "a" must say which of its write integrations is the active one = Catalog 'a' must specify an 'active_write_integration' when multiple 'write_integrations' are provided.",
		  "TFM-CONFIG-036 catalogs.yml:8:39 catalogs.yml cannot be used: the write integration "i" of "b" has the unknown key "y" = undefined",
		  "TFM-CONFIG-036 catalogs.yml:8:33 catalogs.yml cannot be used: Postgres knows no catalogs, and "b" is one of type t = Catalog type is not supported. Received: t Expected one of: ",
		  "TFM-CONFIG-036 catalogs.yml:9:9 catalogs.yml cannot be used: a write integration of "b" needs a \`name\` and a \`catalog_type\` = undefined",
		  "TFM-CONFIG-036 catalogs.yml:6:31 catalogs.yml cannot be used: "b" has no write integration with the name "false" = Catalog 'b' must specify an 'active_write_integration' from its set of defined 'write_integrations'",
		  "TFM-CONFIG-036 catalogs.yml:10:5 catalogs.yml cannot be used: a catalog needs a \`name\` = undefined",
		]
	`);
});
