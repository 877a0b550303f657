import type { ProjectTarget } from "../core/state.ts";
import type { OpenProject } from "./openProject.ts";

/** Whose runs a command of this project writes down and asks for. */
export const projectTarget = ({ manifest, config }: Pick<OpenProject, "manifest" | "config">): ProjectTarget => ({
	project: manifest.projectName,
	target: config.target.targetName,
	schema: config.target.schema,
});
