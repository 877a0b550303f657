import { refText, sourceText } from "../context/context.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import type { Plain } from "../core/node.ts";
import { type Draft, isEnabled } from "./draft.ts";
import { configPlace } from "./layers.ts";
import type { ManifestWork } from "./manifestWork.ts";
import { namedNode } from "./names.ts";
import type { ManifestPorts } from "./ports.ts";
import { dedupe, recordOr } from "./resolveConfig.ts";

const JINJA = /\{\{|\{%/;
/** Names that a hook can use without referring to anything. */
const HARMLESS = /^(?:[^{]|\{(?![{%])|\{\{-?\s*(?:this|target)(?:\.\w+)*\s*-?\}\})*$/;

/**
 * Pre- and post-hooks refer to nodes and macros like the model they belong to; they are known only when its
 * configuration is. dbt renders them while parsing, so what they call becomes part of the node's dependencies.
 */
export function collectHooks(drafts: readonly Draft[], { config, ports, problems }: ManifestWork): void {
	const { project } = config;
	const inProject = project.places.get("models") ?? { file: project.file, line: 1, column: 1 };
	for (const draft of drafts) {
		if (!isEnabled(draft) || draft.test !== null || draft.kind === "operation") continue;
		for (const key of ["pre-hook", "post-hook"] as const) {
			const hooks = draft.config[key];
			if (!Array.isArray(hooks)) continue;
			for (const hook of hooks as readonly Plain[]) {
				const sql = recordOr(hook).sql;
				if (typeof sql !== "string" || !JINJA.test(sql) || HARMLESS.test(sql)) continue;
				const isOwn = draft.calls.some((call) => Object.hasOwn(call, key)) || setsHook(draft, key);
				collectHook(draft, sql, isOwn ? configPlace(draft, key).at : inProject, ports, problems);
			}
		}
	}
}

const setsHook = ({ patch }: Draft, key: string): boolean =>
	patch !== null && [key, key.replace("-", "_")].some((name) => Object.hasOwn(patch.config, name));

function collectHook(draft: Draft, sql: string, place: Location, ports: ManifestPorts, problems: Diagnostic[]): void {
	try {
		const found = ports.collect(sql, namedNode(draft), place);
		if (draft.kind === "seed" && found.refs.length + found.sources.length > 0) {
			const read = [...found.refs.map(refText), ...found.sources.map(([source, table]) => sourceText(source, table))];
			problems.push(
				diagnostic("TFM-PARSE-060", { seed: draft.name, id: draft.unique_id, read, hook: sql }, { at: place }),
			);
			return;
		}
		draft.refs = [...draft.refs, ...found.refs];
		draft.sources = [...draft.sources, ...found.sources];
		draft.macros = dedupe([...draft.macros, ...found.macros]);
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		problems.push(...error.diagnostics);
	}
}
