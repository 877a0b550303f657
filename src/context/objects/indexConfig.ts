import { createHash } from "node:crypto";
import { fail } from "../../core/diagnostic.ts";
import { bindArguments, HostFunction, HostObject, PyDict, repr, toText, type Value } from "../../jinja/jinja.ts";
import { iterableItems } from "./iterableItems.ts";

const USAGE = "indexes=[{'columns': ['a'], 'unique': true, 'type': 'btree'}]";
const wrong = (problem: string, dbt?: string): never =>
	fail("TFM-REF-006", {
		callee: "an entry of `indexes`",
		problem,
		usage: USAGE,
		...(dbt === undefined ? {} : { dbt: `Could not parse index config: ${dbt}` }),
	});

/** One entry of the `indexes` config of a Postgres model. */
class IndexConfig extends HostObject {
	readonly typeName = "PostgresIndexConfig";
	readonly #columns: readonly string[];
	readonly #unique: boolean;
	readonly #method: string | null;

	constructor(columns: readonly string[], unique: boolean, method: string | null) {
		super();
		this.#columns = columns;
		this.#unique = unique;
		this.#method = method;
	}

	override attribute(name: string): Value {
		switch (name) {
			case "columns":
				return [...this.#columns];
			case "unique":
				return this.#unique;
			case "type":
				return this.#method;
			case "render":
				return new HostFunction(name, (args) => this.#name(bindArguments(name, ["relation"], args).relation));
		}
		return undefined;
	}

	/**
	 * The index's name. dbt mixes the clock in, because its old and new tables share a schema while they are swapped;
	 * candidates stand in a schema of their own, so the name follows from the definition alone.
	 */
	#name(relation: Value): string {
		const identifier = relation instanceof HostObject ? relation.attribute("identifier") : relation;
		const parts = [...this.#columns, toText(identifier), String(this.#unique), this.#method ?? ""];
		return createHash("md5").update(parts.join("_"), "utf8").digest("hex");
	}
}

/** Reads an entry of `indexes`. Errors: REF-006. */
export function indexConfig(raw: Value): Value {
	if (raw === null || raw === undefined) return null;
	if (!(raw instanceof PyDict)) return wrong(`must be a dict, not ${repr(raw)}`);
	for (const key of raw.keys())
		if (!["columns", "unique", "type"].includes(toText(key))) wrong(`has the unknown key ${repr(key)}`);
	const columns = raw.get("columns");
	const method = raw.get("type");
	if (columns === undefined)
		return wrong("needs `columns`, a list of column names", "'columns' is a required property");
	if (!Array.isArray(columns) || columns.length === 0)
		return wrong("needs `columns`, a list of column names", `columns: ${repr(columns)} is not of type 'array'`);
	const unique = raw.get("unique") ?? false;
	if (typeof unique !== "boolean")
		return wrong("needs `unique` to be true or false", `unique: ${repr(unique)} is not of type 'boolean'`);
	// Which methods there are is the database's to say: extensions bring more.
	return new IndexConfig(iterableItems(columns).map(toText), unique, method == null ? null : toText(method));
}
