import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** Editors that open a file by an address of their own. */
const EDITORS: Readonly<Record<string, string>> = {
	vscode: "vscode://file{root}/{path}:{line}",
	cursor: "cursor://file{root}/{path}:{line}",
	windsurf: "windsurf://file{root}/{path}:{line}",
	zed: "zed://file{root}/{path}:{line}",
	idea: "idea://open?file={root}/{path}&line={line}",
};
export const EDITOR_NAMES = Object.keys(EDITORS);

/** The address with `{path}` and `{line}` that opens a file of the project in this editor; null: no such editor. */
export function editorAddress(name: string, root: string): string | null {
	if (/^[a-z][a-z0-9+.-]*:.*\{path\}/i.test(name) && !/^(?:javascript|data|vbscript):/i.test(name))
		return name.replaceAll("{root}", encodeURI(slashed(root)));
	return Object.hasOwn(EDITORS, name) ? EDITORS[name]!.replace("{root}", encodeURI(slashed(root))) : null;
}
const slashed = (path: string): string => (path.startsWith("/") ? path : `/${path.replaceAll("\\", "/")}`);

/**
 * The address with `{path}` and `{line}` at which the project's files can be read: of `given` (`none`, a repository's
 * page, or such an address), else of the git remote `origin` that the folder was cloned from. Empty: there is none. A name
 * or password in a remote's address is never part of it, nor is a path of this machine. Null: `given` is no address.
 */
export function repositoryAddress(root: string, given: string | null): string | null {
	if (given === "none") return "";
	if (given?.includes("{path}")) return /^https?:\/\//i.test(given) ? given : null;
	const git = gitOf(root);
	const page = given === null ? pageOf(git?.remote ?? "") : pageOf(given);
	if (given !== null && page === "") return null;
	if (page === "") return "";
	const folder = git?.folder ?? "";
	const kind = /(?:^|\.)bitbucket\.org$/.test(new URL(page).host)
		? ["/src/", "#lines-{line}"]
		: /gitlab/.test(new URL(page).host)
			? ["/-/blob/", "#L{line}"]
			: ["/blob/", "#L{line}"];
	const place = folder === "" ? "" : `${encodeURI(folder)}/`;
	return `${page}${kind[0]}${encodeURIComponent(git?.head ?? "HEAD").replaceAll("%2F", "/")}/${place}{path}${kind[1]}`;
}

/** `git@host:acme/shop.git`, `ssh://…`, `https://user:token@…` → `https://host/acme/shop`; empty for what is no host. */
function pageOf(remote: string): string {
	const short = /^(?:[\w.-]+@)?([\w.-]+\.[\w.-]+):(?!\/\/)(.+)$/.exec(remote);
	const text = short === null ? remote : `ssh://${short[1]}/${short[2]}`;
	let url: URL;
	try {
		url = new URL(text);
	} catch {
		return "";
	}
	if (!/^(?:https?|ssh|git):$/.test(url.protocol) || url.hostname === "") return "";
	const path = url.pathname.replace(/\/+$/, "").replace(/\.git$/, "");
	const port = /^https?:$/.test(url.protocol) && url.port !== "" ? `:${url.port}` : "";
	return path.length < 2 ? "" : `${url.protocol === "http:" ? "http" : "https"}://${url.hostname}${port}${path}`;
}

interface Git {
	readonly remote: string;
	/** Branch, or commit where none is checked out. */
	readonly head: string;
	/** Of the project in the repository. */
	readonly folder: string;
}

/** What `.git` says, read as files: git itself need not be there. */
function gitOf(root: string): Git | null {
	for (let top = resolve(root); ; top = dirname(top)) {
		const dot = join(top, ".git");
		if (existsSync(dot)) {
			try {
				const own = statSync(dot).isDirectory() ? dot : resolve(top, textIn(dot).replace(/^gitdir:\s*/, ""));
				const common = existsSync(join(own, "commondir")) ? resolve(own, textIn(join(own, "commondir"))) : own;
				const head = textIn(join(own, "HEAD"));
				return {
					remote:
						/\[remote "origin"\][^[]*?\n\s*url\s*=\s*(\S+)/.exec(readFileSync(join(common, "config"), "utf8"))?.[1] ??
						"",
					head: /^ref:\s*refs\/heads\/(.+)$/.exec(head)?.[1] ?? head,
					folder: relative(top, resolve(root)).replaceAll("\\", "/"),
				};
			} catch (error) {
				// A broken repository has no page.
				if ((error as NodeJS.ErrnoException).code === undefined) throw error;
				return null;
			}
		}
		if (dirname(top) === top) return null;
	}
}
const textIn = (path: string): string => readFileSync(path, "utf8").trim();
