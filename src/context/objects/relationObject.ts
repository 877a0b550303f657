/**
 * A relation as templates see it: dbt's Relation. It prints as the quoted name, is a mapping in the eyes of Jinja and
 * answers `.get('metadata')`, because packages recognise relations by exactly that.
 */
import type { Dialect } from "../../core/adapter.ts";
import { fail } from "../../core/diagnostic.ts";
import { type EventWindow, eventTimeText } from "../../core/eventTime.ts";
import type { QuotePolicy, RelationKind, RelationName } from "../../core/relation.ts";
import {
	bindArguments,
	HostFunction,
	HostObject,
	PyDict,
	repr,
	toText,
	truthy,
	type Value,
} from "../../jinja/jinja.ts";

type Part = "database" | "schema" | "identifier";
const PARTS: readonly Part[] = ["database", "schema", "identifier"];
type Path = Readonly<Record<Part, string | null>>;

/** dbt's relation types; a CTE is what an ephemeral model becomes. */
export type RelationType =
	| "table"
	| "view"
	| "cte"
	| "materialized_view"
	| "dynamic_table"
	| "external"
	| "pointer_table"
	| "function";

export interface RelationFields {
	readonly path: Path;
	readonly type: RelationType | null;
	readonly quote: QuotePolicy;
	readonly include: QuotePolicy;
	/** `--empty`: the relation prints as a query without rows. */
	readonly limit: number | null;
	/** A batch, or `--sample`: the relation prints as a query of the rows in this window. `field` as it stands in SQL. */
	readonly eventTime: (EventWindow & { readonly field: string }) | null;
	/** A view of the information schema that follows the name, or null. */
	readonly informationView: string | null;
}

/** What can be renamed, and replaced by one statement. A materialized view of Postgres cannot. */
const movable = ({ upToDateType }: Dialect): readonly (RelationType | null)[] =>
	upToDateType === "dynamic_table" ? ["table", "view", upToDateType] : ["table", "view"];
const EVERYTHING: QuotePolicy = Object.freeze({ database: true, schema: true, identifier: true });

export const relationTypeOf = (
	kind: RelationKind | undefined,
	{ upToDateType }: Pick<Dialect, "upToDateType">,
): RelationType | null => {
	if (kind === undefined || kind === "other") return null;
	return kind === "materialized_view" ? upToDateType : kind;
};

export class RelationObject extends HostObject {
	readonly typeName: string;
	override readonly isMapping = true;
	readonly fields: RelationFields;
	readonly dialect: Dialect;

	constructor(dialect: Dialect, fields: RelationFields) {
		super();
		this.dialect = dialect;
		this.fields = fields;
		// dbt_utils asks whether the type's name ends with "Relation".
		this.typeName = `${dialect.name.charAt(0).toUpperCase()}${dialect.name.slice(1)}Relation`;
	}

	/** The three parts as the rest of tfm names relations; absent parts are empty. */
	get relationName(): RelationName {
		const { database, schema, identifier } = this.fields.path;
		return { database: database ?? "", schema: schema ?? "", identifier: identifier ?? "" };
	}

	/** What the catalog calls it: parts that are written without quotes are folded as the database does it. */
	get storedName(): RelationName {
		const { quote } = this.fields;
		const { database, schema, identifier } = this.relationName;
		const stored = (part: "schema" | "identifier", name: string) => (quote[part] ? name : this.dialect.fold(name));
		return {
			database: quote.database ? database : this.dialect.storedDatabase(database),
			schema: stored("schema", schema),
			identifier: stored("identifier", identifier),
		};
	}

	/** The name under its policies, without the queries that `--empty`, `--sample` and batches put around it. */
	render(): string {
		const { path, quote, include, informationView } = this.fields;
		const parts: string[] = [];
		for (const part of PARTS) {
			const text = path[part];
			if (include[part] && text !== null && text !== "") parts.push(quote[part] ? this.dialect.quote(text) : text);
		}
		if (informationView !== null) parts.push(informationView);
		return parts.join(".");
	}

	/** dbt's order: the window around the limit. */
	override toText(): string {
		const { limit, eventTime } = this.fields;
		const limited =
			limit === null
				? this.render()
				: this.#subquery("limit", limit === 0 ? "where false limit 0" : `limit ${limit}`, this.render());
		if (eventTime === null) return limited;
		const { field, start, end } = eventTime;
		const inside = `${field} >= '${eventTimeText(start)}' and ${field} < '${eventTimeText(end)}'`;
		return this.#subquery("et_filter", `where ${inside}`, limited);
	}

