import type { Dialect } from "../../core/adapter.ts";
import type { QuotePolicy } from "../../core/relation.ts";
import { bindArguments, HostFunction, HostObject, PyDict, toPlain, toText, type Value } from "../../jinja/jinja.ts";
import type { ProjectFacts } from "../projectFacts.ts";
import { ColumnClass } from "./columnObject.ts";
import { definedOnly, RELATION_TYPES, relationObject, relationTypeFrom, TYPE_MEMBERS } from "./relationObject.ts";

const CREATE = ["database?", "schema?", "identifier?", "type?", "quote_policy?", "limit?", "**rest"];

/** `api.Relation`: create(), the names of the types, and what else packages call on the class. */
export class RelationClass extends HostObject {
	readonly typeName = "RelationProxy";
	readonly #dialect: Dialect;
	readonly #quoting: Partial<QuotePolicy>;

	constructor(dialect: Dialect, quoting: Partial<QuotePolicy>) {
		super();
		this.#dialect = dialect;
		this.#quoting = quoting;
	}

	override attribute(name: string): Value {
		switch (name) {
			case "create":
				return new HostFunction(name, (args) => {
					const given = bindArguments("create", CREATE, args);
					const text = (value: Value) => (value == null ? "" : toText(value));
					return relationObject(
						this.#dialect,
						{ database: text(given.database), schema: text(given.schema), identifier: text(given.identifier) },
						{
							type: given.type == null ? null : relationTypeFrom(given.type),
							quote: { ...this.#quoting, ...quotingOf(given.quote_policy) },
							limit: given.limit == null ? null : Number(toText(given.limit)),
						},
					);
				});
			case "add_ephemeral_prefix":
				return new HostFunction(name, ({ positional }) => `__dbt__cte__${toText(positional[0])}`);
			case "scd_args":
				return new HostFunction(name, (args) => {
					const { primary_key: key, updated_at } = bindArguments("scd_args", ["primary_key", "updated_at"], args);
					return [...(Array.isArray(key) ? key : [key]), updated_at];
				});
		}
		if (name === "get_relation_type") return RELATION_TYPES;
		return Object.hasOwn(TYPE_MEMBERS, name) ? TYPE_MEMBERS[name] : undefined;
	}

	override toText(): string {
		return "<class 'Relation'>";
	}
}

const quotingOf = (value: Value): Partial<QuotePolicy> =>
	value instanceof PyDict ? definedOnly(toPlain(value) as Record<string, unknown>) : {};

export const apiObject = (facts: ProjectFacts): PyDict =>
	PyDict.from({
		Relation: new RelationClass(facts.dialect, facts.config.project.quoting),
		Column: new ColumnClass(facts.dialect),
	});
