/**
 * `npm run lint`: style (biome), the import rules of architecture.mjs (dependency-cruiser), the size cap, and that
 * nothing was overlooked: dependency-cruiser exits 0 on zero modules when it cannot read TypeScript, so the number
 * of modules it saw is compared with the files on disk.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { ADAPTER_DOOR, DRIVERS, IMPURE_BUILTINS, LINE_CAP, PACKAGES, PURE_ROOMS, ROOMS } from "./architecture.mjs";

const problems = [];
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
const roomPath = (room) => `^src/${escaped(room)}/`;
const TEST = "\\.test\\.ts$|/testing/";

function walk(dir) {
	return readdirSync(dir).flatMap((name) => {
		const path = join(dir, name);
		return statSync(path).isDirectory() ? walk(path) : [path];
	});
}

const files = ["src", ...PACKAGES.map((path) => `${path}/src`)].flatMap(walk).filter((f) => f.endsWith(".ts"));

for (const file of files) {
	if (file.startsWith("src/") && !Object.keys(ROOMS).some((room) => file.startsWith(`src/${room}/`)))
		problems.push(`${file}: no room of scripts/architecture.mjs holds this file`);
	const text = readFileSync(file, "utf8");
	const lines = text.split("\n").length - 1;
	if (lines > LINE_CAP && !/longer than 500 lines because/i.test(text.slice(0, 1500)))
		problems.push(`${file}: ${lines} lines; over ${LINE_CAP} it must say why at its top`);
}
for (const file of walk("src").concat(walk("e2e"), walk("site"), walk("packages/snowflake-server/src")))
	if (/(^|\/)(utils?|helpers?|common|misc|manager)(\.[a-z]+$|\/)/i.test(file))
		problems.push(`${file}: a name that says nothing`);

if (readFileSync("package-lock.json", "utf8").includes('"resolved"'))
	problems.push("package-lock.json: it carries an address; run npm install with the project's own .npmrc");

const forbidden = [
	{ name: "no-cycles", from: { path: "^(src|packages)" }, to: { circular: true } },
	{ name: "unresolvable", from: { path: "^(src|packages)" }, to: { couldNotResolve: true } },
	{ name: "packages-stand-alone", from: { path: "^packages/" }, to: { path: "^src/" } },
	{
		name: "no-package-in-the-product",
		from: { path: "^src/", pathNot: `^src/adapters/.*(${TEST})` },
		to: { path: "^packages/" },
	},
	...Object.entries(ROOMS).map(([room, allowed]) => ({
		name: `room-${room}`,
		from: { path: roomPath(room), pathNot: TEST },
		to: { path: "^src/", pathNot: [room, ...allowed].map(roomPath) },
	})),
	{
		name: "adapters-have-one-door",
		from: { path: "^src/app/", pathNot: [`^${escaped(ADAPTER_DOOR)}$`, TEST] },
		to: { path: "^src/adapters/" },
	},
	{
		name: "drivers-only-in-adapters",
		from: { path: "^src/", pathNot: ["^src/adapters/", TEST] },
		to: { path: `node_modules/(${DRIVERS.map(escaped).join("|")})(/|$)` },
	},
	{
		name: "pure-rooms-touch-no-host",
		from: { path: PURE_ROOMS.map(roomPath), pathNot: TEST },
		to: { path: IMPURE_BUILTINS, dependencyTypes: ["core"] },
	},
].map((rule) => ({ severity: "error", ...rule }));

const { output } = await cruise(
	["src", ...PACKAGES.map((path) => `${path}/src`)],
	{
		ruleSet: { forbidden },
		validate: true,
		doNotFollow: { path: "node_modules" },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: "tsconfig.json" },
		enhancedResolveOptions: {
			extensions: [".ts", ".js", ".mjs", ".json"],
			conditionNames: ["import", "node", "types", "default"],
			exportsFields: ["exports"],
		},
	},
	undefined,
	{ tsConfig: extractTSConfig("tsconfig.json") },
);
for (const v of output.summary.violations) problems.push(`${v.rule.name}: ${v.from} → ${v.to}`);
const seen = new Set(
	output.modules.map((m) => m.source).filter((s) => /^(src|packages)\//.test(s) && s.endsWith(".ts")),
);
const missed = files.filter((f) => !seen.has(f));
if (missed.length > 0)
	problems.push(
		`dependency-cruiser saw ${seen.size} of ${files.length} modules; missed ${missed.slice(0, 3).join(", ")}`,
	);
const edges = output.modules.reduce(
	(n, m) => n + m.dependencies.filter((d) => /^(src|packages)\//.test(d.resolved)).length,
	0,
);
if (edges < files.length / 2)
	problems.push(`only ${edges} imports between ${files.length} modules: imports are not being resolved`);

try {
	execFileSync("npx", ["biome", "check", "--error-on-warnings"], { stdio: "pipe", encoding: "utf8" });
} catch (error) {
	problems.push(`biome:\n${error.stdout}${error.stderr}`);
}

for (const p of problems) console.error(p);
console.log(
	`lint: ${files.length} files, ${seen.size} modules, ${edges} imports between them, ${problems.length} problems`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
