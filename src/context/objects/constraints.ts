/** Constraints of a contract as DDL, for the macros that write `create table`. */
import type { Dialect } from "../../core/adapter.ts";

interface Raw {
	readonly [key: string]: unknown;
}

const record = (value: unknown): Raw => (typeof value === "object" && value !== null ? (value as Raw) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** One line for each column: name, type, constraints. `columns` maps names to dbt's column records. */
export function columnLines(columns: unknown, dialect: Dialect): string[] {
	return Object.values(record(columns)).map((raw) => {
		const column = record(raw);
		const name = column.quote === true ? dialect.quote(text(column.name)) : text(column.name);
		const constraints = list(column.constraints).map((c) => columnConstraint(record(c)));
		return [name, text(column.data_type), ...constraints].filter((part) => part !== "").join(" ");
	});
}

function columnConstraint(constraint: Raw): string {
	const expression = text(constraint.expression);
	switch (constraint.type) {
		case "not_null":
			return `not null${expression && ` ${expression}`}`;
		case "unique":
			return `unique${expression && ` ${expression}`}`;
		case "primary_key":
			return `primary key${expression && ` ${expression}`}`;
		case "check":
			return expression === "" ? "" : `check (${expression})`;
		case "foreign_key":
			return foreignKey(constraint);
	}
	return expression;
}

/** `references …`: from `to` and `to_columns`, or from the older `expression`. */
function foreignKey(constraint: Raw): string {
	const columns = list(constraint.to_columns).map(text).join(", ");
	if (text(constraint.to) !== "" && columns !== "") return `references ${text(constraint.to)} (${columns})`;
	return text(constraint.expression) === "" ? "" : `references ${text(constraint.expression)}`;
}

/** Constraints of the whole model, those that cannot be written left out. */
export function modelLines(constraints: unknown): string[] {
	return list(constraints).flatMap((raw) => {
		const constraint = record(raw);
		const name = text(constraint.name) === "" ? "" : `constraint ${text(constraint.name)} `;
		const columns = list(constraint.columns).map(text).join(", ");
		const expression = text(constraint.expression);
		switch (constraint.type) {
			case "check":
				return expression === "" ? [] : [`${name}check (${expression})`];
			case "unique":
				return [`${name}unique${expression && ` ${expression}`} (${columns})`];
			case "primary_key":
				return [`${name}primary key${expression && ` ${expression}`} (${columns})`];
			case "foreign_key": {
				const target = foreignKey(constraint);
				return target === "" ? [] : [`${name}foreign key (${columns}) ${target}`];
			}
			case "custom":
				return expression === "" ? [] : [`${name}${expression}`];
		}
		return [];
	});
}
