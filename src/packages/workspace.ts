/**
 * Where packages are fetched to before they are installed: one folder per download, made once, all removed at the end.
 * Resolving has to read a package's own list, so what it fetched is there when it is installed.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fail, TfmError } from "../core/diagnostic.ts";
import { makeFolders } from "../core/makeFolders.ts";
import { type GitSpec, hideCredentials, specLabel } from "../core/packageSpec.ts";
import { checkOut } from "./gitCheckout.ts";
import { type Download, download } from "./httpDownload.ts";
import { privateAddress } from "./privateAddress.ts";
import { unpackArchive } from "./unpackArchive.ts";

export interface Fetched {
	/** The package's folder. */
	readonly dir: string;
	/** Of git: the commit. */
	readonly commit: string | null;
}

export interface Workspace {
	git(spec: GitSpec, revision: string | null): Promise<Fetched>;
	archive(url: string, label: string): Promise<Fetched>;
}

export interface WorkspaceOptions extends Download {
	/** Absolute; made when something is fetched. */
	readonly dir: string;
	readonly env: { readonly [name: string]: string | undefined };
}

export function createWorkspace(options: WorkspaceOptions): Workspace {
	const { env, signal } = options;
	const fetched = new Map<string, Promise<Fetched>>();
	let folders = 0;
	const once = (key: string, make: (dir: string) => Promise<Fetched>): Promise<Fetched> => {
		const known = fetched.get(key);
		if (known !== undefined) return known;
		makeFolders(options.dir, { existsSync, mkdirSync });
		const made = make(join(options.dir, String(++folders)));
		fetched.set(key, made);
		return made;
	};
	return Object.freeze({
		async git(spec: GitSpec, revision: string | null): Promise<Fetched> {
			const label = specLabel(spec);
			const url = spec.kind === "git" ? spec.git : privateAddress(spec.git, spec.provider, env).url;
			const whole = await once(`git\0${url}\0${revision}`, async (dir) => {
				const commit = await checkOut({ url, label, revision, dir, env, signal });
				fetched.set(`git\0${url}\0${commit}`, Promise.resolve({ dir, commit }));
				return { dir, commit };
			});
			return inside(whole, spec);
		},
		archive: (url: string, label: string): Promise<Fetched> =>
			once(`archive\0${url}`, async (dir) => {
				const accept = (body: Uint8Array) => unpackArchive(body, dir, hideCredentials(url));
				const folder = url.startsWith("file:")
					? await accept(readLocal(url))
					: await download(url, options, accept).catch((error: unknown) => {
							throw withLabel(error, label);
						});
				return { dir: folder, commit: null };
			}),
	});
}

function inside({ dir, commit }: Fetched, spec: GitSpec): Fetched {
	if (spec.subdirectory === null) return { dir, commit };
	const folder = join(dir, spec.subdirectory);
	if (folder !== dir && !folder.startsWith(`${dir}/`)) fail("TFM-DEPS-018", notInside(spec), spec.place);
	if (!existsSync(folder)) fail("TFM-DEPS-018", notInside(spec), spec.place);
	return { dir: folder, commit };
}

const notInside = (spec: GitSpec) => ({ label: specLabel(spec), where: `its folder ${spec.subdirectory}` });

function readLocal(url: string): Uint8Array {
	try {
		return readFileSync(fileURLToPath(url));
	} catch (error) {
		return fail("TFM-DEPS-008", { url, problem: error instanceof Error ? error.message : String(error) });
	}
}

/** The address alone does not say which package was wanted. */
function withLabel(error: unknown, label: string): unknown {
	if (!(error instanceof TfmError)) return error;
	return new TfmError(
		error.diagnostics.map((d) => (d.message.includes(label) ? d : { ...d, message: `${label}: ${d.message}` })),
	);
}
