import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { load } from "js-yaml";

const git = (...args) => execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();

/** `https://github.com/owner/name` → `owner+name`, which is both the cache's and the mirrors' folder. */
const slug = (address) =>
	address
		.replace(/\.git$/, "")
		.split("/")
		.slice(-2)
		.join("+");

function cloned(address, ref, { cache, mirrors }) {
	const clone = join(cache, "clones", slug(address) + (ref === undefined ? "" : `@${ref.replaceAll("/", "+")}`));
	if (!existsSync(clone)) {
		const mirror = join(mirrors, slug(address), "repo");
		git("-c", "safe.directory=*", "clone", "--quiet", mirrors !== "" && existsSync(mirror) ? mirror : address, clone);
		if (ref !== undefined) git("-C", clone, "checkout", "--quiet", ref);
	}
	return clone;
}

/** Copies the project with its packages to a folder of the tool's own; returns { root, commit, profile }. */
export function checkout(project, tool) {
	const { cache } = project;
	const work = join(cache, "work", project.name, tool);
	rmSync(work, { recursive: true, force: true });
	mkdirSync(work, { recursive: true });
	const from = project.local ?? cloned(project.git, project.ref, project);
	const skipped = /^(\.git|target|logs|\.tfm|dbt_packages|node_modules)$/;
	cpSync(from, work, { recursive: true, filter: (path) => path === from || !skipped.test(basename(path)) });
	const root = join(work, project.folder);
	// A project of one's own that names no packages comes with those that are installed in it, links followed.
	const installed = join(from, project.folder, "dbt_packages");
	if (project.local !== undefined && project.packages === undefined && existsSync(installed))
		cpSync(installed, join(root, "dbt_packages"), { recursive: true, dereference: true });
	for (const [name, source] of Object.entries(project.packages ?? {})) {
		const [address, ref] = source.split(/@(?!.*:)/);
		const at = address.includes("://") ? cloned(address, ref, project) : resolve(root, address);
		// A package may hold the project itself in a folder of its own: only what the package is made of is copied.
		const own = root.startsWith(`${at}/`) ? root.slice(at.length + 1).split("/")[0] : null;
		mkdirSync(join(root, "dbt_packages", name), { recursive: true });
		for (const entry of readdirSync(at))
			if (!skipped.test(entry) && entry !== own)
				cpSync(join(at, entry), join(root, "dbt_packages", name, entry), { recursive: true });
	}
	// dbt compares how many packages are asked for with how many are there: theirs are those of the list.
	const names = Object.keys(project.packages ?? {});
	if (names.length > 0) {
		for (const file of ["dependencies.yml", "package-lock.yml"]) rmSync(join(root, file), { force: true });
		writeFileSync(
			join(root, "packages.yml"),
			JSON.stringify({ packages: names.map((name) => ({ local: `dbt_packages/${name}` })) }),
		);
	}
	for (const [path, text] of Object.entries(project.files ?? {})) writeFileSync(join(root, path), text);
	const profile = load(readFileSync(join(root, "dbt_project.yml"), "utf8")).profile ?? "default";
	return {
		root,
		profile,
		commit: project.local === undefined ? git("-C", from, "rev-parse", "--short", "HEAD") : null,
	};
}
