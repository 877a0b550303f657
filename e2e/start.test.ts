/** Commands that ask no database load none of the drivers: by the modules that their process loaded. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
/** The packages that the adapters are made with, what opens them (one does in a thread of its own), and the parser of SQL. */
const DRIVER =
	/\/(?:node_modules\/(pg|pg-[a-z-]+|snowflake-sdk|@electric-sql\/[a-z-]+|@guanmingchiu\/[a-z-]+)\/|src\/(adapters\/[a-z]+\/adapter\.ts)$)/;

let root: string;
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), "tfm-start-"));
	const put = (path: string, text: string): void => {
		mkdirSync(join(root, path, ".."), { recursive: true });
		writeFileSync(join(root, path), text);
	};
	put("shop/tfm_project.yml", "name: shop\n");
	put("shop/models/a.sql", "select 1 as id");
	put("shop/models/b.sql", "select * from {{ ref('a') }}");
	put("shop/models/_.yml", "models: [{name: a, columns: [{name: id, data_tests: [unique]}]}]\n");
	mkdirSync(join(root, "assets/macros"), { recursive: true });
	symlinkSync(join(REPOSITORY, "src/context/macros"), join(root, "assets/macros/dbt"));
	symlinkSync(join(REPOSITORY, "src/adapters/postgresFamily/macros"), join(root, "assets/macros/dbt_postgres"));
	symlinkSync(join(REPOSITORY, "dist/pglite-template.gz"), join(root, "assets/pglite-template.gz"));
	put(
		"hooks.mjs",
		`import { appendFileSync } from "node:fs";
export async function load(url, context, next) {
	appendFileSync(${JSON.stringify(join(root, "loaded"))}, url + "\\n");
	return next(url, context);
}`,
	);
	put(
		"program.mjs",
		`import { register } from "node:module";
register(${JSON.stringify(`file://${join(REPOSITORY, "scripts/typescriptHooks.mjs")}`)});
register("./hooks.mjs", import.meta.url);
const { main } = await import(${JSON.stringify(`file://${join(REPOSITORY, "src/cli/main.ts")}`)});
const out = (stream) => ({ write: (text) => void stream.write(text), isTTY: false, columns: 120 });
process.exitCode = await main({
	argv: process.argv.slice(2), cwd: process.cwd(), env: { HOME: process.cwd(), LANG: "en_US.UTF-8" },
	stdout: out(process.stdout), stderr: out(process.stderr), clock: () => new Date(), ask: null,
	assetsDir: ${JSON.stringify(join(root, "assets"))}, host: { name: "host", pid: process.pid, user: "someone" },
	onSignal: () => () => {}, exit: process.exit,
});`,
	);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The modules that a command loaded, and how it ended. */
function loadedBy(argv: readonly string[]): { readonly loaded: readonly string[]; readonly code: number | null } {
	rmSync(join(root, "loaded"), { force: true });
	const { status: code } = spawnSync(process.execPath, [join(root, "program.mjs"), ...argv], {
		cwd: join(root, "shop"),
		encoding: "utf8",
	});
	return { loaded: readFileSync(join(root, "loaded"), "utf8").split("\n"), code };
}

/** The drivers among them. */
function driversOf(argv: readonly string[]): { readonly drivers: readonly string[]; readonly code: number | null } {
	const { loaded, code } = loadedBy(argv);
	return { drivers: [...new Set(loaded.flatMap((url) => DRIVER.exec(url)?.slice(1).filter(Boolean) ?? []))], code };
}

it.each(["--version", "run --help", "completion bash", "parse", "ls --select +b", "compile"])(
	"tfm %s loads no driver",
	(command) => {
		expect(driversOf(command.split(" "))).toEqual({ drivers: [], code: 0 });
	},
);

it("is seen when one is loaded: by a command that asks the database", () => {
	expect(driversOf(["show", "--inline", "select 1"])).toEqual({ drivers: ["adapters/pglite/adapter.ts"], code: 0 });
});

it.each(["--help", "run --help", "help docs", "completion zsh"])(
	"tfm %s loads no use case, and not the table of errors",
	(command) => {
		const { loaded, code } = loadedBy(command.split(" "));
		expect(loaded.filter((url) => /\/src\/(app|core\/codes|parse|jinja)\//.test(url))).toEqual([]);
		expect(code).toBe(0);
	},
);
