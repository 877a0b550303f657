import type { Candidate } from "../core/adapter.ts";
import type { BuildInput, Plan } from "../core/plan.ts";
import { withPointer } from "../core/versionPointer.ts";
import { execute } from "./ask.ts";
import { createFromQuery } from "./createFromQuery.ts";

/**
 * The pointer at a model's latest version, by the project's macro for views. Where the model works on its published
 * relation, so does the pointer: it is made anew, unless something reads it.
 */
export function* pointAt(input: BuildInput, model: Candidate): Plan<void> {
	if (input.pointer === null) return;
	const { dialect, own, pointer } = input;
	const render = dialect.building.nameOf;
	const inPlace = own?.inPlace === true;
	const [, view] = withPointer(model, inPlace ? { ...pointer, standsAt: pointer.target } : pointer, dialect);
	if (inPlace) yield* execute(`drop view if exists ${render(pointer.target)}`, "build");
	yield* createFromQuery(input, view, `select * from ${render(model.candidate)}`);
}
