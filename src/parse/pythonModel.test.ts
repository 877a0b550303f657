import { describe, expect, it } from "vitest";
import { TfmError } from "../core/diagnostic.ts";
import { readPythonModel } from "./pythonModel.ts";

const read = (body: string) =>
	readPythonModel(`import pandas as pd\n\ndef model(dbt, session):\n${body}\n    return df\n`, {
		file: "m.py",
		line: 1,
	});

const mistake = (text: string): string => {
	try {
		readPythonModel(text, { file: "m.py", line: 1 });
	} catch (error) {
		if (error instanceof TfmError)
			return error.diagnostics.map((d) => `${d.at?.line}:${d.at?.column} ${d.message}`).join();
		throw error;
	}
	return "";
};

describe("a Python model", () => {
	it("reads what its literal calls name, wherever they stand", () => {
		const { refs, sources } = read(`
    df = dbt.ref("orders").filter(x)  # dbt.ref("comment")
    other = [dbt.ref('pkg', "customers"), {"a": dbt.ref("v", version=2)}]
    """ dbt.ref("in a text") """
    s = dbt.source("raw",
        'pay' "ments")
    mydbt.ref("not dbt"); x.dbt.ref("not dbt")`);
		expect(refs).toEqual([
			{ name: "orders", package: null, version: null },
			{ name: "customers", package: "pkg", version: null },
			{ name: "v", package: null, version: 2 },
		]);
		expect(sources).toEqual([["raw", "payments"]]);
	});

	it("is configured by dbt.config(), and says which keys it asks for", () => {
		const { configs } = read(`
    dbt.config(materialized="table", packages=["numpy==1.2", 'pandas'], meta={"a": -1.5, "b": None}, enabled=True)
    if dbt.config.get("full", False): pass`);
		const [first, second] = configs;
		expect(first).toEqual({
			materialized: "table",
			packages: ["numpy==1.2", "pandas"],
			meta: { a: -1.5, b: null },
			enabled: true,
		});
		expect(second).toMatchObject({ config_keys_used: ["full"], config_keys_defaults: [false], meta_keys_used: [] });
	});

	it("may not name what it reads by a variable, and has one function model()", () => {
		expect(mistake("def model(dbt, s):\n    x = 'a'\n    return dbt.ref(x)\n")).toBe(
			"3:12 m.py calls dbt.ref() with something that is not a literal",
		);
		expect(mistake("x = 1\n")).toBe("1:1 m.py has no function model(dbt, session)");
	});
});
