/**
 * The database to work on. As dbt: profiles.yml is looked for in --profiles-dir, the variable, the current folder,
 * ~/.dbt; the profile is --profile or the project's, the target --target or the profile's default; only the chosen
 * target is rendered and checked. Unlike dbt, a project that names no profile makes no mistake: it runs on the embedded
 * database.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { TargetConfig } from "../core/config.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Flags } from "../core/invocation.ts";
import type { Plain } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import type { YamlDocument, YamlPath } from "../yaml/readYaml.ts";
import { isMapping, own, type PlainMapping, ShapeCheck } from "../yaml/shapeCheck.ts";
import { readConfigYaml } from "./configFiles.ts";
import { readConnection } from "./connection.ts";
import type { Environment } from "./environment.ts";
import { setting } from "./environment.ts";
import { CONNECTIONS } from "./profileFields.ts";
import { renderTree } from "./renderTree.ts";
import type { ReadSecretCommand } from "./secretCommand.ts";
import { yamlScope } from "./yamlScope.ts";

export interface ProfileRequest {
	readonly cwd: string;
	readonly projectRoot: string;
	readonly flags: Flags;
	readonly env: Environment;
	/** The project's `profile:`, rendered. */
	readonly projectProfile: string | null;
	readonly readSecretCommand: ReadSecretCommand;
	/** ~ unless a test says otherwise. */
	readonly home?: string;
	readonly problems: Diagnostic[];
	readonly warnings: Diagnostic[];
}

export interface ResolvedProfile {
	readonly target: TargetConfig;
	readonly secrets: readonly string[];
}

/** The embedded database without a profile has one target. */
const EMBEDDED_TARGET = "dev";

/** What is used where no profile is named. */
export function embeddedTarget(flags: Flags): TargetConfig {
	const { defaults, shown } = CONNECTIONS.pglite;
	const { database, schema, threads } = defaults;
	return Object.freeze({
		profileName: "embedded",
		targetName: EMBEDDED_TARGET,
		type: "pglite",
		threads: flags.threads ?? threads,
		database: database ?? "postgres",
		schema: schema ?? "dev",
		fields: Object.freeze({ type: "pglite", path: ".tfm/database" }),
		shown,
		file: null,
	});
}

/** A profiles.yml that lies beside the project was meant for it; one in ~/.dbt serves many. */
function profileNotNamed(document: YamlDocument): Diagnostic {
	return diagnostic("TFM-CONFIG-033", { file: document.file, known: profilesIn(document) }, { severity: "warning" });
}

const profilesIn = (document: YamlDocument | undefined): readonly string[] =>
	document !== undefined && isMapping(document.value)
		? Object.keys(document.value)
				.filter((key) => key !== "config")
				.sort()
		: [];

interface FoundProfiles {
	readonly dir: string;
	/** Somebody said where it is. */
	readonly named: boolean;
	/** It is the one of the home folder. */
	readonly shared: boolean;
}

type ProfilesRequest = Pick<ProfileRequest, "flags" | "env" | "cwd" | "projectRoot" | "home">;

/** Where profiles.yml is looked for, the first that has it wins; one folder, where somebody said which. */
export function profilesDirs({ flags, env, cwd, projectRoot, home }: ProfilesRequest): readonly string[] {
	const named = flags.profilesDir ?? setting(env, "PROFILES_DIR")?.value;
	if (named !== undefined) return [resolve(cwd, named)];
	return [...new Set([cwd, projectRoot, join(home ?? env.HOME ?? homedir(), ".dbt")])];
}

/** The folder of profiles.yml, or null. */
function findProfilesDir(request: ProfileRequest): FoundProfiles | null {
	const dirs = profilesDirs(request);
	const named = (request.flags.profilesDir ?? setting(request.env, "PROFILES_DIR")?.value) !== undefined;
	if (named) return { dir: dirs[0]!, named, shared: false };
	const dir = dirs.find((candidate) => existsSync(join(candidate, "profiles.yml")));
	return dir === undefined ? null : { dir, named, shared: dir === dirs.at(-1) };
}

