import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the browser tests of the docs site need: Chromium of the machine and dist/site. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
export const APP = join(ROOT, "dist/site");
export const SHOTS = join(ROOT, "target/screenshots");

/** False: the tests are skipped. With TFM_REQUIRE_CHROMIUM it throws instead. */
export function canBrowse(): boolean {
	const possible = CHROMIUM !== undefined && existsSync(join(APP, "files.json"));
	if (!possible && process.env.TFM_REQUIRE_CHROMIUM)
		throw new Error("the site's tests need Chromium and dist/site (npm run build)");
	return possible;
}
