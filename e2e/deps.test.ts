/**
 * `tfm deps` against a package hub and a git repository on this machine: what it writes, installs, keeps and says. The
 * lock files are those that dbt-core 1.12.6 wrote for the same lists.
 */
import { execFileSync } from "node:child_process";
import {
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type HubServer, makeArchive, startHub } from "../src/packages/testing/hubServer.ts";
import { tfm } from "./runCase.ts";

let work: string;
let root: string;
let hub: HubServer;
let count = 0;

beforeAll(async () => {
	work = mkdtempSync(join(tmpdir(), "tfm-deps-"));
	hub = await startHub();
});
afterAll(async () => {
	await hub.close();
	rmSync(work, { recursive: true, force: true });
});
beforeEach(() => {
	root = join(work, `project-${++count}`);
	mkdirSync(root);
	write({ "dbt_project.yml": "name: shop\n" });
	hub.answers.clear();
	hub.asked.length = 0;
});

function write(files: Readonly<Record<string, string>>, dir = root): void {
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(dir, path)), { recursive: true });
		writeFileSync(join(dir, path), text);
	}
}

const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** stdout, stderr and exit code as one text; places that change from run to run are named. */
async function deps(words = "", env: Record<string, string> = {}, command = "deps"): Promise<string> {
	const argv = [command, ...words.split(" ").filter((word) => word !== "")];
	const all = { DBT_PACKAGE_HUB_URL: hub.url, PATH: process.env.PATH ?? "", ...env };
	const { code, stdout, stderr } = await tfm(argv, root, all);
	return `${stdout}${stderr}[exit ${code}]`
		.replaceAll(hub.url, "<hub>")
		.replaceAll(root, "<project>")
		.replaceAll(work, "<work>")
		.replace(/\b[0-9a-f]{40}\b/g, "<commit>")
		.replace(/commit [0-9a-f]{7}/g, "commit <short>");
}

/** Puts packages on the hub: name → version → its own list of packages. */
function publish(packages: Record<string, Record<string, object[]>>, more: object = {}): void {
	hub.answers.set("/api/v1/index.json", JSON.stringify(Object.keys(packages)));
	for (const [name, versions] of Object.entries(packages)) {
		const project = name.split("/")[1]!;
		const entries = Object.entries(versions).map(([version, list]) => {
			const path = `/${project}-${version}.tar.gz`;
			hub.answers.set(
				path,
				makeArchive([{ path: `x-${version}/dbt_project.yml`, text: `name: ${project}\nversion: ${version}\n` }]),
			);
			const requires = version.startsWith("9.") ? [">=3.0.0"] : [">=1.3.0", "<2.0.0"];
			const downloads = { tarball: `${hub.url}${path}` };
			return [version, { name: project, version, packages: list, downloads, require_dbt_version: requires }];
		});
		const [namespace] = name.split("/");
		const body = { name: project, namespace, versions: Object.fromEntries(entries), ...more };
		hub.answers.set(`/api/v1/${name}.json`, JSON.stringify(body));
	}
}

function makeRepository(name: string, project = name): string {
	const dir = join(work, `repo-${name}-${count}`);
	write({ "dbt_project.yml": `name: ${project}\n`, "inner/dbt_project.yml": "name: inner\n" }, dir);
	const git = (...words: string[]) =>
		execFileSync("git", ["-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.com", ...words]);
	git("init", "--quiet", "--initial-branch=main");
	git("add", ".");
	git("commit", "--quiet", "-m", "one");
	git("tag", "v1");
	return `file://${dir}`;
}

