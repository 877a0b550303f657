import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Diagnostic } from "../core/diagnostic.ts";
import { listHash } from "../packages/lockFile.ts";
import { readPackageList } from "./packageList.ts";
import { brief, makeSandbox, type Sandbox } from "./testing/sandbox.ts";
import { yamlScope } from "./yamlScope.ts";

let sandbox: Sandbox;
beforeEach(() => {
	sandbox = makeSandbox();
});
afterEach(() => sandbox.remove());

const env = { DBT_ENV_SECRET_TOKEN: "hush" };

function read() {
	const problems: Diagnostic[] = [];
	const warnings: Diagnostic[] = [];
	const scope = yamlScope({ env, vars: {}, secrets: true, reader: "packages.yml" });
	const list = readPackageList(sandbox.dir, sandbox.dir, { scope, problems, warnings });
	return { ...list, problems: problems.map(brief), warnings: warnings.map(brief) };
}

describe("a list of packages", () => {
	// What dbt-core 1.12.6 computes for these lists.
	it.each([
		["package: dbt-labs/dbt_utils, version: 1.1.1", "a158c48c59c2bb7d729d2a4e215aabe5bb4f3353"],
		[
			"git: 'https://x/é.git', revision: 1.0, warn-unpinned: false, subdirectory: s",
			"75bba5ff39ec43d6f2b44b9d850f7b71ecd8ed4e",
		],
		["git: 'https://x/y.git'", "f48a339deec875966716571e6eca5cf96910edd3"],
		["tarball: 'https://x/y.tgz', name: y", "bcf9ababa827e84db409b03b560deb88e635fc25"],
		["private: o/r, provider: github, revision: v1", "26d10527e6e881a7d884851f12796994dad990b9"],
		["private: o/r, name: n", "b4eba59c8ba99c982c8f295e9a818b9c78c89dfe"],
	])("has dbt's hash: %s", (entry, hash) => {
		sandbox.write({ "packages.yml": `packages: [{${entry}}]` });
		const { specs, problems } = read();
		expect(problems).toEqual([]);
		expect(listHash(specs)).toBe(hash);
	});

	it("counts several entries in any order", () => {
		sandbox.write({
			"packages.yml":
				"packages: [{local: ../x}, {package: dbt-labs/dbt_utils, version: ['>=1.0.0', '<2.0.0'], install_prerelease: true}]",
		});
		expect(listHash(read().specs)).toBe("1f22d7a76b0ea813d43b4232660ae3497a9e91ff");
	});

	it("renders templates, secrets too, and keeps what was written for the lock", () => {
		sandbox.write({
			"packages.yml": `packages: [{git: "https://{{ env_var('DBT_ENV_SECRET_TOKEN') }}@x/y.git", revision: v1}]`,
		});
		expect(read().specs).toMatchObject([
			{ git: "https://hush@x/y.git", unrendered: "https://{{ env_var('DBT_ENV_SECRET_TOKEN') }}@x/y.git" },
		]);
	});

	it("reads dependencies.yml as it is, and says that `projects:` is not used", () => {
		sandbox.write({ "dependencies.yml": "projects: [{name: other}]\npackages: [{package: a/b, version: 1.0.0}]\n" });
		const { file, specs, warnings } = read();
		expect([file, specs.length]).toEqual(["dependencies.yml", 1]);
		expect(warnings[0]).toContain("TFM-DEPS-014 dependencies.yml:1:1 `projects:` is not used");
	});

	it("tells all that is wrong with it", () => {
		sandbox.write({
			"packages.yml":
				"packages:\n  - {package: utils, version: 1.0.0}\n  - {package: a/b}\n  - {git: x, local: y}\n  - {version: 1}\n  - {package: a/b, version: 1.x}\n  - {local: x, lokal: y}\n",
		});
		expect(read().problems.map((text) => text.replace(/ \|.*/, ""))).toEqual([
			'TFM-DEPS-012 packages.yml:2:5 this entry names no package: "utils" has no namespace, as in dbt-labs/dbt_utils',
			'TFM-YAML-014 packages.yml:3:5 a/b needs the key "version"',
			"TFM-CONFIG-005 packages.yml:4:14 both `git:` and `local:` are given",
			'TFM-YAML-014 packages.yml:5:5 packages[3] needs the key "package / git / private / local / tarball"',
			'TFM-CONFIG-009 packages.yml:6:29 "1.x" is not a version requirement',
			'TFM-YAML-012 packages.yml:7:16 unknown key "lokal" in packages[5]',
		]);
	});
});
