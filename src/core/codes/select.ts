import { code, didYouMean, event } from "./entry.ts";

const listed = (names: readonly string[]): string => names.join(", ");

export const SELECT_CODES = {
	/** `id`: of the node that is read. */
	"TFM-GRAPH-001": code<{
		edges: readonly { readonly read: string; readonly reader: string; readonly id: string }[];
	}>({
		message: (f) => {
			const names = f.edges.map((edge) => edge.read);
			if (names.length === 1) return `${names[0]} reads itself`;
			const shown = names.length > 12 ? [...names.slice(0, 6), "…", ...names.slice(-5)] : names;
			return `nodes read each other in a circle: ${[...shown, names[0]].join(" → ")}`;
		},
		hint: (f) =>
			f.edges.length === 1
				? "to read what an earlier run built, use {{ this }} inside {% if is_incremental() %}"
				: "one of these ref() must go; move what both need into a model of its own",
		dbt: (f) => `Found a cycle: ${f.edges.map((edge) => edge.id).join(" --> ")}`,
		explain:
			"Following ref() from model to model leads back to the first one, so there is no order in which they could be built. The places below are the readers, one for each step.",
	}),
	"TFM-SELECT-001": code<{ method: string; raw: string; suggestion?: string | undefined; known: readonly string[] }>({
		message: (f) => `"${f.method}:" in "${f.raw}" is not a way to select`,
		hint: (f) => didYouMean(f.suggestion) ?? `ways to select: ${listed(f.known)}`,
		explain: "The word before the colon of a selector names a method; this one does not exist.",
	}),
	"TFM-SELECT-002": code<{ raw: string }>({
		message: (f) => `"${f.raw}" has both @ in front and + behind`,
		hint: () => "@ already includes all that descends from the node",
		explain: "@node means the node, its descendants, and all that these read; a + behind it would add nothing.",
	}),
	"TFM-SELECT-003": code<{
		method: string;
		value: string;
		suggestion?: string | undefined;
		allowed: readonly string[];
	}>({
		message: (f) => `"${f.method}:${f.value}" selects nothing that can exist`,
		hint: (f) => didYouMean(f.suggestion) ?? `after ${f.method}: one of: ${listed(f.allowed)}`,
		explain: "The method knows a fixed list of values, and this is none of them.",
	}),
	"TFM-SELECT-004": code<{ method: string; raw: string }>({
		message: (f) => `"${f.raw}" needs an earlier run to compare with`,
		next: () => "add --state FOLDER, a copy of that run's target folder (or set DBT_STATE)",
		dbt: (f) => (f.method === "state" ? "Got a state selector method, but no comparison manifest" : undefined),
		explain:
			"The methods state, result and source_status compare with the artifacts of an earlier run. --state names the folder that holds them.",
	}),
	"TFM-SELECT-005": code<{ raw: string; suggestion?: string | undefined }>({
		message: (f) => `nothing is selected by "${f.raw}"`,
		hint: (f) => didYouMean(f.suggestion),
		next: () => "tfm ls shows what there is",
		events: (f) => event({ spec_raw: f.raw }),
		explain:
			"No enabled node matches the selector (dbt: NoNodesForSelectionCriteria). With --warn-error it is an error.",
	}),
	"TFM-SELECT-006": code<{ method: string; value: string; form: string }>({
		message: (f) => `"${f.method}:${f.value}" has too many dots`,
		hint: (f) => `write ${f.form}`,
		explain: "The parts of the name are told apart by dots, and there are more than the method knows.",
	}),
	"TFM-SELECT-007": code<{ layer: string; suggestion?: string | undefined; known: readonly string[] }>({
		message: (f) => `there is no layer "${f.layer}"`,
		hint: (f) =>
			didYouMean(f.suggestion) ?? (f.known.length === 0 ? "the project has no layers" : `layers: ${listed(f.known)}`),
		explain: "--layer names layers of the project file's `layers:`, separated by commas.",
	}),
	"TFM-SELECT-008": code<{ type: string; suggestion?: string | undefined; known: readonly string[] }>({
		message: (f) => `there is no resource type "${f.type}"`,
		hint: (f) => didYouMean(f.suggestion) ?? `one of: ${listed(f.known)}`,
		explain: "--resource-type and --exclude-resource-type name kinds of nodes.",
	}),
	"TFM-SELECT-009": code<{ name: string; suggestion?: string | undefined; known: readonly string[] }>({
		message: (f) =>
			f.known.length === 0
				? `there is no selector "${f.name}", and no selectors.yml`
				: `there is no selector "${f.name}"`,
		hint: (f) => didYouMean(f.suggestion) ?? (f.known.length === 0 ? undefined : `selectors: ${listed(f.known)}`),
		explain: "--selector and selector: name an entry of selectors.yml.",
	}),
	"TFM-SELECT-010": code<{ names: readonly string[] }>({
		message: (f) => `selectors refer to each other in a circle: ${f.names.join(" → ")}`,
		explain: "A selector of selectors.yml uses another one that in the end uses the first.",
	}),
	"TFM-SELECT-011": code<{ problem: string }>({
		message: (f) => f.problem,
		explain:
			"An entry of selectors.yml is not a definition: text as on the command line, or a mapping that dbt documents.",
	}),
	"TFM-SELECT-012": code<{ flags: readonly string[]; selector: string }>({
		message: (f) => `${f.flags.join(" and ")} count${f.flags.length === 1 ? "s" : ""} for nothing beside --selector`,
		hint: (f) => `to combine them: --select selector:${f.selector} ...`,
		dbt: () =>
			"The --select and --exclude arguments are being ignored for node selection because --selector is provided",
		explain:
			"--selector names a whole selection of selectors.yml, so --select and --exclude are passed over, as in dbt. The method selector: can be combined with other words.",
	}),
	"TFM-SELECT-013": code<Record<never, never>>({
		message: () => "nothing is selected",
		hint: () => "none of what the words select is of the kinds and layers that are asked for",
		explain:
			"tfm ls has nothing to list, or tfm show nothing that has rows (dbt: NoNodesSelected). With --warn-error it is an error.",
	}),
	"TFM-SELECT-014": code<{ value: string }>({
		message: (f) => (f.value === "" ? "path: needs a path" : `"path:${f.value}" is not a path inside the project`),
		hint: () => "write it as seen from the project's folder: path:models/staging",
		explain: "path: takes a file, a folder or a pattern relative to the folder of the project file.",
	}),
	"TFM-SELECT-015": code<{ second: string }>({
		message: (f) => `--models and ${f.second} do not go together in ls`,
		hint: () => "in ls, --models x means --select x --resource-type model",
		explain:
			"For dbt's sake `ls --models x` lists models only, so it cannot be combined with --select or --resource-type.",
	}),
	"TFM-SELECT-016": code<{ value: string; suggestion?: string | undefined }>({
		message: (f) => `indirect_selection cannot be "${f.value}"`,
		hint: (f) => didYouMean(f.suggestion) ?? "one of: eager, cautious, buildable, empty",
		explain:
			"`flags: {indirect_selection: …}` of the project file says which tests come along with selected nodes where --indirect-selection does not.",
	}),
};