	#subquery(kind: string, clause: string, from: string): string {
		const name = `_dbt_${kind}_subq_${this.fields.path.identifier}`;
		return `(select * from ${from} ${clause}) ${isPlainIdentifier(name) ? name : this.dialect.quote(name)}`;
	}

	override toRepr(): string {
		return `<${this.typeName} ${this.render()}>`;
	}

	override toPlainValue(): Value {
		return this.toText();
	}

	override truth(): boolean {
		return true;
	}

	override equals(other: Value): boolean {
		return other instanceof RelationObject && this.#identity() === other.#identity();
	}

	override hashKey(): string {
		return this.render();
	}

	#identity(): string {
		const { path, type, quote, include, informationView, limit, eventTime } = this.fields;
		const flags = (policy: QuotePolicy) => PARTS.map((part) => policy[part]);
		const rows = [limit, eventTime];
		return JSON.stringify([PARTS.map((p) => path[p]), type, flags(quote), flags(include), informationView, rows]);
	}

	replace(changes: Partial<RelationFields>): RelationObject {
		return new RelationObject(this.dialect, { ...this.fields, ...changes });
	}

	withoutIdentifier(): RelationObject {
		const { path, include } = this.fields;
		return this.replace({ include: { ...include, identifier: false }, path: { ...path, identifier: null } });
	}

	informationSchema(view: string | null): RelationObject {
		const { path, quote, include } = this.fields;
		return this.replace({
			type: "view",
			path: { database: path.database, schema: null, identifier: "INFORMATION_SCHEMA" },
			quote: { ...quote, identifier: false },
			include: { ...include, database: path.database !== null, schema: false, identifier: true },
			informationView: view,
		});
	}

	override item(key: Value): Value {
		return typeof key === "string" ? this.attribute(key) : undefined;
	}

	override attribute(name: string): Value {
		const method = METHODS.get(name);
		if (method !== undefined) return new HostFunction(name, (args) => method(this, args));
		return PROPERTIES.get(name)?.(this);
	}
}

/** The name of a relation that a template gives; null for anything else. */
export const relationNameOf = (value: Value): RelationName | null =>
	value instanceof RelationObject ? value.relationName : null;

const PROPERTIES: ReadonlyMap<string, (relation: RelationObject) => Value> = new Map<
	string,
	(relation: RelationObject) => Value
>([
	["database", (r) => r.fields.path.database],
	["schema", (r) => r.fields.path.schema],
	["identifier", (r) => r.fields.path.identifier],
	["name", (r) => r.fields.path.identifier],
	["table", (r) => r.fields.path.identifier],
	["type", (r) => r.fields.type],
	["path", (r) => PyDict.from(r.fields.path)],
	["quote_policy", (r) => PyDict.from({ ...r.fields.quote })],
	["include_policy", (r) => PyDict.from({ ...r.fields.include })],
	["quote_character", () => '"'],
	["limit", (r) => r.fields.limit],
	["is_table", (r) => r.fields.type === "table"],
	["is_view", (r) => r.fields.type === "view"],
	["is_cte", (r) => r.fields.type === "cte"],
	["is_materialized_view", (r) => r.fields.type === "materialized_view"],
	[
		"is_dynamic_table",
		(r) => (r.dialect.upToDateType === "dynamic_table" ? r.fields.type === "dynamic_table" : undefined),
	],
	["is_pointer", (r) => r.fields.type === "pointer_table"],
	["is_function", (r) => r.fields.type === "function"],
	["can_be_renamed", (r) => movable(r.dialect).includes(r.fields.type)],
	["can_be_replaced", (r) => movable(r.dialect).includes(r.fields.type)],
	["renameable_relations", (r) => [...movable(r.dialect)]],
	["replaceable_relations", (r) => [...movable(r.dialect)]],
	["information_schema_view", (r) => r.fields.informationView],
	["Table", () => "table"],
	["View", () => "view"],
	["CTE", () => "cte"],
	["External", () => "external"],
	["MaterializedView", () => "materialized_view"],
	["DynamicTable", () => "dynamic_table"],
	["PointerTable", () => "pointer_table"],
	["Function", () => "function"],
	["catalog", () => null],
	["event_time_filter", () => null],
	["require_alias", () => true],
	["dbt_created", () => false],
	["get_relation_type", () => RELATION_TYPES],
]);

/** dbt's RelationType: its members by name, and a call that checks a type's text. */
class RelationTypes extends HostObject {
	readonly typeName = "EnumType";

