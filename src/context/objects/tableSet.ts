/** agate's set of tables, which group_by gives: the groups' values with their rows. */
import { bindArguments, HostFunction, PyTuple, toText, type Value } from "../../jinja/jinja.ts";
import { MappedSequence } from "./mappedSequence.ts";
import type { TableContent, TypeObject } from "./tableContent.ts";
import { gridText, uniqueNames } from "./tableText.ts";

/** A table as a set sees it. */
export interface GroupTable {
	readonly content: TableContent;
	of(content: TableContent): Value;
}

export class TableSet extends MappedSequence {
	readonly #key: { readonly name: string; readonly type: TypeObject };
	readonly #sample: GroupTable;
	readonly #tables: readonly GroupTable[];

	constructor(
		groups: readonly (readonly [Value, GroupTable & Value])[],
		key: { readonly name: string; readonly type: TypeObject },
		sample: GroupTable,
	) {
		super(
			"TableSet",
			groups.map(([, table]) => table),
			groups.map(([group]) => group),
		);
		this.#key = key;
		this.#sample = sample;
		this.#tables = groups.map(([, table]) => table);
	}

	override attribute(name: string): Value {
		switch (name) {
			case "key_name":
				return this.#key.name;
			case "key_type":
				return this.#key.type;
			case "column_names":
				return PyTuple.fromItems(this.#sample.content.names);
			case "column_types":
				return PyTuple.fromItems(this.#sample.content.types);
			case "merge":
				return new HostFunction(name, (args) => {
					const { groups, group_name: title } = bindArguments("merge", ["groups?", "group_name?", "**rest"], args);
					return this.#merged(
						Array.isArray(groups) ? groups : (this.keys ?? []),
						title == null ? this.#key.name : toText(title),
					);
				});
		}
		return super.attribute(name);
	}

	#merged(groups: readonly Value[], title: string): Value {
		const { names, types } = this.#sample.content;
		return this.#sample.of({
			names: uniqueNames([title, ...names]),
			types: [this.#key.type, ...types],
			rows: this.#tables.flatMap(({ content }, i) => content.rows.map((row) => [groups[i] ?? null, ...row])),
		});
	}

	override toText(): string {
		const rows = this.#tables.map(({ content }, i) => [toText(this.keys?.[i] ?? ""), String(content.rows.length)]);
		return gridText(["table", "rows"], rows);
	}
}
