import { createCompiler } from "../compile/compiler.ts";
import type { ProjectReach } from "../core/projectReach.ts";
import { planNativeTests } from "./nativeTests.ts";
import type { OpenProject } from "./openProject.ts";

/** What the project asks the warehouse to do by itself, for what its role needs. */
export function nativeReach({ manifest, facts, config, engine }: OpenProject): ProjectReach["native"] {
	const compiler = createCompiler({ ...facts, manifest });
	const plan = planNativeTests({ manifest, project: config.project, dialect: engine.dialect, compiler });
	const [first] = plan?.subjects.values() ?? [];
	if (first === undefined) return null;
	return Object.freeze({ alerts: first.alert !== null, ownMachines: first.alert?.warehouse === null });
}
