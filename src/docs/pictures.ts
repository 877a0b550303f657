import { readFileSync, statSync } from "node:fs";
import { extname, join, resolve, sep } from "node:path";
import type { SiteSource } from "./siteSource.ts";

const TYPES: Readonly<Record<string, string>> = {
	".png": "image/png",
	".jpg": "image/jpeg",
	".jpeg": "image/jpeg",
	".gif": "image/gif",
	".svg": "image/svg+xml",
	".webp": "image/webp",
	".avif": "image/avif",
};

/** The address at which the site can show a picture that a description names; null: it cannot. */
export type Pictures = (address: string) => string | null;

/**
 * Pictures from other hosts are not loaded: a reader's visit is nobody else's business. In a site that is one file the
 * pictures of the project's asset folders stand in the page itself; others could not be found from there.
 */
export function createPictures({ assets, singleFile }: Pick<SiteSource, "assets" | "singleFile">): Pictures {
	return (address) => {
		if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(address)) return null;
		if (!singleFile) return address;
		const path = decode(address.split(/[?#]/)[0]!).replace(/^(?:\.?\/)+/, "");
		const type = TYPES[extname(path).toLowerCase()];
		for (const { from, to } of assets) {
			if (type === undefined || !path.startsWith(`${to}/`)) continue;
			const file = resolve(join(from, path.slice(to.length + 1)));
			if (!file.startsWith(resolve(from) + sep) || !statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
			return `data:${type};base64,${readFileSync(file).toString("base64")}`;
		}
		return null;
	};
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
