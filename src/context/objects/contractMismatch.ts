import { fail } from "../../core/diagnostic.ts";
import { PyDict, toText, type Value } from "../../jinja/jinja.ts";
import { iterableItems } from "./iterableItems.ts";

interface Column {
	readonly name: string;
	readonly type: string;
}

const columnsOf = (list: Value): readonly Column[] =>
	list == null
		? []
		: [...iterableItems(list)].map((item) => {
				const read = (key: string) => (item instanceof PyDict ? toText(item.get(key) ?? "") : "");
				return { name: read("name"), type: read("data_type") };
			});

/** One row of dbt's table: the column, its type in the query, its type in the contract, what is wrong. */
export type Mismatch = readonly [column: string, definition: string, contract: string, reason: string];

export function mismatches(contract: readonly Column[], query: readonly Column[]): readonly Mismatch[] {
	const declared = new Map(contract.map(({ name, type }) => [name, type]));
	const given = new Set(query.map(({ name }) => name));
	const rows: Mismatch[] = [];
	for (const { name, type } of query) {
		const wanted = declared.get(name);
		if (wanted === undefined) rows.push([name, type, "", "missing in contract"]);
		else if (wanted !== type) rows.push([name, type, wanted, "data type mismatch"]);
	}
	for (const { name, type } of contract) if (!given.has(name)) rows.push([name, "", type, "missing in definition"]);
	return rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** `exceptions.raise_contract_error(yaml_columns, sql_columns)`: lists of dicts with `name` and `data_type`. */
export const raiseContractError = (model: string, contract: Value, query: Value): never =>
	fail("TFM-REF-031", { model, rows: mismatches(columnsOf(contract), columnsOf(query)) });
