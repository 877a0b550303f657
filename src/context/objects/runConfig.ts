import { fail } from "../../core/diagnostic.ts";
import { bindArguments, fromPlain, HostFunction, HostObject, toText, type Value } from "../../jinja/jinja.ts";

type Lookup = Readonly<Record<string, unknown>>;

/** Keys that every node's config has in dbt, None where unset: asking for one never gives the default. */
const DECLARED: ReadonlySet<string> = new Set([
	"alias",
	"batch_size",
	"begin",
	"concurrent_batches",
	"database",
	"event_time",
	"full_refresh",
	"group",
	"incremental_strategy",
	"schema",
	"unique_key",
]);
const DECLARED_IN_TESTS: ReadonlySet<string> = new Set([
	"alias",
	"database",
	"group",
	"limit",
	"sql_header",
	"store_failures",
	"store_failures_as",
	"where",
]);

const SPEC = ["name", "default?", "validator?"];

/** dbt makes it of `snapshot_meta_column_names`, each name standing for itself where none is given; only snapshots have it. */
function snapshotColumnNames(config: Lookup | null): Value {
	const given = config?.snapshot_meta_column_names;
	if (typeof given !== "object" || given === null) return undefined;
	const names = Object.entries(given as Lookup).map(([name, own]) => [name, own || name]);
	return fromPlain(Object.fromEntries(names));
}

/** `config` while running: reads the node's resolved configuration; a call says nothing new and prints nothing. */
export class RunConfig extends HostObject {
	readonly typeName = "RuntimeConfigObject";
	readonly #config: Lookup | null;
	readonly #label: string;
	readonly #model: () => Value;
	readonly #declared: ReadonlySet<string>;
	/** What `config.set` put there during this render. */
	readonly #set = new Map<string, Value>();

	/** `config` is null for operations, which have none; `resourceType` says which keys it declares. */
	constructor(config: Lookup | null, label: string, resourceType: string, model: () => Value = () => null) {
		super();
		this.#model = model;
		this.#config = config;
		this.#label = label;
		this.#declared = config === null ? new Set() : resourceType === "test" ? DECLARED_IN_TESTS : DECLARED;
	}

	override call(): Value {
		return "";
	}

	#read(from: Lookup | null, name: string): Value {
		if (this.#set.has(name)) return this.#set.get(name);
		const found = (key: string) => (from !== null && Object.hasOwn(from, key) ? fromPlain(from[key]) : undefined);
		if (name === "snapshot_table_column_names" && from === this.#config) return snapshotColumnNames(from);
		const value = found(name) ?? found(name.replaceAll("_", "-"));
		return value === undefined && from === this.#config && this.#declared.has(name) ? null : value;
	}

	get #meta(): Lookup | null {
		const meta = this.#config?.meta;
		return typeof meta === "object" && meta !== null ? (meta as Lookup) : null;
	}

	override item(key: Value): Value {
		return typeof key === "string" ? this.#read(this.#config, key) : undefined;
	}

	override attribute(name: string): Value {
		switch (name) {
			case "get":
				return this.#getter(name, () => this.#config, "default");
			case "meta_get":
				return this.#getter(name, () => this.#meta, "default");
			case "require":
				return this.#getter(name, () => this.#config, "error");
			case "meta_require":
				return this.#getter(name, () => this.#meta, "error");
			case "set":
				return new HostFunction(name, ({ positional: [key, value] }) => {
					this.#set.set(toText(key), value);
					return "";
				});
			case "model":
				return this.#model();
			case "persist_relation_docs":
				return new HostFunction(name, () => this.#persists("relation"));
			case "persist_column_docs":
				return new HostFunction(name, () => this.#persists("columns"));
		}
		return undefined;
	}

	#getter(name: string, from: () => Lookup | null, missing: "default" | "error"): HostFunction {
		return new HostFunction(name, (args) => {
			const given = bindArguments(name, missing === "default" ? SPEC : ["name", "validator?"], args);
			const key = toText(given.name);
			const value = this.#read(from(), key);
			if (value !== undefined) return value;
			if (missing === "error" && this.#config !== null) fail("TFM-REF-012", { key, from: this.#label });
			return given.default ?? null;
		});
	}

	#persists(what: "relation" | "columns"): boolean {
		const docs = this.#config?.persist_docs;
		return typeof docs === "object" && docs !== null && (docs as Lookup)[what] === true;
	}
}
