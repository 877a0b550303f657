import { describe, expect, it } from "vitest";
import { readYaml } from "../yaml/readYaml.ts";
import { addEntry, splitVersion } from "./addEntry.ts";

const add = (text: string | null, name: string, version: string | null, source: "hub" | "git" | "local" = "hub") =>
	addEntry(text === null ? null : readYaml(text, "packages.yml"), { name, version, source });

describe("--add-package", () => {
	it("splits name and version at the last @, which an address of git may hold too", () => {
		expect(splitVersion("a/b@1.0.0")).toEqual({ name: "a/b", version: "1.0.0" });
		expect(splitVersion("git@github.com:a/b.git@v1")).toEqual({ name: "git@github.com:a/b.git", version: "v1" });
		expect(splitVersion("git@github.com:a/b.git")).toEqual({ name: "git@github.com:a/b.git", version: null });
	});

	it("begins a file", () => {
		expect(add(null, "a/b", ">=1.0.0,<2.0.0").text).toBe(
			"packages:\n  - package: a/b\n    version:\n      - '>=1.0.0'\n      - <2.0.0\n",
		);
	});

	it("keeps comments and templates, and takes an entry of the same package out", () => {
		const text = `# ours
packages:
- package: dbt-labs/dbt_utils   # old
  version: 1.0.0
# the fork
- git: "https://{{ env_var('T') }}@x/y.git"
  revision: v1

# the end
`;
		expect(add(text, "dbt-labs/dbt-utils", "1.3.0")).toEqual({
			text: `# ours
packages:
# the fork
- git: "https://{{ env_var('T') }}@x/y.git"
  revision: v1
- package: dbt-labs/dbt-utils
  version: 1.3.0

# the end
`,
			replaced: ["dbt-labs/dbt_utils"],
		});
	});

	it("writes a revision for git and nothing for a folder", () => {
		expect(add("packages: []\n", "https://x/y.git", "v1", "git").text).toBe(
			"packages:\n  - git: https://x/y.git\n    revision: v1\n",
		);
		expect(add("packages: []\n", "../y", null, "local").text).toBe("packages:\n  - local: ../y\n");
	});
});