	override call(args: Parameters<typeof bindArguments>[2]): Value {
		return relationTypeFrom(bindArguments("get_relation_type", ["value"], args).value);
	}

	override attribute(name: string): Value {
		return Object.hasOwn(TYPE_MEMBERS, name) ? TYPE_MEMBERS[name] : undefined;
	}

	override toText(): string {
		return "<enum 'RelationType'>";
	}
}

export const TYPE_MEMBERS: Readonly<Record<string, RelationType>> = Object.freeze({
	Table: "table",
	View: "view",
	CTE: "cte",
	External: "external",
	MaterializedView: "materialized_view",
	DynamicTable: "dynamic_table",
	PointerTable: "pointer_table",
	Function: "function",
});

export const RELATION_TYPES: HostObject = new RelationTypes();

/** A relation's type as a template gives it. Errors: REF-006 for what dbt does not know. */
export function relationTypeFrom(value: Value): RelationType {
	const type = toText(value ?? null);
	const known = Object.values(TYPE_MEMBERS).find((name) => name === type);
	if (known !== undefined) return known;
	const usage = Object.values(TYPE_MEMBERS).join(", ");
	return fail("TFM-REF-006", { callee: "the type of a relation", problem: `cannot be ${repr(value)}`, usage });
}

type Method = (relation: RelationObject, args: Parameters<typeof bindArguments>[2]) => Value;

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
	["render", (r) => r.render()],
	["relation_max_name_length", (r) => r.dialect.maxIdentifierBytes],
	["quoted", (r, args) => r.dialect.quote(toText(bindArguments("quoted", ["identifier"], args).identifier))],
	[
		"get",
		(r, args) => {
			const { key, default: fallback } = bindArguments("get", ["key", "default?"], args);
			// Only get() knows of metadata: packages recognise relations by it, and dbt shows it nowhere else.
			if (key === "metadata") return PyDict.from({ type: r.typeName });
			return (typeof key === "string" ? PROPERTIES.get(key)?.(r) : undefined) ?? fallback ?? null;
		},
	],
	["quote", (r, args) => r.replace({ quote: policyFrom("quote", r.fields.quote, args) })],
	["render_limited", (r) => r.toText()],
	["get_default_quote_policy", () => PyDict.from({ ...EVERYTHING })],
	["get_default_include_policy", () => PyDict.from({ ...EVERYTHING })],
	["replace", incorporate],
	[
		"scd_args",
		(_r, args) => {
			const { primary_key: key, updated_at } = bindArguments("scd_args", ["primary_key", "updated_at"], args);
			return [...(Array.isArray(key) ? key : [key]), updated_at];
		},
	],
	[
		"to_dict",
		(r) => {
			const { path, type, quote, include, limit } = r.fields;
			return PyDict.from({
				path: PyDict.from(path),
				type,
				quote_character: '"',
				include_policy: PyDict.from({ ...include }),
				quote_policy: PyDict.from({ ...quote }),
				dbt_created: false,
				limit,
			});
		},
	],
	["include", (r, args) => r.replace({ include: policyFrom("include", r.fields.include, args) })],
	["replace_path", (r, args) => r.replace({ path: pathFrom("replace_path", r.fields.path, args) })],
	["incorporate", incorporate],
	["without_identifier", (r) => r.withoutIdentifier()],
	[
		"information_schema",
		(r, args) => {
			const { view_name: view } = bindArguments("information_schema", ["view_name?"], args);
			return r.informationSchema(typeof view === "string" ? view : null);
		},
	],
	["information_schema_only", (r) => r.informationSchema(null)],
	["matches", matches],
	[
		"add_ephemeral_prefix",
		(_r, args) => `__dbt__cte__${toText(bindArguments("add_ephemeral_prefix", ["name"], args).name)}`,
	],
]);

const PART_SPEC = ["database?", "schema?", "identifier?"];

function policyFrom(name: string, policy: QuotePolicy, args: Parameters<typeof bindArguments>[2]): QuotePolicy {
	const given = bindArguments(name, PART_SPEC, args);
	const next: Record<Part, boolean> = { ...policy };
	for (const part of PARTS) if (given[part] !== undefined && given[part] !== null) next[part] = truthy(given[part]);
	return next;
}

const textOrNull = (value: Value): string | null => (value === null || value === undefined ? null : toText(value));

function pathFrom(name: string, path: Path, args: Parameters<typeof bindArguments>[2]): Path {
	const given = bindArguments(name, PART_SPEC, args);
	const next: Record<Part, string | null> = { ...path };
	for (const part of PARTS) if (part in given) next[part] = textOrNull(given[part]);
	return next;
}

