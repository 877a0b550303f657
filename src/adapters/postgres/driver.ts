import { createRequire } from "node:module";
import type pg from "pg";

/**
 * The driver. While it is loaded it asks whether it runs at Cloudflare: by `navigator`, and where there is none, as on
 * Node 20, by making a Response, for which Node compiles the whole of its fetch (a tenth of a short command's processor
 * time). So for that moment, which nothing comes between, there is a navigator as later versions of Node have one.
 */
export function loadDriver(): typeof pg {
	const load = createRequire(import.meta.url);
	if ("navigator" in globalThis) return load("pg") as typeof pg;
	Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Node.js" }, configurable: true });
	try {
		return load("pg") as typeof pg;
	} finally {
		Reflect.deleteProperty(globalThis, "navigator");
	}
}
