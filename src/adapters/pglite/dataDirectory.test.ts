import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TfmError } from "../../core/diagnostic.ts";
import { POSTGRES_MAJOR } from "./dataDirectory.ts";
import { failOnFile } from "./fileProblem.ts";
import { TEMPLATE, testAdapter } from "./testing/testAdapter.ts";

const root = mkdtempSync(join(tmpdir(), "tfm-directory-"));
const at = (name: string): string => join(root, name);

/** "code message" of the refusal, or the versions of what opened. */
async function opening(dataDir: string, templateFile = TEMPLATE): Promise<string> {
	const adapter = testAdapter(dataDir, { templateFile });
	try {
		await adapter.open();
		return adapter.facts.version;
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		return error.message.replaceAll(root, "");
	} finally {
		await adapter.close();
	}
}

/** A database made without a template, by initdb; the other tests damage copies of it. */
beforeAll(async () => {
	const adapter = testAdapter(at("good"), { templateFile: undefined });
	await adapter.open();
	await adapter.withSession((s) => s.execute("create table kept as select 1 as a"));
	await adapter.close();
});
afterAll(() => rmSync(root, { recursive: true }));

function copy(name: string): string {
	cpSync(at("good"), at(name), { recursive: true });
	return at(name);
}

test("initdb's directory is whole and of the version this program expects", async () => {
	expect(await opening(at("good"))).toMatch(new RegExp(`^PostgreSQL ${POSTGRES_MAJOR}\\.\\d+ \\(embedded\\)$`));
	expect(readdirSync(root).filter((n) => n.startsWith("good"))).toEqual(["good"]);
});

test("an empty directory is filled, missing parents are made", async () => {
	mkdirSync(at("empty"));
	expect(await opening(at("empty"))).toMatch(/^PostgreSQL/);
	expect(await opening(at("deep/er/db"))).toMatch(/^PostgreSQL/);
});

test("what an earlier start left half-made is thrown away", async () => {
	mkdirSync(at("again.new/base"), { recursive: true });
	writeFileSync(at("again.new/PG_VERSION"), "18\n");
	expect(await opening(at("again"))).toMatch(/^PostgreSQL/);
	expect(readdirSync(root).filter((n) => n.startsWith("again"))).toEqual(["again"]);
});

test("two names of one directory meet at one lock", async () => {
	const first = testAdapter(at("good"));
	await first.open();
	symlinkSync(at("good"), at("other-name"));
	expect(await opening(at("other-name"))).toMatch(/^TFM-DB-001: the embedded database in \/good is already open/);
	await first.close();
});

test("a file or a foreign folder is left alone", async () => {
	writeFileSync(at("file"), "mine");
	expect(await opening(at("file"))).toBe("TFM-DB-004: /file is a file, not a directory");
	expect(await opening(at("file/db"))).toBe("TFM-DB-004: /file is a file, not a directory");
	mkdirSync(at("foreign"));
	writeFileSync(at("foreign/thesis.txt"), "mine");
	expect(await opening(at("foreign"))).toBe(
		"TFM-DB-004: /foreign is not empty and holds no database: tfm will not write into it",
	);
	expect(readdirSync(at("foreign"))).toEqual(["thesis.txt"]);
	expect(readFileSync(at("file"), "utf8")).toBe("mine");
});

test("another version's directory is named as such", async () => {
	writeFileSync(join(copy("old"), "PG_VERSION"), "16\n");
	expect(await opening(at("old"))).toBe(
		`TFM-DB-005: /old was made by Postgres 16; this tfm embeds Postgres ${POSTGRES_MAJOR}`,
	);
});

test.each<[string, (dir: string) => void, string]>([
	["an empty PG_VERSION", (d) => writeFileSync(join(d, "PG_VERSION"), ""), "its PG_VERSION is not a version"],
	["no base folder", (d) => rmSync(join(d, "base"), { recursive: true }), "its folder base is missing"],
	[
		"no control file",
		(d) => rmSync(join(d, "global/pg_control")),
		'could not open file "global/pg_control": No such file or directory',
	],
	[
		"a cut control file",
		(d) => truncateSync(join(d, "global/pg_control"), 10),
		'could not read file "global/pg_control": read 10 of 296',
	],
	[
		"no log",
		(d) => {
			for (const f of readdirSync(join(d, "pg_wal"))) rmSync(join(d, "pg_wal", f), { recursive: true });
		},
		"could not locate a valid checkpoint record",
	],
	["no catalog", (d) => rmSync(join(d, "base/5/1259")), 'could not open file "base/5/1259": No such file or directory'],
])(
	"a damaged directory is reported in Postgres' words: %s",
	async (name, damage, words) => {
		const dir = copy(name.replaceAll(" ", "-"));
		damage(dir);
		const said = await opening(dir);
		expect(said).toMatch(/^TFM-DB-006: the embedded database in \S+ does not start: /);
		expect(said).toContain(words);
		expect(readdirSync(root).filter((n) => n.endsWith(".lock"))).toEqual([]);
	},
	60_000,
);

test("a damaged template is the installation's fault, and nothing is left behind", async () => {
	writeFileSync(at("template.gz"), "not gzip");
	expect(await opening(at("fresh"), at("template.gz"))).toMatch(
		/^TFM-DB-008: the installation of tfm is damaged: \/template\.gz/,
	);
	expect(readdirSync(root).filter((n) => n.startsWith("fresh"))).toEqual([]);
});

test.each([
	["ENOSPC", "TFM-DB-003: no space left on the device that holds /d"],
	["EDQUOT", "TFM-DB-003: no space left on the device that holds /d"],
	["EACCES", "TFM-DB-002: cannot write to /d: permission denied"],
	["EROFS", "TFM-DB-002: cannot write to /d: the file system is read-only"],
	["EIO", "TFM-DB-002: cannot write to /d: i/o error"],
])("the file system's %s has words", (code, words) => {
	expect(() => failOnFile(Object.assign(new Error("i/o error"), { code, path: "/d.lock.draft" }), "/d")).toThrow(words);
});

test("an error that is no file error passes through", () => {
	const bug = new TypeError("bug");
	expect(() => failOnFile(bug, "/d")).toThrow(bug);
});
