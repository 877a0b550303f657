/**
 * `tfm init` in the folder of a project that names a profile: what the profile needs is asked for and written to
 * profiles.yml, and `tfm debug` looks at it. As dbt does, with the project's own profile_template.yml if it has one.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readConfigYaml } from "../config/configFiles.ts";
import { readEnvironment } from "../config/environment.ts";
import { profilesDirs } from "../config/profile.ts";
import { type Diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { Plain } from "../core/node.ts";
import { readYaml } from "../yaml/readYaml.ts";
import { isMapping, type PlainMapping } from "../yaml/shapeCheck.ts";
import type { Engine } from "./initFiles.ts";
import { type Ask, answerTemplate, type ProfileTemplate, TEMPLATES } from "./profileQuestions.ts";

/** The profile that a project file names, or null; throws TfmError where it cannot be read. */
export function namedProfile(root: string, file: string): string | null {
	const { value } = readYaml(readFileSync(join(root, file), "utf8"), file);
	const name = isMapping(value) ? value.profile : null;
	return typeof name === "string" && name !== "" ? name : null;
}

export async function setUpProfile(
	invocation: Invocation,
	project: { readonly root: string; readonly file: string; readonly profile: string },
	chooseEngine: () => Promise<Engine>,
): Promise<ExitCode> {
	const { flags, cwd, stdout } = invocation;
	const { root, file, profile } = project;
	if (flags.profile !== undefined) fail("TFM-INIT-008", { file });
	if (flags.extra.skipProfileSetup === true) return 0;
	const env = readEnvironment(cwd, invocation.env);
	const dirs = profilesDirs({ flags, env, cwd, projectRoot: root });
	const dir = dirs.find((candidate) => existsSync(join(candidate, "profiles.yml"))) ?? dirs.at(-1)!;
	const path = join(dir, "profiles.yml");
	const ask: Ask = flags.extra.yes === true ? null : invocation.ask;

	const text = existsSync(path) ? readFileSync(path, "utf8") : "";
	const known = readProfiles(path);
	if (isMapping(known) && Object.hasOwn(known, profile)) {
		if (ask === null) fail("TFM-INIT-007", { profile, path });
		const answer = await ask(`The profile ${profile} already exists in ${path}. Continue and overwrite it? [y/N] `);
		if (!/^y(?:es)?$/i.test(answer.trim())) return 0;
	}
	const template = projectTemplate(root) ?? TEMPLATES[await chooseEngine()];
	const { target = "dev", ...fields } = await answerTemplate(template, ask);
	mkdirSync(dir, { recursive: true });
	writeFileSync(path, withProfile(text, profile, profileText(profile, String(target), fields)));
	stdout.write(`Wrote the profile ${profile} with the target ${String(target)} to ${path}.\n`);
	if (flags.extra.skipDebug === true) return 0;
	const { debugSetup } = await import("./debug.ts");
	await debugSetup({ ...invocation, command: "debug", flags: { ...flags, projectDir: root } });
	return 0;
}

/** Nothing of the file is shown where it cannot be read. */
function readProfiles(path: string): Plain {
	const problems: Diagnostic[] = [];
	const found = readConfigYaml(path, { root: dirname(path), problems, holdsSecrets: true });
	if (problems.length > 0) throw new TfmError(problems);
	return found?.value ?? null;
}

/** The project's own questions take the place of those of its database. */
function projectTemplate(root: string): ProfileTemplate | null {
	const file = "profile_template.yml";
	const path = join(root, file);
	if (!existsSync(path)) return null;
	const { value } = readYaml(readFileSync(path, "utf8"), file);
	const { fixed = {}, prompts = {} } = isMapping(value) ? value : {};
	return isMapping(fixed) && isMapping(prompts) ? { fixed, prompts } : fail("TFM-INIT-009", { file });
}

const scalar = (value: Plain): string =>
	typeof value === "string" && !/^[A-Za-z_][\w.-]*$/.test(value) ? JSON.stringify(value) : String(value);

/** Words that YAML would read as something else stand in quotes. */
const fieldText = (value: Plain): string =>
	typeof value === "string" && /^(?:true|false|yes|no|on|off|null|y|n)$/i.test(value)
		? JSON.stringify(value)
		: typeof value === "object" && value !== null
			? JSON.stringify(value)
			: scalar(value);

function profileText(profile: string, target: string, fields: PlainMapping): string {
	const lines = Object.entries(fields).map(([key, value]) => `      ${scalar(key)}: ${fieldText(value ?? null)}`);
	return [
		`${scalar(profile)}:`,
		`  target: ${fieldText(target)}`,
		"  outputs:",
		`    ${scalar(target)}:`,
		...lines,
		"",
	].join("\n");
}

/** The file with the profile at its end, or in the place of the one of that name; all else stays as it is written. */
function withProfile(text: string, profile: string, block: string): string {
	const lines = text.split("\n");
	const heads = new Set([profile, `"${profile}"`, `'${profile}'`]);
	const start = lines.findIndex((line) => heads.has(/^([^\s#:][^:]*?)\s*:(?:\s|$)/.exec(line)?.[1] ?? ""));
	if (start === -1) return text === "" ? block : `${text.replace(/\n*$/, "\n")}\n${block}`;
	const rest = lines.slice(start + 1);
	const next = rest.findIndex((line) => /^[^\s]/.test(line));
	const after = next === -1 ? [] : rest.slice(next);
	return [...lines.slice(0, start), block.trimEnd(), ...after].join("\n").replace(/\n*$/, "\n");
}
