import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { SchemaNaming } from "../core/config.ts";
import { fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { makeFolders } from "../core/makeFolders.ts";
import { type Engine, fromDbtFile, initFiles } from "./initFiles.ts";
import { namedProfile, setUpProfile } from "./setUpProfile.ts";

const ENGINES: readonly Engine[] = ["pglite", "postgres", "snowflake"];
const NAMINGS: readonly SchemaNaming[] = ["exact_in_prod", "exact", "prefix"];
/** Folders that dbt projects use, in the order in which data flows. */
const USUAL_ORDER = [
	"landing",
	"raw",
	"base",
	"staging",
	"intermediate",
	"transform",
	"core",
	"analytics",
	"marts",
	"reporting",
];

/**
 * `tfm init`: writes a small five-layer project whose first run closes a gate, or, with --from-dbt, one `tfm.yml`
 * beside an existing dbt project. In a project that names a profile it sets that up. Never overwrites a file; writes
 * nothing if any stands in the way.
 */
export async function initProject(invocation: Invocation): Promise<ExitCode> {
	const root = resolve(invocation.cwd, invocation.flags.projectDir ?? ".");
	if (invocation.flags.extra.fromDbt === true) return initFromDbt(invocation, root);

	const project = ["tfm_project.yml", "dbt_project.yml"].find((f) => existsSync(join(root, f)));
	const profile = project === undefined ? null : namedProfile(root, project);
	if (project !== undefined && profile !== null)
		return setUpProfile(invocation, { root, file: project, profile }, () => askEngine(invocation));

	const answers = await askAnswers(invocation, root);
	const files = initFiles(answers);
	const standing = [...files.keys()].filter(
		(path) => existsSync(join(root, path)) && !path.endsWith(".gitkeep") && path !== ".gitignore",
	);
	if (project !== undefined) fail("TFM-INIT-001", { file: project, dbt: project === "dbt_project.yml" });
	if (standing.length > 0) fail("TFM-INIT-002", { files: standing });

	for (const [path, text] of files) writeNew(root, path, text);
	const where = invocation.flags.projectDir === undefined ? "" : `cd ${invocation.flags.projectDir} && `;
	invocation.stdout.write(
		[
			`Wrote ${answers.name}: five layers, one seed of seven orders, ${files.size} files.`,
			"",
			"One order has no amount, and a test in staging says that must not be. See the gate close:",
			"",
			`    ${where}tfm run`,
			"",
			...(answers.engine !== "pglite" ? ["Fill in profiles.yml first; `tfm debug` says whether it connects.", ""] : []),
			"Then give order 4 in seeds/raw_orders.csv an amount, and run again.",
			"",
		].join("\n"),
	);
	return 0;
}

async function askAnswers(invocation: Invocation, root: string) {
	const { extra } = invocation.flags;
	const fallbackName =
		basename(root)
			.toLowerCase()
			.replace(/[^a-z0-9_]+/g, "_")
			.replace(/^(?=\d)/, "_") || "my_project";
	const ask = extra.yes === true ? null : invocation.ask;
	const name =
		typeof extra.name === "string"
			? extra.name
			: ask === null
				? fallbackName
				: (await ask(`Name of the project [${fallbackName}] `)).trim() || fallbackName;
	if (!/^[^\d\W]\w*$/.test(name)) fail("TFM-INIT-004", { name });
	const engine = await askEngine(invocation);
	const naming = await choose(invocation, extra.naming, "How are schemas named?", NAMINGS);
	return { name, engine, naming };
}

const askEngine = (invocation: Invocation): Promise<Engine> =>
	choose(invocation, invocation.flags.extra.engine, "Where will it run?", ENGINES);

async function choose<T extends string>(
	{ flags, ask }: Invocation,
	given: unknown,
	question: string,
	options: readonly T[],
): Promise<T> {
	const text =
		typeof given === "string"
			? given
			: ask === null || flags.extra.yes === true
				? options[0]!
				: (await ask(`${question} (${options.join(", ")}) [${options[0]}] `)).trim() || options[0]!;
	if (!options.includes(text as T)) fail("TFM-INIT-003", { given: text, options });
	return text as T;
}

function initFromDbt(invocation: Invocation, root: string): ExitCode {
	if (!existsSync(join(root, "dbt_project.yml"))) fail("TFM-INIT-005", { root: invocation.flags.projectDir ?? "." });
	if (existsSync(join(root, "tfm.yml"))) fail("TFM-INIT-002", { files: ["tfm.yml"] });
	const models = join(root, "models");
	const entries = existsSync(models) ? readdirSync(models, { withFileTypes: true }) : [];
	const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
	const besideFolders = entries.some((entry) => entry.isFile() && /\.(sql|py)$/.test(entry.name));
	const rank = (name: string) => (USUAL_ORDER.includes(name) ? USUAL_ORDER.indexOf(name) : USUAL_ORDER.length);
	const ordered = folders.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
	writeNew(root, "tfm.yml", fromDbtFile(ordered, besideFolders));
	invocation.stdout.write(
		[
			"Wrote tfm.yml. Nothing else was touched, and dbt still runs this project.",
			"",
			"    tfm build     runs it as dbt does",
			"",
			"To turn layers on, uncomment them in tfm.yml.",
			"",
		].join("\n"),
	);
	return 0;
}

function writeNew(root: string, path: string, text: string): void {
	const full = join(root, path);
	makeFolders(dirname(full), { existsSync, mkdirSync });
	if (!existsSync(full)) writeFileSync(full, text, { flag: "wx" });
}
