import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { ColumnLineage } from "../../core/lineage.ts";
import { type GraphNode, isStored, type SourceNode, type StoredNode } from "../../core/node.ts";
import { columnMark } from "../../core/piiMark.ts";
import { suggestName } from "../../core/suggestName.ts";
import type { PropertyPlaces } from "./propertyPlaces.ts";

interface Checked {
	readonly lineage: Pick<ColumnLineage, "nodes">;
	readonly nameOf: (id: string) => string;
	readonly placeOf: PropertyPlaces;
}

/**
 * Columns that a property file names and the SQL, the file or the load is known not to give: their words, tags and tests
 * are about nothing. Silent where not all columns are known (`*` over an open source), where an enforced contract says
 * it (TFM-SQL-011) or a mark of personal data does (TFM-SQL-012), and where a hook may add columns to the table.
 */
export const absentColumns = (nodes: readonly GraphNode[], checked: Checked): readonly Diagnostic[] =>
	nodes.flatMap((node) => (node.resource_type === "source" || isStored(node) ? absentOf(node, checked) : []));

function absentOf(node: SourceNode | StoredNode, { lineage, nameOf, placeOf }: Checked): readonly Diagnostic[] {
	const known = lineage.nodes[node.unique_id];
	if (known?.complete !== true || known.reason !== undefined || hasContract(node) || isAltered(node)) return [];
	const given = known.columns.map(({ name }) => name.toLowerCase());
	return Object.values(node.columns).flatMap((spec): readonly Diagnostic[] => {
		const { name: column } = spec;
		if (given.includes(column.toLowerCase()) || columnMark(spec) !== undefined) return [];
		const facts = {
			node: nameOf(node.unique_id),
			column,
			suggestion: suggestName(column.toLowerCase(), given),
			known: given,
		};
		const at = placeOf(node, column) ?? node.location;
		return [diagnostic("TFM-SQL-014", facts, { severity: "warning", at })];
	});
}

const hasContract = ({ config }: SourceNode | StoredNode): boolean =>
	(config.contract as { readonly enforced?: unknown } | null | undefined)?.enforced === true;

/** A hook may give the table columns that its query has not. */
const isAltered = ({ config }: SourceNode | StoredNode): boolean =>
	/\balter\b/i.test(JSON.stringify([config["pre-hook"] ?? null, config["post-hook"] ?? null]));
