import type { Config } from "../core/config.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { ParsedProject } from "../core/parsed.ts";
import type { ManifestPorts } from "./ports.ts";
import type { ProjectConfigs } from "./projectConfig.ts";

/** What the steps of building a manifest share: their input, and where they report to. */
export interface ManifestWork {
	readonly parsed: ParsedProject;
	readonly config: Config;
	readonly ports: ManifestPorts;
	readonly projects: ProjectConfigs;
	readonly problems: Diagnostic[];
	readonly warnings: Diagnostic[];
}