/** `incorporate(path={"identifier": "x"}, type="table")`: dbt's deep merge into a copy. */
function incorporate(relation: RelationObject, args: Parameters<typeof bindArguments>[2]): Value {
	const spec = ["path?", "type?", "quote_policy?", "include_policy?", "limit?", "**rest"];
	const given = bindArguments("incorporate", spec, args);
	let next = relation.fields;
	if (given.path instanceof PyDict) next = { ...next, path: mergeInto(next.path, given.path, textOrNull) };
	if (given.quote_policy instanceof PyDict)
		next = { ...next, quote: mergeInto(next.quote, given.quote_policy, truthy) };
	if (given.include_policy instanceof PyDict)
		next = { ...next, include: mergeInto(next.include, given.include_policy, truthy) };
	if (given.type !== undefined) next = { ...next, type: given.type === null ? null : relationTypeFrom(given.type) };
	if (given.limit !== undefined) next = { ...next, limit: given.limit === null ? null : Number(toText(given.limit)) };
	return relation.replace(next);
}

function mergeInto<T>(base: Readonly<Record<Part, T>>, changes: PyDict, read: (v: Value) => T): Record<Part, T> {
	const next: Record<Part, T> = { ...base };
	for (const part of PARTS) if (changes.has(part)) next[part] = read(changes.get(part));
	return next;
}

function matches(relation: RelationObject, args: Parameters<typeof bindArguments>[2]): boolean {
	const given = bindArguments("matches", PART_SPEC, args);
	const wanted = PARTS.filter((part) => given[part] !== undefined && given[part] !== null);
	if (wanted.length === 0)
		fail("TFM-REF-006", {
			callee: "matches()",
			problem: "needs a part of a name",
			usage: "relation.matches(identifier='…')",
		});
	return wanted.every((part) => relation.fields.path[part] === toText(given[part]));
}

export interface RelationOptions {
	readonly type?: RelationType | null;
	readonly quote?: Partial<QuotePolicy>;
	readonly limit?: number | null;
	readonly eventTime?: RelationFields["eventTime"];
}

/** A relation of this name under the dialect's quoting, changed by `options.quote`. */
export function relationObject(dialect: Dialect, name: RelationName, options: RelationOptions = {}): RelationObject {
	return new RelationObject(dialect, {
		path: { database: name.database || null, schema: name.schema || null, identifier: name.identifier || null },
		type: options.type ?? null,
		quote: { ...dialect.defaultQuoting, ...definedOnly(options.quote) },
		include: EVERYTHING,
		limit: options.limit ?? null,
		eventTime: options.eventTime ?? null,
		informationView: null,
	});
}

/**
 * The relation that a stored name means: quoted where a bare name would mean another one. `written`: the name as the
 * project configures it, which stands in its place where both mean the same.
 */
export function storedRelationObject(
	dialect: Dialect,
	name: RelationName,
	options: RelationOptions & { readonly written?: RelationName } = {},
): RelationObject {
	const policy = { ...dialect.defaultQuoting, ...definedOnly(options.quote) };
	const path: Record<Part, string> = { ...name };
	const quote: Record<Part, boolean> = { ...policy };
	for (const part of PARTS) {
		const fold = part === "database" ? dialect.storedDatabase : dialect.fold;
		if (policy[part] || name[part] === "") continue;
		if (options.written !== undefined && fold(options.written[part]) === name[part]) path[part] = options.written[part];
		else quote[part] = fold(name[part]) !== name[part] || !isPlainIdentifier(name[part]);
	}
	return relationObject(dialect, path, { ...options, quote });
}

/** A quoting config without the parts it leaves open (null or absent) and without keys that are no part of a name. */
export function definedOnly(quoting: { readonly [key: string]: unknown } | null | undefined): Partial<QuotePolicy> {
	const result: { -readonly [P in keyof QuotePolicy]?: boolean } = {};
	for (const part of PARTS) {
		const value = quoting?.[part];
		if (typeof value === "boolean") result[part] = value;
	}
	return result;
}

/** What an ephemeral model is in its consumer's query; a name that SQL would fold or misread is quoted. */
export function cteObject(
	dialect: Dialect,
	identifier: string,
	rows: Pick<RelationOptions, "limit" | "eventTime"> = {},
): RelationObject {
	return relationObject(
		dialect,
		{ database: "", schema: "", identifier },
		{ type: "cte", quote: { identifier: !isPlainIdentifier(identifier) }, ...rows },
	);
}

const isPlainIdentifier = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
