/**
 * Contracts of two states of a model. A change that can break those who read the model is refused for a versioned model,
 * whose readers were promised that it stays, and remarked on for others (dbt: ContractBreakingChangeError and
 * UnversionedBreakingChange).
 */
import type { ModelNode, Plain } from "../core/node.ts";
import { samePlain } from "../core/samePlain.ts";
import { isRecord, type PlainRecord } from "./earlierManifest.ts";

export interface ContractState {
	readonly enforced: boolean;
	readonly checksum: string | null;
}

export type ContractChange =
	| { readonly kind: "same" }
	| { readonly kind: "changed"; readonly breaking: readonly string[]; readonly dbt: readonly string[] };

/** Materializations whose tables the database holds to the constraints. */
const ENFORCING: ReadonlySet<Plain> = new Set<Plain>(["table", "incremental"]);

const recordOf = (value: Plain | undefined): PlainRecord => (isRecord(value) ? value : {});
const listOf = (value: Plain | undefined): readonly PlainRecord[] =>
	Array.isArray(value) ? value.filter(isRecord) : [];

/** `varchar(3)` and `VARCHAR(10)` are one type here: a size is no break (dbt). */
const baseType = (type: Plain | undefined): string =>
	String(type ?? "")
		.split("(", 1)[0]!
		.trim()
		.toLowerCase();

export const wasEnforced = (before: PlainRecord): boolean => recordOf(before.contract).enforced === true;

const nameOf = (constraint: PlainRecord): string => String(constraint.name ?? constraint.type);

/** `columns` and `constraints` as manifest.json has them. */
export function compareContracts(before: PlainRecord, now: ModelNode, contract: ContractState): ContractChange {
	if (!wasEnforced(before)) return contract.enforced ? { kind: "changed", breaking: [], dbt: [] } : { kind: "same" };
	if (contract.enforced && contract.checksum === (recordOf(before.contract).checksum ?? null)) return { kind: "same" };

	const wasMaterialized = recordOf(before.config).materialized ?? null;
	const heldBefore = ENFORCING.has(wasMaterialized);
	const oldColumns = Object.entries(recordOf(before.columns)).sort(([a], [b]) => (a < b ? -1 : 1));
	const breaking: string[] = [];
	const words = createDbtWords();
	if (!contract.enforced) {
		breaking.push("the contract is no longer enforced");
		words.add(NO_LONGER_ENFORCED);
	}
	let hadConstraints = listOf(before.constraints).length > 0;
	for (const [key, value] of oldColumns) {
		const old = recordOf(value);
		const column = now.columns[key];
		const constraints = listOf(old.constraints);
		if (constraints.length > 0) hadConstraints = true;
		if (column === undefined) {
			breaking.push(`column ${String(old.name ?? key)} was removed`);
			words.add("Columns were removed", String(old.name ?? key));
			continue;
		}
		if ((old.data_type ?? null) !== column.data_type && baseType(old.data_type) !== baseType(column.data_type)) {
			const types = [String(old.data_type), String(column.data_type)] as const;
			breaking.push(`column ${column.name} changed its type: ${types.join(" → ")}`);
			words.add("Columns with data_type changes", `${column.name} (${types.join(" -> ")})`);
		}
		if (heldBefore)
			for (const lost of missing(constraints, column.constraints)) {
				breaking.push(`column ${column.name} lost its constraint ${nameOf(lost)}`);
				words.add(
					"Enforced column level constraints were removed",
					`'${nameOf(lost)}' constraint on column ${column.name}`,
				);
			}
	}
	if (heldBefore)
		for (const lost of missing(listOf(before.constraints), now.constraints)) {
			breaking.push(`the constraint ${nameOf(lost)} on ${listOfNames(lost.columns)} was removed`);
			const columns = `[${listOfTexts(lost.columns)
				.map((name) => `'${name}'`)
				.join(", ")}]`;
			words.add("Enforced model level constraints were removed", `'${nameOf(lost)}' constraint on columns ${columns}`);
		}
	const { materialized } = now.config;
	if (heldBefore && !ENFORCING.has(materialized) && hadConstraints) {
		breaking.push(`a ${materialized} cannot hold the constraints that the ${String(wasMaterialized)} held`);
		words.add("Materialization changed with enforced constraints", `${String(wasMaterialized)} -> ${materialized}`);
	}
	return { kind: "changed", breaking, dbt: words.all() };
}

const NO_LONGER_ENFORCED =
	"Contract enforcement was removed: Previously, this model had an enforced contract. It is no longer configured to enforce its contract, and this is a breaking change.";

/** In which dbt tells them. */
const ORDER = [
	NO_LONGER_ENFORCED,
	"Columns were removed",
	"Columns with data_type changes",
	"Enforced column level constraints were removed",
	"Enforced model level constraints were removed",
	"Materialization changed with enforced constraints",
];

/** dbt's words: a line for each kind of change, with what changed below it. */
function createDbtWords() {
	const kinds = new Map<string, string[]>();
	return {
		add(kind: string, what?: string): void {
			const list = kinds.get(kind) ?? [];
			if (what !== undefined) list.push(what);
			kinds.set(kind, list);
		},
		all: (): readonly string[] =>
			[...kinds]
				.sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
				.map(([kind, list]) => (list.length === 0 ? kind : `${kind}: \n    - ${list.join("\n    - ")}`)),
	};
}

const missing = (before: readonly PlainRecord[], now: readonly Plain[]): readonly PlainRecord[] =>
	before.filter((constraint) => !now.some((kept) => samePlain(kept, constraint)));

const listOfTexts = (columns: Plain | undefined): readonly string[] =>
	Array.isArray(columns) ? columns.map(String) : [];

const listOfNames = (columns: Plain | undefined): string =>
	Array.isArray(columns) && columns.length > 0 ? columns.join(", ") : "the model";
