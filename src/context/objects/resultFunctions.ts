import { fail } from "../../core/diagnostic.ts";
import { bindArguments, HostFunction, PyDict, toText, type Value } from "../../jinja/jinja.ts";
import type { BaseContext } from "../contextScope.ts";
import { ResponseObject } from "./responseObject.ts";
import { emptyTable, TableObject } from "./tableObject.ts";

/** Marks a result that was loaded: dbt hands each one out once. */
const TAKEN = undefined;

const tableWriter = (context: BaseContext) => (text: string) => context.write({ text, info: true });

function store(context: BaseContext, name: string, response: Value, table: Value): Value {
	const stored = table instanceof TableObject ? table : emptyTable(tableWriter(context));
	const data = stored.content.rows.map((row) => [...row]);
	context.results.set(name, PyDict.from({ response, data, table: stored }));
	return "";
}

/** store_result, store_raw_result and load_result, by which macros pass the outcome of a statement on. */
export const resultFunctions = {
	store_result: (context: BaseContext): HostFunction =>
		new HostFunction("store_result", (args) => {
			const given = bindArguments("store_result", ["name", "response", "agate_table?"], args);
			return store(context, toText(given.name), given.response, given.agate_table);
		}),
	store_raw_result: (context: BaseContext): HostFunction =>
		new HostFunction("store_raw_result", (args) => {
			const spec = ["name", "message?", "code?", "rows_affected?", "agate_table?"];
			const given = bindArguments("store_raw_result", spec, args);
			const response = new ResponseObject(toText(given.message ?? ""), given.code ?? null, given.rows_affected ?? null);
			return store(context, toText(given.name), response, given.agate_table);
		}),
	load_result: (context: BaseContext): HostFunction =>
		new HostFunction("load_result", (args) => {
			const name = toText(bindArguments("load_result", ["name"], args).name);
			if (!context.results.has(name)) return null;
			const result = context.results.get(name);
			if (result === TAKEN)
				return fail("TFM-REF-013", {
					callee: `load_result('${name}')`,
					reason: "this result was loaded before, and each is handed out once",
					dbt: `The 'statement' result named '${name}' has already been loaded into a variable`,
				});
			if (name !== "main") context.results.set(name, TAKEN);
			return result;
		}),
} as const;
