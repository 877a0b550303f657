import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { editorAddress, repositoryAddress } from "./sourceLinks.ts";

const work = mkdtempSync(join(tmpdir(), "tfm-links-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));
let made = 0;
function clone(remote: string, head = "ref: refs/heads/main"): string {
	const top = join(work, String(made++));
	mkdirSync(join(top, ".git"), { recursive: true });
	mkdirSync(join(top, "analytics"));
	writeFileSync(join(top, ".git/HEAD"), `${head}\n`);
	writeFileSync(join(top, ".git/config"), `[core]\n\tbare = false\n[remote "origin"]\n\turl = ${remote}\n`);
	return join(top, "analytics");
}

it.each([
	["git@github.com:acme/shop.git", "https://github.com/acme/shop/blob/main/analytics/{path}#L{line}"],
	["ssh://git@github.com:22/acme/shop.git", "https://github.com/acme/shop/blob/main/analytics/{path}#L{line}"],
	["https://me:ghp_secret@github.com/acme/shop.git", "https://github.com/acme/shop/blob/main/analytics/{path}#L{line}"],
	[
		"https://gitlab.acme.test:8443/data/shop",
		"https://gitlab.acme.test:8443/data/shop/-/blob/main/analytics/{path}#L{line}",
	],
	["https://bitbucket.org/acme/shop.git", "https://bitbucket.org/acme/shop/src/main/analytics/{path}#lines-{line}"],
	["/srv/git/shop.git", ""],
	["file:///srv/git/shop.git", ""],
	["../shop.git", ""],
])("the page of the remote %s is %s", (remote, page) => {
	expect(repositoryAddress(clone(remote), null)).toBe(page);
});

it("names the commit where no branch is checked out, as in CI", () => {
	expect(repositoryAddress(clone("git@github.com:acme/shop.git", "77fe021aa"), null)).toContain("/blob/77fe021aa/");
});

it("takes the page that was given, none, or a whole address, and no address that is none", () => {
	const root = clone("git@github.com:acme/shop.git");
	expect(repositoryAddress(root, "none")).toBe("");
	expect(repositoryAddress(root, "https://git.acme.test/data")).toBe(
		"https://git.acme.test/data/blob/main/analytics/{path}#L{line}",
	);
	expect(repositoryAddress(root, "https://x.test/{path}?l={line}")).toBe("https://x.test/{path}?l={line}");
	expect(repositoryAddress(root, "javascript:alert({path})")).toBe(null);
	expect(repositoryAddress(root, "shop")).toBe(null);
});

it("opens editors by name or by their address, and nothing that runs a script", () => {
	expect(editorAddress("vscode", "/home/me/my shop")).toBe("vscode://file/home/me/my%20shop/{path}:{line}");
	expect(editorAddress("emacs://{root}/{path}", "/w")).toBe("emacs:///w/{path}");
	expect(editorAddress("javascript:alert('{path}')", "/w")).toBe(null);
	expect(editorAddress("constructor", "/w")).toBe(null);
});