describe("tfm deps", () => {
	it("asks for no variable that only a model needs, as dbt does not", async () => {
		publish({ "acme/utils": { "1.0.0": [] } });
		write({
			"dbt_project.yml": "name: shop\nmodels: {shop: {+schema: \"{{ var('where') }}\"}}\n",
			"packages.yml": "packages:\n  - package: acme/utils\n    version: 1.0.0\n",
		});
		expect(await deps()).toContain("package-lock.yml: 1 package");
	});

	it("finds versions, writes dbt's lock file, installs, and needs no network the second time", async () => {
		publish({
			"acme/utils": { "1.0.0": [], "1.2.0": [], "9.0.0": [] },
			"acme/more": { "0.1.0": [{ package: "acme/utils", version: [">=1.0.0", "<1.2.0"] }] },
		});
		write({
			"packages.yml":
				"packages:\n  - package: acme/more\n    version: 0.1.0\n  - package: acme/utils\n    version: '>=1.0.0'\n",
		});
		expect(await deps()).toBe(`package-lock.yml: 2 packages
  more   acme/more version 0.1.0
  utils  acme/utils version 1.0.0; 1.2.0 is out
2 packages in dbt_packages. Next: tfm build
[exit 0]`);
		expect(read("package-lock.yml")).toBe(`packages:
  - name: more
    package: acme/more
    version: 0.1.0
  - name: utils
    package: acme/utils
    version: 1.0.0
sha1_hash: 83c839440a77aa2afc6ae106bc94f9a9e44e2732
`);
		hub.asked.length = 0;
		expect(
			await deps("", { DBT_PACKAGE_HUB_URL: "http://127.0.0.1:1" }),
		).toBe(`  more   acme/more version 0.1.0, in place
  utils  acme/utils version 1.0.0, in place
2 packages in dbt_packages. Next: tfm build
[exit 0]`);
		expect(hub.asked).toEqual([]);
		expect(await deps("", {}, "parse")).toContain("[exit 0]");
	});

	it("tells dbt's log what dbt tells it", async () => {
		publish({ "acme/utils": { "1.0.0": [], "1.2.0": [] } });
		write({ "dbt_project.yml": "name: near\n" }, join(work, "near"));
		write({ "packages.yml": "packages:\n  - local: ../near\n  - package: acme/utils\n    version: 1.0.0\n" });
		const lines = async (words: string) =>
			(await deps(`--log-format text ${words}`))
				.split("\n")
				.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, "").trimEnd());
		const install = ["Installing ../near", "Installed from <local @ ../near>", "Installing acme/utils"];
		expect(await lines("")).toEqual([
			expect.stringContaining("Running with tfm="),
			"Updating lock file in file path: <project>/package-lock.yml",
			...install,
			"Installed from version 1.0.0",
			"Updated version available: 1.2.0",
			"",
			"Updates available for packages: ['acme/utils']",
			"Update your versions in packages.yml, then run dbt deps",
			"[exit 0]",
		]);
		// Nobody asks the hub for what is in place.
		expect((await lines("")).slice(1)).toEqual([...install, "Installed from version 1.0.0", "[exit 0]"]);
		write({ "packages.yml": "packages: []\n" });
		expect((await lines("")).slice(1)).toEqual(["Warning: No packages were found in packages.yml", "[exit 0]"]);
	});

	it("says what templates of packages.yml say, once, and so does every other command", async () => {
		write({ "dbt_project.yml": "name: near\n" }, join(work, "near"));
		write({ "packages.yml": "packages:\n  - local: ../near{{ log('from ' ~ env_var('PLACE'), info=True) }}\n" });
		const said = (text: string) => text.split("\n").filter((line) => line.endsWith("from here"));
		for (const [words, command] of [
			["", "deps"],
			["--log-format text", "deps"],
			["", "parse"],
		])
			expect(said(await deps(words, { PLACE: "here" }, command))).toHaveLength(1);
	});

	it("installs from git, an archive and folders, and removes what is listed no more", async () => {
		const git = makeRepository("kit");
		const archive = join(work, "tools.tar.gz");
		writeFileSync(archive, makeArchive([{ path: "t/dbt_project.yml", text: "name: tools\n" }]));
		write({ "dbt_project.yml": "name: near\n" }, join(work, "near"));
		write({
			"packages.yml": `packages:
  - git: "{{ env_var('DBT_ENV_SECRET_HOST') }}"
    revision: v1
  - git: ${git}
    subdirectory: inner
  - tarball: file://${archive}
    name: tools
  - local: ../near
`,
			"dbt_packages/old/dbt_project.yml": "name: old\n",
		});
		const env = { DBT_ENV_SECRET_HOST: git };
		expect(await deps("", env)).toBe(
			`package-lock.yml: 4 packages
  kit    ***** commit <short>
  inner  <work git> commit <short>
`
				.replace("***** commit", "{{ env_var('DBT_ENV_SECRET_HOST') }} commit")
				.replace("<work git>", "*****") +
				`  tools  tools archive file://<work>/tools.tar.gz
  near   ../near linked
  old  removed: package-lock.yml does not name it
4 packages in dbt_packages. Next: tfm build
 warning[TFM-DEPS-015]: ***** is not pinned: HEAD is another commit tomorrow
  ┌─ packages.yml:4:5
 4│   - git: *****
  │     ^^^ add \`revision:\` with a tag or a commit, or \`warn-unpinned: false\`
[exit 0]`,
		);
		expect(readdirSync(join(root, "dbt_packages")).sort()).toEqual([
			".tfm-installed.json",
			"inner",
			"kit",
			"near",
			"tools",
		]);
		expect(lstatSync(join(root, "dbt_packages/near")).isSymbolicLink()).toBe(true);
		expect(read("package-lock.yml")).toContain("git: '{{ env_var(''DBT_ENV_SECRET_HOST'') }}'\n    name: kit\n");
		expect(existsSync(join(root, "dbt_packages/kit/.git"))).toBe(false);
		expect(readdirSync(root).sort()).toEqual([
			"dbt_packages",
			"dbt_project.yml",
			"package-lock.yml",
			"packages.yml",
			"target",
		]);
		expect(await deps("--lock --upgrade --quiet", env)).toBe("[exit 0]");
	});

	it("explains versions that do not fit: who asked for what, and what there is", async () => {
		publish({
			"acme/utils": { "1.0.0": [], "2.0.0-rc1": [], "9.0.0": [] },
			"acme/more": { "0.1.0": [{ package: "acme/utils", version: ">=2.0.0-rc0" }] },
		});
		write({
			"packages.yml":
				"packages:\n  - {package: acme/utils, version: ['>=1.0.0', '<1.5.0']}\n  - {package: acme/more, version: 0.1.0}\n",
		});
		expect(
			await deps(),
		).toContain(`error[TFM-DEPS-003]: no version of acme/utils fits: >=1.0.0 (asked for by packages.yml), <1.5.0 (asked for by packages.yml), >=2.0.0-rc0 (asked for by acme/more 0.1.0)
  ┌─ packages.yml:2:6
 2│   - {package: acme/utils, version: ['>=1.0.0', '<1.5.0']}
  │      ^^^^^^^ there are: 2.0.0-rc1, 1.0.0
   = next: change a version in packages.yml so that one version satisfies all of them`);
		write({ "packages.yml": "packages:\n  - {package: acme/utils, version: '>1.0.0'}\n" });
		expect(await deps()).toContain(
			"9.0.0, 2.0.0-rc1 would fit, but ask for another version of dbt (--no-version-check takes them) or are prereleases",
		);
		expect(await deps("--no-version-check")).toContain("utils  acme/utils version 9.0.0\n");
	});

	it("leaves everything as it was when the hub or an archive fails, and tries again what may pass", async () => {
		publish({ "acme/utils": { "1.0.0": [], "1.1.0": [] } });
		write({ "packages.yml": "packages: [{package: acme/utils, version: 1.0.0}]" });
		await deps();
		const before = read("package-lock.yml");
		hub.answers.set("/api/v1/index.json", 503);
		expect(await deps("--upgrade")).toContain(
			"error[TFM-DEPS-001]: cannot reach <hub>/api/v1/index.json: HTTP status 503 Service Unavailable",
		);
		expect(hub.asked.filter((path) => path === "/api/v1/index.json").length).toBe(6);
		publish({ "acme/utils": { "1.0.0": [], "1.1.0": [] } });
		hub.answers.set("/utils-1.1.0.tar.gz", 404);
		write({ "packages.yml": "packages: [{package: acme/utils, version: 1.1.0}]" });
		expect(await deps()).toContain(
			"error[TFM-DEPS-001]: acme/utils 1.1.0: cannot reach <hub>/utils-1.1.0.tar.gz: HTTP status 404 Not Found",
		);
		expect(read("dbt_packages/utils/dbt_project.yml")).toContain("version: 1.0.0");
		expect(read("package-lock.yml")).not.toBe(before);
		expect(existsSync(join(root, "target", `packages-${process.pid}`))).toBe(false);
	});

	it("adds a package to the list, in the place of one of its name", async () => {
		publish({ "acme/utils": { "1.0.0": [] } }, { redirectname: "tools" });
		expect(await deps("--add-package acme/utils")).toContain("TFM-DEPS-024");
		write({ "packages.yml": "packages:\n  # ours\n  - git: https://example.com/acme/utils.git\n    revision: v1\n" });
		expect(
			await deps("--add-package acme/utils@1.0.0"),
		).toBe(`packages.yml: https://example.com/acme/utils.git taken out
packages.yml: acme/utils 1.0.0 added
package-lock.yml: 1 package
  utils  acme/utils version 1.0.0
1 package in dbt_packages. Next: tfm build
 warning[TFM-DEPS-025]: the package acme/utils has moved to acme/tools
  ┌─ packages.yml:3:5
 3│   - package: acme/utils
  │     ^^^^^^^ write \`package: acme/tools\`
[exit 0]`);
		expect(read("packages.yml")).toBe("packages:\n  # ours\n  - package: acme/utils\n    version: 1.0.0\n");
	});

	it("says what is wrong with a list or a package, each by its own code", async () => {
		publish({ "acme/utils": { "1.0.0": [] }, "acme/shop": { "1.0.0": [] } });
		const git = makeRepository("kit", "utils");
		const said = async (list: string, env: Record<string, string> = {}) => {
			write({ "packages.yml": `packages: [${list}]` });
			return /TFM-\w+-\d+\]: .*/.exec(await deps("", env))?.[0];
		};
		expect(await said("{package: acme/utilz, version: 1.0.0}")).toBe(
			'TFM-DEPS-002]: <hub> has no package "acme/utilz" (asked for by packages.yml)',
		);
		expect(await said(`{git: '${git}', revision: v1}, {git: '${git}', revision: main}`)).toContain("TFM-DEPS-005]");
		expect(await said(`{git: '${git}', revision: v1}`, { PATH: "/nowhere" })).toContain("TFM-DEPS-007]");
		expect(await said(`{git: '${git}', revision: v1}, {package: acme/utils, version: 1.0.0}`)).toContain(
			'TFM-DEPS-009]: two packages are called "utils"',
		);
		expect(await said("{package: acme/shop, version: 1.0.0}")).toBe(
			'TFM-DEPS-010]: the package acme/shop is called "shop", as the project itself is',
		);
		expect(await said(`{private: acme, provider: ado}`)).toBe(
			"TFM-DEPS-016]: the private package acme cannot be found: ado wants org/project/repository",
		);
		expect(await said(`{git: '${git}', revision: v1, subdirectory: models}`)).toContain("TFM-DEPS-018]");
		write({ "dbt_project.yml": "name: acme/utils\n" }, join(root, "acme/utils"));
		expect(await said("{local: acme/utils}")).toContain('TFM-DEPS-019]: acme/utils calls itself "acme/utils"');
		expect(await said("{local: acme/utils}, {package: acme/utils, version: 1.0.0}")).toContain("TFM-DEPS-011]");
		write({ "packages.yml": "packages: []", "dependencies.yml": "packages: []" });
		expect(await deps()).toContain("TFM-DEPS-013");
	});

	it("tells of a locked version that this hub does not have", async () => {
		publish({ "acme/utils": { "1.0.0": [] } });
		write({ "packages.yml": "packages: [{package: acme/utils, version: 1.0.0}]" });
		await deps("--lock");
		write({ "package-lock.yml": read("package-lock.yml").replace("version: 1.0.0", "version: 1.0.1") });
		expect(await deps()).toContain(
			"TFM-DEPS-023]: package-lock.yml asks for acme/utils 1.0.1, which <hub> does not have",
		);
	});
});
