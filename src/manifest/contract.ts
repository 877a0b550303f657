import { hash } from "node:crypto";
import type { ExecutableNode, Plain } from "../core/node.ts";
import { listOf, textOf } from "./patches.ts";
import { pythonRepr } from "./pythonText.ts";
import { recordOr } from "./resolveConfig.ts";

export interface Contract {
	readonly enforced: boolean;
	readonly alias_types: boolean;
	readonly checksum: string | null;
}

const NO_CONTRACT: Contract = Object.freeze({ enforced: false, alias_types: true, checksum: null });

/** Materializations whose tables the database holds to the constraints. */
const ENFORCING = new Set(["table", "incremental"]);

/**
 * A node's contract. The checksum covers names, types and constraints of the columns in the order of their names, and
 * for tables the materialization and the model's own constraints, each as Python prints dbt's objects: `state:modified`
 * compares it with what dbt wrote.
 */
export function contractOf(node: ExecutableNode): Contract {
	const config = recordOr(node.config.contract as Plain | undefined);
	if (config.enforced !== true)
		return config.alias_types === false ? { ...NO_CONTRACT, alias_types: false } : NO_CONTRACT;
	const columns = Object.values(node.columns).sort((a, b) => (a.name < b.name ? -1 : 1));
	let state = columns
		.map(({ name, data_type, constraints }) => `|${name}${data_type ?? "None"}${listText(constraints, "column")}`)
		.join("");
	if (node.resource_type === "model" && ENFORCING.has(node.config.materialized))
		state += `${node.config.materialized}${listText(node.constraints, "model")}`;
	return {
		enforced: true,
		alias_types: config.alias_types !== false,
		checksum: hash("sha256", state, "hex"),
	};
}

const listText = (constraints: readonly Plain[], level: "column" | "model"): string =>
	`[${constraints.map((constraint) => constraintText(constraint, level)).join(", ")}]`;

/** `ColumnLevelConstraint(type=<ConstraintType.not_null: 'not_null'>, name=None, …)` */
function constraintText(constraint: Plain, level: "column" | "model"): string {
	const record = recordOr(constraint);
	const type = textOf(record.type);
	const fields = [
		`type=<ConstraintType.${type}: '${type}'>`,
		`name=${pythonRepr(record.name ?? null)}`,
		`expression=${pythonRepr(record.expression ?? null)}`,
		`warn_unenforced=${pythonRepr(record.warn_unenforced ?? true)}`,
		`warn_unsupported=${pythonRepr(record.warn_unsupported ?? true)}`,
		`to=${pythonRepr(record.to ?? null)}`,
		`to_columns=${pythonRepr(listOf(record.to_columns))}`,
		...(level === "model" ? [`columns=${pythonRepr(listOf(record.columns))}`] : []),
	];
	return `${level === "model" ? "Model" : "Column"}LevelConstraint(${fields.join(", ")})`;
}
