import type { Config, ProjectConfig } from "../core/config.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { TfmError } from "../core/diagnostic.ts";
import type { Draft } from "./draft.ts";
import { blankDraft } from "./makeDrafts.ts";
import type { ManifestPorts } from "./ports.ts";

const HOOKS = [
	{ key: "on-run-start", of: (project: ProjectConfig) => project.onRunStart },
	{ key: "on-run-end", of: (project: ProjectConfig) => project.onRunEnd },
] as const;

/** The on-run-start and on-run-end hooks of all packages as operation nodes, the root project's and then the packages'. */
export function makeOperations(config: Config, ports: ManifestPorts, problems: Diagnostic[]): readonly Draft[] {
	return [config.project, ...config.packages].flatMap((project) =>
		HOOKS.flatMap(({ key, of }) =>
			of(project).map((sql, index) => makeOperation({ project, key, sql, index }, ports, problems)),
		),
	);
}

interface HookText {
	readonly project: ProjectConfig;
	readonly key: string;
	readonly sql: string;
	readonly index: number;
}

function makeOperation({ project, key, sql, index }: HookText, ports: ManifestPorts, problems: Diagnostic[]): Draft {
	const name = `${project.name}-${key}-${index}`;
	const at = project.places.get(`${key}.${index}`) ??
		project.places.get(key) ?? { file: project.file, line: 1, column: 1 };
	const draft = blankDraft({
		kind: "operation",
		name,
		package_name: project.name,
		path: `hooks/${name}.sql`,
		original_file_path: `./${project.file.slice(project.file.lastIndexOf("/") + 1)}`,
		file: project.file,
		root_path: project.root,
		fqn: [project.name, "hooks", name],
		locate: () => at,
		checksum: project.checksum,
		raw_code: sql.trim(),
		code_line: at.line,
		code_column: at.column,
		firstTags: [key],
		index,
	});
	try {
		const { refs, sources, macros } = ports.collect(
			draft.raw_code,
			{ unique_id: draft.unique_id, name, package_name: project.name, resource_type: "operation", fqn: draft.fqn },
			at,
		);
		return { ...draft, refs, sources, macros };
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		problems.push(...error.diagnostics);
		return draft;
	}
}