/** Undefined when something is wrong; `problems` says what. */
export async function resolveProfile(request: ProfileRequest): Promise<ResolvedProfile | undefined> {
	const { flags, env, problems, warnings } = request;
	const name = flags.profile ?? setting(env, "PROFILE")?.value ?? request.projectProfile;
	const found = findProfilesDir(request);
	const document = found === null ? undefined : readProfiles(found, request);
	if (found !== null && document === undefined) return undefined;
	if (name === null) {
		const asked = flags.target ?? setting(env, "TARGET")?.value ?? EMBEDDED_TARGET;
		if (asked !== EMBEDDED_TARGET) {
			problems.push(diagnostic("TFM-CONFIG-035", { target: asked, known: profilesIn(document) }));
			return undefined;
		}
		if (document !== undefined && !found!.shared) warnings.push(profileNotNamed(document));
		return { target: embeddedTarget(flags), secrets: [] };
	}
	if (document === undefined) {
		const from =
			flags.profile !== undefined ? "option" : setting(env, "PROFILE") !== undefined ? "variable" : "project";
		problems.push(diagnostic("TFM-CONFIG-025", { profile: name, from }));
		return undefined;
	}
	const check = new ShapeCheck(document, problems, { hideValues: true });
	const profiles = check.mapping(document.value, []) ?? {};
	const user = own(profiles, "config");
	if (isMapping(user) && Object.keys(user).length > 0)
		warnings.push(diagnostic("TFM-DEPR-005", {}, { ...check.at(["config"], "key"), severity: "warning" }));
	const profile = own(profiles, name);
	if (profile === undefined) {
		const known = Object.keys(profiles)
			.filter((key) => key !== "config")
			.sort();
		const facts = { profile: name, file: document.file, known, suggestion: suggestName(name, known) };
		problems.push(diagnostic("TFM-CONFIG-021", facts, check.at([])));
		return undefined;
	}
	const mapping = check.mapping(profile ?? {}, [name]);
	return mapping === undefined ? undefined : readTarget({ request, document, check, name, profile: mapping });
}

function readProfiles(found: FoundProfiles, request: ProfileRequest): YamlDocument | undefined {
	const { problems, projectRoot } = request;
	const before = problems.length;
	const document = readConfigYaml(join(found.dir, "profiles.yml"), { root: projectRoot, problems, holdsSecrets: true });
	if (document === undefined && problems.length === before) {
		problems.push(diagnostic("TFM-CONFIG-020", { dir: found.dir }));
	}
	if (document?.value === null) {
		problems.push(
			diagnostic("TFM-CONFIG-003", { file: document.file }, { at: { file: document.file, line: 1, column: 1 } }),
		);
		return undefined;
	}
	return document;
}

interface ProfilePart {
	readonly request: ProfileRequest;
	readonly document: YamlDocument;
	readonly check: ShapeCheck;
	readonly name: string;
	readonly profile: PlainMapping;
}

async function readTarget(part: ProfilePart): Promise<ResolvedProfile | undefined> {
	const { request, document, check, name, profile } = part;
	const { problems, flags, env } = request;
	const where = `the profile "${name}"`;
	check.knownKeys(profile, [name], { known: ["target", "outputs"], where });
	check.required(profile, [name], { key: "outputs", where });
	const outputs = check.mapping(own(profile, "outputs"), [name, "outputs"]);
	if (outputs === undefined) return undefined;

	const scope = yamlScope({ env, vars: flags.vars ?? {}, secrets: true, reader: document.file });
	const render = (value: Plain, path: YamlPath): Plain =>
		renderTree(value, path, {
			document,
			scope,
			problems,
			hideSource: true,
			lenient: (at) => at.at(-1) === "password" || at.at(-1) === "pass",
		});
	const byDefault = render(own(profile, "target") ?? "default", [name, "target"]);
	const targetName = flags.target ?? setting(env, "TARGET")?.value ?? check.scalarText(byDefault, [name, "target"]);
	if (targetName === undefined) return undefined;
	const output = own(outputs, targetName);
	if (output === undefined) {
		const known = Object.keys(outputs).sort();
		const facts = { target: targetName, profile: name, known, suggestion: suggestName(targetName, known) };
		problems.push(diagnostic("TFM-CONFIG-022", facts, check.at([name, "outputs"], "key")));
		return undefined;
	}
	const path = [name, "outputs", targetName];
	const before = problems.length;
	const rendered = render(output, path);
	if (problems.length > before || !isMapping(rendered)) {
		check.mapping(rendered ?? "nothing", path);
		return undefined;
	}
	const { warnings, readSecretCommand } = request;
	const connection = await readConnection({ output: rendered, path, check, warnings, readSecretCommand });
	if (connection === undefined) return undefined;
	const threads = flags.threads ?? connection.threads;
	const place = check.at(path, "key");
	const target = { profileName: name, targetName, ...connection.target, threads, file: document.file, place };
	return { target: Object.freeze(target), secrets: connection.secrets };
}
